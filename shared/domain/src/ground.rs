//! Ground that everything stands on: ids, names, signed tokens, tasks.

pub mod id;
pub mod keyring;
pub mod name;
pub mod task;
pub mod token;
pub mod version;
