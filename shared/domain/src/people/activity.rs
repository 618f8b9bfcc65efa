//! Activities: what an author did, or is to do, for a record.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::{ActivityId, MessageId, UserId};
use crate::message::Message;
use crate::people::record::RecordRef;

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
    /// When it was done; none of a mail.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// The message that gave rise to it.
    #[serde(default)]
    pub message: Option<MessageId>,
    /// Whose it is.
    pub owner: UserId,
    /// When it was added; of a mail, when it leaves or left.
    #[serde(with = "crate::time::instant::millis")]
    pub created_at: Timestamp,
    /// Counts every change; the condition of the next one. Mail has none: its place is the same whoever writes it.
    #[serde(default, skip_serializing_if = "is_uncounted")]
    pub version: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_uncounted(version: &u32) -> bool {
    *version == 0
}

/// An activity that somebody added, and the record that it was added to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The record.
    pub record: RecordRef,
    /// The activity.
    pub activity: Activity,
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
            done_at: None,
            message: Some(message.id),
            owner: message.owner,
            created_at: at,
            version: 0,
        }
    }

    /// The place of a draft with its records. It holds no words: they may change, and the draft may be deleted.
    pub fn draft(message: &Message) -> Self {
        Self { subject: String::new(), ..Self::mail(message, message.created_at) }
    }
}
