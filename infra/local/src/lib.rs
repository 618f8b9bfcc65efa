//! The cloud on one machine: what AWS is to the deployed functions, in one process.
//!
//! [`Cloud`] embeds `DynamoDB`, SQS, SES and S3, each behind its own wire protocol, so that the functions run here with the
//! real SDK and without a change. [`Connector`] joins the two without a socket, and [`Faults`] breaks the connection on demand.

pub mod background;
pub mod cli;
pub mod cloud;
pub mod connector;
pub mod dynamodb;
pub mod faults;
pub mod function;
pub mod gateway;
pub mod greeting;
pub mod identity;
mod ids;
pub mod inbound;
pub mod local_api;
mod mailbox;
pub mod mapping;
pub mod meter;
pub mod s3;
pub mod server;
pub mod ses;
mod sqlite;
pub mod sqs;
pub mod start;
pub mod telltale;
pub mod timer;
pub mod wire;

pub use cloud::{Cloud, OpenError};
pub use connector::Connector;
pub use faults::{Fault, Faults};
pub use function::{Function, function};
pub use gateway::{Gateway, Route};
pub use mapping::{Mapping, Mappings};
pub use meter::{Capacity, Usage};
pub use timer::Timers;
pub use wire::{Call, Refusal, Service};
