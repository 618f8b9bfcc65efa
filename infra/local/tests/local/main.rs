//! The cloud on one machine as the functions meet it: through the real SDK clients.

mod clients;
mod dynamodb;
mod faults;
mod persistence;
mod s3;
mod ses;
mod sqs;
