//! Activities: what an author did, or is to do, for a record.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::{ActivityId, MessageId, UserId};
use crate::message::Message;

/// The kinds of activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// A message that was scheduled or sent.
    Mail,
    /// A call to be made.
    PhoneCall,
    /// Something to be done.
    Task,
    /// Something that takes place.
    Appointment,
}

/// An activity of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// What.
    pub kind: ActivityKind,
    /// In one line.
    pub subject: String,
    /// By when.
    #[serde(default, with = "crate::time::instant::optional_millis")]
    pub due: Option<Timestamp>,
    /// The message that gave rise to it.
    #[serde(default)]
    pub message: Option<MessageId>,
    /// Whose it is.
    pub owner: UserId,
    /// When it was added; of a mail, when it leaves or left.
    #[serde(with = "crate::time::instant::millis")]
    pub created_at: Timestamp,
}

impl Activity {
    /// The id of the activity of a message that leaves at `at`.
    pub fn id_of_mail(message: MessageId, at: Timestamp) -> ActivityId {
        ActivityId::of(at, &["mail", &message.to_string()])
    }

    /// The activity of a message that leaves at `at`. A message that is moved gets another one: the one whose instant is
    /// the message's counts.
    pub fn mail(message: &Message, at: Timestamp) -> Self {
        Self {
            id: Self::id_of_mail(message.id, at),
            kind: ActivityKind::Mail,
            subject: message.subject.clone(),
            due: None,
            message: Some(message.id),
            owner: message.owner,
            created_at: at,
        }
    }
}
