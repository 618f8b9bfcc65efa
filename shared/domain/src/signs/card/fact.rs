//! Facts that make a card: each the same card every time, under an id that follows from the message and the
//! fact alone. Whoever finds a fact a second time puts nothing new.

use jiff::Timestamp;

use super::{Card, CardKind, CardState};
use crate::ground::id::{CardId, EventId, MessageId};
use crate::message::reminder::Reminder;
use crate::message::{Mailbox, Message};
use crate::people::record::RecordRef;

/// How much of a subject a title shows, in characters.
const SUBJECT_SHOWN: usize = 80;

/// The message that a card is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardAbout<'a> {
    /// The message.
    pub message: MessageId,
    /// Its subject, which may be empty.
    pub subject: &'a str,
    /// The records to link to: what it is regarding, and its recipients.
    pub records: Vec<RecordRef>,
}

impl<'a> CardAbout<'a> {
    /// The parts of a message that a card shows.
    pub fn of(message: &'a Message) -> Self {
        Self { message: message.id, subject: &message.subject, records: message.records() }
    }
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<'a> {
    /// A person opened it for the first time. One card for each recipient.
    FirstOpen {
        /// The recipient's position in the message.
        recipient: u16,
        /// Who that is.
        who: &'a Mailbox,
    },
    /// A person answered it. One card for each answer.
    Reply {
        /// The answer, in the timeline.
        event: EventId,
        /// The sender; `None` when nobody knows.
        who: Option<&'a Mailbox>,
    },
    /// Its reminder fired. One card for each time that was set.
    Reminder(&'a Reminder),
    /// A copy did not arrive. One card for each problem of each submission.
    DeliveryProblem {
        /// The recipient's position in the message.
        recipient: u16,
        /// Who that is.
        who: &'a Mailbox,
        /// What went wrong.
        problem: DeliveryProblem,
        /// How many times the copy was handed to the provider by then.
        submissions: u32,
    },
}

/// What went wrong with a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryProblem {
    /// The recipient's server sent it back.
    Bounced,
    /// The recipient called it unwanted.
    Complained,
    /// Nobody knows whether it left.
    Unconfirmed,
    /// It did not leave.
    Failed,
}

impl Card {
    /// The active card of a fact that happened at `at`.
    pub fn of(about: CardAbout<'_>, fact: Fact<'_>, at: Timestamp) -> Self {
        Self {
            id: fact.id(about.message),
            kind: fact.kind(),
            title: fact.title(&quoted(about.subject)),
            message: about.message,
            records: about.records,
            created_at: at,
            state: CardState::Active,
            previous: None,
            version: 0,
        }
    }
}

/// The cards there may be about one recipient of a message, whose copy was handed over up to `submissions` times.
pub fn about_recipient(message: MessageId, recipient: u16, submissions: u32) -> Vec<CardId> {
    let nobody = Mailbox::erased();
    let who = &nobody;
    let problems =
        [DeliveryProblem::Bounced, DeliveryProblem::Complained, DeliveryProblem::Unconfirmed, DeliveryProblem::Failed];
    let times = (0..=submissions).flat_map(|submissions| problems.map(|problem| (submissions, problem)));
    let problem = |(submissions, problem)| Fact::DeliveryProblem { recipient, who, problem, submissions };
    let facts = times.map(problem).chain([Fact::FirstOpen { recipient, who }]);
    facts.map(|fact| fact.id(message)).collect()
}

impl Fact<'_> {
    fn kind(self) -> CardKind {
        match self {
            Self::FirstOpen { .. } => CardKind::FirstOpen,
            Self::Reply { .. } => CardKind::Reply,
            Self::Reminder(_) => CardKind::Reminder,
            Self::DeliveryProblem { .. } => CardKind::DeliveryProblem,
        }
    }

    /// The id of its card. It carries a time that cannot change: an earlier open may be found later and would else make a
    /// second card.
    pub fn id(self, message: MessageId) -> CardId {
        let of = message.to_string();
        match self {
            Self::FirstOpen { recipient, .. } => {
                CardId::of(made_at(message), &[&of, "first_open", &recipient.to_string()])
            }
            Self::Reply { event, .. } => CardId::of(made_at(message), &[&of, "reply", &event.to_string()]),
            Self::Reminder(reminder) => CardId::of(reminder.due.at, &[&of, "reminder"]),
            Self::DeliveryProblem { recipient, problem, submissions, .. } => {
                let parts = [&of, problem.as_str(), &recipient.to_string(), &submissions.to_string()];
                CardId::of(made_at(message), &parts)
            }
        }
    }

    fn title(self, subject: &str) -> String {
        match self {
            Self::FirstOpen { who, .. } => format!("{} opened {subject}", called(who)),
            Self::Reply { who, .. } => format!("{} answered {subject}", who.map_or("Somebody", called)),
            Self::Reminder(reminder) => reminder.title.clone(),
            Self::DeliveryProblem { who, problem, .. } => problem.title(subject, called(who)),
        }
    }
}

impl DeliveryProblem {
    fn as_str(self) -> &'static str {
        match self {
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Unconfirmed => "unconfirmed",
            Self::Failed => "failed",
        }
    }

    fn title(self, subject: &str, who: &str) -> String {
        match self {
            Self::Bounced => format!("Could not be delivered to {who}: {subject}"),
            Self::Complained => format!("Reported as unwanted by {who}: {subject}"),
            Self::Unconfirmed => format!("Perhaps not sent to {who}: {subject}"),
            Self::Failed => format!("Not sent to {who}: {subject}"),
        }
    }
}

fn called(who: &Mailbox) -> &str {
    who.name.as_deref().filter(|name| !name.trim().is_empty()).unwrap_or(who.email.as_str())
}

fn quoted(subject: &str) -> String {
    let subject = subject.trim();
    let cut = subject.char_indices().nth(SUBJECT_SHOWN);
    match cut {
        _ if subject.is_empty() => "a message without a subject".to_owned(),
        None => format!("“{subject}”"),
        Some((end, _)) => format!("“{}…”", subject[..end].trim_end()),
    }
}

/// The instant that the message's id carries (RFC 9562 section 5.7).
fn made_at(message: MessageId) -> Timestamp {
    let millis = message.to_bytes()[..6].iter().fold(0, |millis, byte| millis << 8 | i64::from(*byte));
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}
