//! The impure shell: the only crate that names an AWS SDK.
//!
//! | module | what it reaches |
//! |---|---|
//! | [`config`] | the environment, once, at cold start |
//! | [`clock`], [`ids`] | the time of day and random bytes |
//! | [`clients`] | one HTTP client and one constructor for each service |
//! | [`store`] | DynamoDB: one table, one method for each access pattern |
//! | [`blobs`] | S3: bodies, files, presigned addresses |
//! | [`queue`] | SQS: typed tasks |
//! | [`mailer`] | SES: one mail, once |
//! | [`edge`] | the same services for the tracking endpoints, without their SDK clients |
//! | [`lambda`] | what Lambda hands in and takes back |

pub mod blobs;
pub mod clients;
pub mod clock;
pub mod config;
pub mod edge;
pub mod ids;
pub mod lambda;
pub mod mailer;
pub mod queue;
pub mod store;
