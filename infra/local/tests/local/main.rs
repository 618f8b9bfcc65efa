//! The cloud on one machine as the functions meet it: through the real SDK clients.

#![expect(clippy::unwrap_used, reason = "a set-up that fails fails its test")]

mod clients;
mod dynamodb;
mod faults;
mod gateway;
mod local_api;
mod mapping;
mod persistence;
mod process;
mod relay;
mod s3;
mod server;
mod ses;
mod sqs;
mod template;
mod timer;
