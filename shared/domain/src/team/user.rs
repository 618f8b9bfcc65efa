//! Users: the people who write messages.

use serde::{Deserialize, Serialize};

use crate::ground::id::UserId;
use crate::message::Mailbox;

/// A user of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name and address that messages come from.
    #[serde(flatten)]
    pub mailbox: Mailbox,
}
