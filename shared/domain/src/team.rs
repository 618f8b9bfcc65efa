//! The team: what an organisation decided, and the keys that act for it.

pub mod api_key;
pub mod settings;
pub mod user;
