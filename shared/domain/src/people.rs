//! People: the records of the CRM, their addresses, and what the persons behind them allow.

pub mod activity;
pub mod address;
pub mod consent;
pub mod erasure;
pub mod record;
pub mod suppression;
