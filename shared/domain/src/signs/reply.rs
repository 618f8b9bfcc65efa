//! Replies: mail that comes back, what it is, and how it was found to belong to a message.
//!
//! Facts only, like [`crate::signs::event`]: the recorder keeps each once. Only a verified person's reply counts as an answer.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ground::id::{EventId, MessageId};
use crate::people::address::EmailAddress;

/// How many answers by persons are kept for one message, and how many other mails. A mail loop or a flood ends there.
pub const MAX_REPLIES: usize = 100;

/// What a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// A person answers.
    Reply,
    /// A machine answers: out of office, receipt confirmed, message read.
    AutoReply,
    /// A server sends the message back (RFC 3464).
    Bounce,
    /// A mail service reports that its user calls the message unwanted (ARF, RFC 5965).
    Complaint,
    /// Somebody passes the message on.
    Forward,
    /// A spam filter asks the sender to prove something.
    Challenge,
    /// None of these, or too complex to tell.
    Other,
}

/// How a mail was found to belong to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// The token in the address it was sent to.
    ReplyAddress,
    /// Our own id of the message in `In-Reply-To` or `References`.
    OwnId,
    /// The mail service's id of the copy in `In-Reply-To` or `References`.
    SesId,
}

/// A mail that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Follows from the mail service's id of the mail: every copy of the notification is the same reply.
    pub id: EventId,
    /// When it came.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// Whose copy it answers, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<u16>,
    /// Who sent it, when that is not the recipient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<EmailAddress>,
    /// What it is.
    pub kind: ReplyKind,
    /// The rules that said so, as stable names.
    pub reasons: Vec<String>,
    /// How it was found.
    pub matched_by: MatchedBy,
    /// The sender is who it says, by SPF, DKIM and DMARC. What is not verified is shown and moves nothing.
    pub verified: bool,
    /// It comes from the author's own side.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_team: bool,
    /// The day that an out-of-office note names as its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns_on: Option<Date>,
    /// Its own `Message-ID`, without the angle brackets: what an answer refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Where the mail itself lies in storage, for as long as it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<String>,
    /// The beginning of what its writer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// The last ids of its `References`, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
}

impl Reply {
    /// True when both are one mail, told twice or come by two ways. A mail that is not verified may bear any id, so it
    /// stands for no other.
    pub fn is_same_mail(&self, other: &Self) -> bool {
        let same_id = self.message_id.is_some() && self.message_id == other.message_id;
        self.id == other.id || (same_id && self.verified && other.verified)
    }

    /// The day until which its writer is away, as a verified note says.
    pub fn absent_until(&self) -> Option<Date> {
        let is_note = self.kind == ReplyKind::AutoReply && self.verified && !self.own_team;
        self.returns_on.filter(|_| is_note)
    }

    /// True for an answer by a person who is who they say: it counts, and ends a wait for a reply. Our own ids can be guessed,
    /// so whoever is no recipient has to know more of the message than its id.
    pub fn is_answer(&self) -> bool {
        let guessed = self.matched_by == MatchedBy::OwnId && self.from.is_some();
        self.kind == ReplyKind::Reply && self.verified && !self.own_team && !guessed
    }
}

/// A reply and the message it belongs to, as it travels on the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageReply {
    /// The message.
    pub message: MessageId,
    /// The reply.
    pub reply: Reply,
}
