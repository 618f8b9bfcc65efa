//! The cloud on one machine as the functions meet it: through the real SDK clients.

mod clients;
mod dynamodb;
mod faults;
mod gateway;
mod mapping;
mod persistence;
mod s3;
mod ses;
mod sqs;
mod timer;
