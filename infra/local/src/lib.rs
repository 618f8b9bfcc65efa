//! The cloud on one machine: what AWS is to the deployed functions, in one process.
//!
//! | folder | it holds |
//! |---|---|
//! | [`cloud`] | `DynamoDB`, SQS, SES and S3, each behind its own wire protocol, so that the functions run here with the real SDK |
//! | [`front`] | what stands before the functions: the gateway, the queues' consumers, the timer |
//! | [`page`] | what only this machine has: the mailbox page, and the routes below `/_local/` |
//! | [`telltale`] | which function stands on which route, queue and timer |
//!
//! `front` and `page` use `cloud`, never the other way.

pub mod background;
pub mod cli;
pub mod cloud;
pub mod front;
pub mod greeting;
pub mod identity;
pub mod page;
pub mod start;
pub mod telltale;

pub use cloud::connector::Connector;
pub use cloud::faults::{Fault, Faults};
pub use cloud::meter::{Capacity, Usage};
pub use cloud::wire::{Call, Refusal, Service};
pub use cloud::{Cloud, OpenError};
pub use front::function::{Function, function};
pub use front::gateway::{Gateway, Route};
pub use front::mapping::{Mapping, Mappings};
pub use front::timer::Timers;
