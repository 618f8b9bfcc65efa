//! What Lambda hands in and takes back.

pub mod batch;
pub mod hit;
pub mod http;
pub mod log;
