//! Messages: what an author writes, what may still be changed, and what its copies make of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::{EventId, MessageId, OrgId, TemplateId, UserId};
use crate::message::copy::{Copy, CopyState, Untracked};
use crate::message::template::TemplateFill;
use crate::message::tracking::{TrackingDecision, UntrackedReason};
use crate::people::address::EmailAddress;
use crate::people::consent::Standing;
use crate::people::record::RecordRef;
use crate::team::settings::Settings;
use crate::time::schedule::Schedule;

pub mod attachment;
mod body;
pub mod copy;
pub mod image;
pub mod progress;
pub mod reminder;
pub mod steps;
pub mod template;
pub mod timeline;
pub mod tracking;

pub use body::{Body, BodyPart};

/// The most recipients of one message: Telltale is for one-to-one and small-audience mail, never for bulk mail.
pub const MAX_RECIPIENTS: usize = 50;
/// The longest body, in bytes, of each of the two parts.
pub const MAX_BODY: usize = 1024 * 1024;

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The address.
    pub email: EmailAddress,
    /// As people read it.
    #[serde(default)]
    pub name: Option<String>,
}

/// In which field a recipient stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipientRole {
    /// Addressed.
    To,
    /// Copied, for all to see.
    Cc,
    /// Copied, for nobody to see.
    Bcc,
}

impl RecipientRole {
    /// All fields, in their order.
    pub const ALL: [Self; 3] = [Self::To, Self::Cc, Self::Bcc];

    /// The word used in paths and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::To => "to",
            Self::Cc => "cc",
            Self::Bcc => "bcc",
        }
    }
}

/// Somebody the message goes to. The position in [`Message::recipients`] is the recipient's number in copies,
/// tokens and events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// In which field.
    pub role: RecipientRole,
    /// Who.
    #[serde(flatten)]
    pub mailbox: Mailbox,
    /// The CRM's record of this person.
    #[serde(default)]
    pub record: Option<RecordRef>,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// Being written.
    Draft,
    /// *Send* was chosen; the copies tell the rest.
    Released,
    /// Taken back for good.
    Cancelled,
}

/// A message without its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Whose tenant it belongs to.
    pub org: OrgId,
    /// Who wrote it.
    pub owner: UserId,
    /// The author's name and address.
    pub from: Mailbox,
    /// Everybody it goes to: To, then Cc, then Bcc.
    pub recipients: Vec<Recipient>,
    /// The subject.
    pub subject: String,
    /// The record that the message is about.
    #[serde(default)]
    pub regarding: Option<RecordRef>,
    /// The template that it was made from.
    #[serde(default)]
    pub template: Option<TemplateId>,
    /// How often the template is filled.
    #[serde(default, skip_serializing_if = "TemplateFill::is_once")]
    pub filled: TemplateFill,
    /// Names and values that the caller keeps with the message, such as its own ids.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// The author wants to track it.
    pub tracking_requested: bool,
    /// It was followed when it was released.
    #[serde(default)]
    pub tracked: bool,
    /// The positions of the recipients who did not allow it when it was released.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<u16>,
    /// The name of the body in storage: a hash of its content.
    pub body: String,
    /// How many different links the released message has.
    #[serde(default)]
    pub links: u16,
    /// How far it has come.
    pub state: MessageState,
    /// Counts every change; the condition of the next one.
    pub version: u32,
    /// When it was first saved.
    #[serde(with = "crate::time::instant::millis")]
    pub created_at: Timestamp,
    /// When it leaves, or left, by the author's choice.
    #[serde(default, with = "crate::time::instant::optional_millis")]
    pub send_at: Option<Timestamp>,
    /// The time that the author chose for it; none for *now*.
    #[serde(default)]
    pub schedule: Option<Schedule>,
    /// Answers come to us first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replies_to_us: bool,
    /// The mail that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Thread>,
    /// When it had been kept as long as the organisation wants: text, files and what happened to it are gone since.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<Timestamp>,
}

/// The place of a message in a conversation: ids of mails, without angle brackets (RFC 5322, section 3.6.4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// The message that was answered.
    pub message: MessageId,
    /// The answer, in that message's timeline.
    pub event: EventId,
    /// The mail that it answers.
    pub in_reply_to: String,
    /// The mails before it, oldest first, that one last.
    pub references: Vec<String>,
}

/// What the API calls the status of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// Being written.
    Draft,
    /// Waits for its time.
    Scheduled,
    /// At least one copy is under way, or nobody knows whether it left.
    Sending,
    /// At least one copy left, and none is under way.
    Sent,
    /// No copy left.
    Failed,
    /// Taken back.
    Cancelled,
}

/// Whether a message is tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackingState {
    /// Opens, clicks and downloads are recorded.
    On,
    /// Nothing is.
    Off,
    /// The author wants to, but a recipient does not allow it.
    Blocked,
}

/// A message and the copies that its recipients get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageWithCopies {
    /// The message.
    pub message: Message,
    /// In the order of recipients; empty for a draft.
    pub copies: Vec<Copy>,
}

impl Message {
    /// The status that follows from the message and its copies.
    pub fn status(&self, copies: &[Copy], now: Timestamp) -> MessageStatus {
        match self.state {
            MessageState::Draft => MessageStatus::Draft,
            MessageState::Cancelled => MessageStatus::Cancelled,
            MessageState::Released => released_status(self, copies, now),
        }
    }

    /// Whether it is followed, or would be if it were sent now, and which recipients do not allow it. A draft is decided
    /// by what its recipients allow now; a released message as it was released, and as its copies left since.
    pub fn tracking(&self, copies: &[Copy], settings: &Settings, standings: &[Standing]) -> TrackingDecision {
        if self.state == MessageState::Draft {
            return tracking::decide(self.tracking_requested, settings, standings);
        }
        let objected = |copy: &&Copy| copy.untouched == Some(Untracked::Objection);
        let left = copies.iter().filter(objected).map(|copy| copy.recipient);
        let objecting: Vec<u16> =
            self.blocked.iter().copied().chain(left).collect::<BTreeSet<_>>().into_iter().collect();
        let any = copies.iter().any(|copy| copy.untouched.is_none());
        let (state, reason) = match (self.tracked && any, objecting.is_empty()) {
            (true, _) => (TrackingState::On, None),
            (false, false) => (TrackingState::Blocked, Some(UntrackedReason::Recipients)),
            (false, true) if self.tracking_requested => (TrackingState::Off, Some(UntrackedReason::Organisation)),
            (false, true) => (TrackingState::Off, Some(UntrackedReason::Author)),
        };
        TrackingDecision { state, reason, objecting }
    }

    /// The records to link to: what it is about, and its recipients, each once.
    pub fn records(&self) -> Vec<RecordRef> {
        let recipients = self.recipients.iter().filter_map(|recipient| recipient.record.as_ref());
        let mut records: Vec<RecordRef> = Vec::new();
        for record in self.regarding.iter().chain(recipients) {
            if !records.contains(record) {
                records.push(record.clone());
            }
        }
        records
    }

    /// Until when text, files and what happens to it are kept; none while it has not been released.
    pub fn expires_at(&self, settings: &Settings) -> Option<Timestamp> {
        let left = self.send_at.filter(|_| self.state != MessageState::Draft)?;
        left.checked_add(settings.retention()).ok()
    }

    /// True when it has been kept as long as the organisation wants.
    pub fn is_expired(&self, settings: &Settings, now: Timestamp) -> bool {
        self.expired_at.is_some() || self.expires_at(settings).is_some_and(|at| at <= now)
    }

    /// When it leaves or left; when it was first saved, for a draft.
    pub fn sent_for(&self) -> Timestamp {
        self.send_at.unwrap_or(self.created_at)
    }

    /// True when each copy is filled for its own recipient.
    pub fn is_per_copy(&self) -> bool {
        self.filled == TemplateFill::PerCopy
    }

    /// When it leaves as far as its author has said: the time that a draft holds, and `now` when it holds none.
    pub fn leaves_at(&self, now: Timestamp) -> Timestamp {
        let held = self.schedule.as_ref().map(|schedule| schedule.at);
        self.send_at.or(held).unwrap_or(now)
    }

    /// The recipient at a place, as copies, tokens and events count them.
    pub fn recipient(&self, n: u16) -> Option<&Recipient> {
        self.recipients.get(usize::from(n))
    }

    /// When the first copy left.
    pub fn sent_at(copies: &[Copy]) -> Option<Timestamp> {
        copies.iter().filter_map(|copy| copy.sent_at).min()
    }
}

fn released_status(message: &Message, copies: &[Copy], now: Timestamp) -> MessageStatus {
    let copies: Vec<&Copy> = copies.iter().filter(|copy| !copy.is_forgotten()).collect();
    let any = |test: &dyn Fn(&Copy) -> bool| copies.iter().any(|copy| test(copy));
    let waits = |copy: &Copy| copy.state == CopyState::Queued && copy.due_at > now;
    if message.schedule.is_some() && copies.iter().all(|copy| waits(copy)) {
        MessageStatus::Scheduled
    } else if any(&|copy| !copy.is_settled()) {
        MessageStatus::Sending
    } else if any(&|copy| copy.state == CopyState::Sent) {
        MessageStatus::Sent
    } else if any(&|copy| copy.state == CopyState::Unconfirmed) {
        MessageStatus::Sending
    } else {
        MessageStatus::Failed
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    pub(crate) fn message() -> Message {
        Message {
            id: MessageId::new(now(), [1; 10]),
            org: OrgId::new(now(), [2; 10]),
            owner: UserId::new(now(), [3; 10]),
            from: Mailbox { email: EmailAddress::parse("sales@example.com").unwrap(), name: None },
            recipients: Vec::new(),
            subject: String::new(),
            regarding: None,
            template: None,
            filled: TemplateFill::Once,
            metadata: BTreeMap::new(),
            tracking_requested: true,
            tracked: true,
            blocked: Vec::new(),
            body: String::new(),
            links: 0,
            state: MessageState::Released,
            version: 2,
            created_at: now(),
            send_at: Some(now()),
            schedule: None,
            replies_to_us: false,
            thread: None,
            expired_at: None,
        }
    }

    fn copies(states: &[CopyState]) -> Vec<Copy> {
        states.iter().map(|state| Copy { state: *state, ..Copy::queued(0, now(), 1) }).collect()
    }

    #[test]
    fn the_status_follows_from_the_copies() {
        use CopyState as C;
        for (states, want) in [
            (vec![C::Queued], MessageStatus::Sending),
            (vec![C::Sent, C::RetryWait], MessageStatus::Sending),
            (vec![C::Sent, C::Failed], MessageStatus::Sent),
            (vec![C::Sent, C::Unconfirmed], MessageStatus::Sent),
            (vec![C::Unconfirmed, C::Failed], MessageStatus::Sending),
            (vec![C::Failed, C::Failed], MessageStatus::Failed),
        ] {
            assert_eq!(message().status(&copies(&states), now()), want, "{states:?}");
        }
        let later = now() + jiff::SignedDuration::from_secs(1);
        let wall = crate::time::schedule::WallTime {
            local: "2026-11-23T09:00:01".parse().unwrap(),
            time_zone: "Europe/Berlin".into(),
        };
        let schedule = Some(Schedule { at: later, wall });
        let scheduled = Message { schedule, send_at: Some(later), ..message() };
        assert_eq!(scheduled.status(&[Copy::queued(0, later, 1)], now()), MessageStatus::Scheduled);
        assert_eq!(scheduled.status(&[Copy::queued(0, later, 1)], later), MessageStatus::Sending);
    }
}
