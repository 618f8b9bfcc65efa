//! Activities: what an author did, or is to do, for a record.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{ActivityId, MessageId, UserId};

/// The kinds of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A call to be made.
    PhoneCall,
}

/// An activity of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// What.
    pub kind: Kind,
    /// In one line.
    pub subject: String,
    /// By when.
    #[serde(default, with = "crate::instant::optional_millis")]
    pub due: Option<Timestamp>,
    /// The message that gave rise to it.
    #[serde(default)]
    pub message: Option<MessageId>,
    /// Whose it is.
    pub owner: UserId,
    /// When it was added.
    #[serde(with = "crate::instant::millis")]
    pub created_at: Timestamp,
}
