//! Messages: what an author writes, what may still be changed, and what its copies make of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::EmailAddress;
use crate::copy::{Copy, State as CopyState};
use crate::engagement::Kpis;
use crate::id::{MessageId, OrgId, UserId};
use crate::instant;
use crate::record::RecordRef;
use crate::settings::Settings;

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
pub enum Role {
    /// Addressed.
    To,
    /// Copied, for all to see.
    Cc,
    /// Copied, for nobody to see.
    Bcc,
}

/// Somebody the message goes to. The position in [`Message::recipients`] is the recipient's number in copies,
/// tokens and events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// In which field.
    pub role: Role,
    /// Who.
    #[serde(flatten)]
    pub mailbox: Mailbox,
    /// The CRM's record of this person.
    #[serde(default)]
    pub record: Option<RecordRef>,
}

/// The text of a message, kept in object storage so that no figure ever rewrites it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The HTML part, as the author wrote it.
    pub html: String,
    /// The text part, as the author wrote it or derived from the HTML part.
    pub text: String,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
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
    /// The author wants to follow it.
    pub tracking_requested: bool,
    /// It was followed when it was released.
    #[serde(default)]
    pub tracked: bool,
    /// The name of the body in storage: a hash of its content.
    pub body: String,
    /// How many different links the released message has.
    #[serde(default)]
    pub links: u16,
    /// How far it has come.
    pub state: State,
    /// Counts every change; the condition of the next one.
    pub version: u32,
    /// When it was first saved.
    #[serde(with = "crate::instant::millis")]
    pub created_at: Timestamp,
    /// When it leaves, or left, by the author's choice.
    #[serde(default, with = "crate::instant::optional_millis")]
    pub send_at: Option<Timestamp>,
    /// It was to be sent later.
    #[serde(default)]
    pub scheduled: bool,
}

/// What the API calls the status of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
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

/// Whether a message is followed.
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

impl Message {
    /// The status that follows from the message and its copies.
    pub fn status(&self, copies: &[Copy], now: Timestamp) -> Status {
        match self.state {
            State::Draft => Status::Draft,
            State::Cancelled => Status::Cancelled,
            State::Released => released_status(self, copies, now),
        }
    }

    /// Whether it is followed, or would be if it were sent now.
    pub fn tracking_state(&self, settings: &Settings) -> TrackingState {
        let on = if self.state == State::Draft {
            self.tracking_requested && settings.tracking_enabled
        } else {
            self.tracked
        };
        if on { TrackingState::On } else { TrackingState::Off }
    }

    /// When the first copy left.
    pub fn sent_at(copies: &[Copy]) -> Option<Timestamp> {
        copies.iter().filter_map(|copy| copy.sent_at).min()
    }

    /// One line for lists.
    pub fn summary(&self, status: Status, kpis: &Kpis) -> String {
        match (status, self.send_at, kpis.last_opened_at) {
            (Status::Draft, ..) => "Draft".to_owned(),
            (Status::Cancelled, ..) => "Cancelled".to_owned(),
            (Status::Failed, ..) => "Not sent".to_owned(),
            (Status::Scheduled, Some(at), _) => format!("Scheduled for {}", instant::format(at)),
            (Status::Scheduled | Status::Sending, ..) => "Sending".to_owned(),
            (Status::Sent, ..) if !self.tracked => "Sent, not followed".to_owned(),
            (Status::Sent, _, Some(at)) => format!("Last opened {}", instant::format(at)),
            (Status::Sent, _, None) => "Not opened yet".to_owned(),
        }
    }
}

fn released_status(message: &Message, copies: &[Copy], now: Timestamp) -> Status {
    let any = |test: &dyn Fn(&Copy) -> bool| copies.iter().any(test);
    let waits = |copy: &Copy| copy.state == CopyState::Queued && copy.due_at > now;
    if message.scheduled && copies.iter().all(waits) {
        Status::Scheduled
    } else if any(&|copy| !copy.is_settled()) {
        Status::Sending
    } else if any(&|copy| copy.state == CopyState::Sent) {
        Status::Sent
    } else if any(&|copy| copy.state == CopyState::Unconfirmed) {
        Status::Sending
    } else {
        Status::Failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    fn message() -> Message {
        Message {
            id: MessageId::new(now(), [1; 10]),
            org: OrgId::new(now(), [2; 10]),
            owner: UserId::new(now(), [3; 10]),
            from: Mailbox { email: EmailAddress::parse("sales@example.com").unwrap(), name: None },
            recipients: Vec::new(),
            subject: String::new(),
            regarding: None,
            tracking_requested: true,
            tracked: true,
            body: String::new(),
            links: 0,
            state: State::Released,
            version: 2,
            created_at: now(),
            send_at: Some(now()),
            scheduled: false,
        }
    }

    fn copies(states: &[CopyState]) -> Vec<Copy> {
        states.iter().map(|state| Copy { state: *state, ..Copy::queued(0, now()) }).collect()
    }

    #[test]
    fn the_status_follows_from_the_copies() {
        use CopyState as C;
        for (states, want) in [
            (vec![C::Queued], Status::Sending),
            (vec![C::Sent, C::RetryWait], Status::Sending),
            (vec![C::Sent, C::Failed], Status::Sent),
            (vec![C::Sent, C::Unconfirmed], Status::Sent),
            (vec![C::Unconfirmed, C::Failed], Status::Sending),
            (vec![C::Failed, C::Failed], Status::Failed),
        ] {
            assert_eq!(message().status(&copies(&states), now()), want, "{states:?}");
        }
        let later = now() + jiff::SignedDuration::from_secs(1);
        let scheduled = Message { scheduled: true, send_at: Some(later), ..message() };
        assert_eq!(scheduled.status(&[Copy::queued(0, later)], now()), Status::Scheduled);
        assert_eq!(scheduled.status(&[Copy::queued(0, later)], later), Status::Sending);
    }

    #[test]
    fn the_summary_is_one_line() {
        let opened = Kpis { last_opened_at: Some(now()), ..Kpis::default() };
        assert_eq!(message().summary(Status::Sent, &Kpis::default()), "Not opened yet");
        assert_eq!(message().summary(Status::Sent, &opened), "Last opened 2026-11-23T08:00:00.000Z");
        assert_eq!(Message { tracked: false, ..message() }.summary(Status::Sent, &opened), "Sent, not followed");
    }
}
