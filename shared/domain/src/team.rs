//! The team: who belongs to an organisation and may do what, what the organisation decided, and the keys that act for it.

pub mod api_key;
pub mod audit;
pub mod organisation;
pub mod permission;
pub mod rate;
pub mod settings;
pub mod user;
pub mod visibility;
