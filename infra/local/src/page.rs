//! What only this machine has: the mailbox page, and the routes below `/_local/`.

pub mod local_api;
pub mod mailbox;
