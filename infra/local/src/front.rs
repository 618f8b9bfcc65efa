//! What stands before the functions: the gateway for requests, the consumers of queues, the timer, and how a function is
//! invoked.

pub mod function;
pub mod gateway;
pub mod mapping;
pub mod server;
pub mod timer;
