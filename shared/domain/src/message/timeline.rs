//! The timeline of a message: everything that happened to it, newest first.

use std::cmp::Reverse;

use jiff::Timestamp;

use super::copy::Copy;
use super::{Message, MessageWithCopies};
use crate::ground::id::EventId;
use crate::people::erasure::Person;
use crate::signs::engagement::{FoldContext, Judged, Kpis, fold};
use crate::signs::event::Hit;
use crate::signs::reply::Reply;

/// Something that happened to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEvent {
    /// Its id, which never changes.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// The place of the recipient whom it concerns, when that is known.
    pub recipient: Option<u16>,
    /// What happened.
    pub happened: Happened,
}

/// The kinds of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A copy left.
    Sent,
    /// The recipient's server took it.
    Delivered,
    /// The recipient's server sent it back, with these words.
    Bounced(String),
    /// The recipient called it unwanted.
    Complained(String),
    /// A request came in, with its verdict.
    Hit(Box<Judged>),
    /// A mail came back.
    Reply(Box<Reply>),
}

/// The part of a timeline that may be told.
#[derive(Debug, Clone)]
pub struct TimelineScope {
    /// The organisation tracks: hits may be shown.
    pub enabled: bool,
    /// The message was kept long enough: only its figures and its deliveries are left.
    pub expired: bool,
    /// Only events of this person's places.
    pub only: Option<Person>,
}

/// A timeline with the figures that follow from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The figures of what is told; `None` while the organisation does not track.
    pub kpis: Option<Kpis>,
    /// The newest first.
    pub events: Vec<TimelineEvent>,
}

impl Timeline {
    /// The timeline of a message, from its log of hits and the mails that came back. `stored_kpis` are the figures that
    /// remain when the log is gone.
    pub fn of(
        stored: &MessageWithCopies,
        hits: Vec<Hit>,
        mut replies: Vec<Reply>,
        stored_kpis: &Kpis,
        scope: &TimelineScope,
    ) -> Self {
        let MessageWithCopies { message, copies } = stored;
        let erased = message.erased();
        let shown = hits.into_iter().filter(|hit| {
            let gone = scope.expired || erased.contains(&hit.recipient);
            scope.enabled && !gone && scope.tells_of(message, hit.recipient)
        });
        let engagement = fold(shown, &FoldContext::of(message, copies));
        replies.retain(|reply| !scope.expired && scope.tells(message, reply));

        let kpis = match (scope.enabled, scope.expired) {
            (false, _) => None,
            (true, true) => Some(stored_kpis.clone()),
            (true, false) => Some(engagement.kpis.with_replies(&replies)),
        };

        let told = copies.iter().filter(|copy| scope.tells_of(message, copy.recipient));
        let mut events: Vec<TimelineEvent> = told.flat_map(|copy| of_copy(message, copy)).collect();
        events.extend(replies.into_iter().map(of_reply));
        events.extend(engagement.judged.into_iter().map(of_hit));
        events.sort_by_key(|event| Reverse((event.at, event.happened.rank(), event.id)));
        Self { kpis, events }
    }
}

impl TimelineScope {
    fn tells_of(&self, message: &Message, recipient: u16) -> bool {
        self.only.as_ref().is_none_or(|person| person.places(message).contains(&recipient))
    }

    fn tells(&self, message: &Message, reply: &Reply) -> bool {
        self.only.as_ref().is_none_or(|person| person.wrote(reply, &person.places(message)))
    }
}

impl Happened {
    /// Decides which of two events of one instant came later: nothing arrives before it was sent.
    fn rank(&self) -> u8 {
        match self {
            Self::Sent => 0,
            Self::Delivered => 1,
            Self::Bounced(_) | Self::Complained(_) => 2,
            Self::Hit(_) | Self::Reply(_) => 3,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Bounced(_) => "bounced",
            Self::Complained(_) => "complained",
            Self::Hit(_) | Self::Reply(_) => "",
        }
    }
}

/// The events of a copy: when it left, arrived, came back, and was complained about. Their ids follow from message and
/// recipient.
fn of_copy(message: &Message, copy: &Copy) -> Vec<TimelineEvent> {
    let delivery = &copy.delivery;
    let bounced = delivery.bounced.as_ref().map(|bounce| &bounce.notice);

    // The sender learns that a mail left a little after the fact, perhaps after the mail arrived.
    let heard = [delivery.delivered_at, bounced.map(|notice| notice.at)].into_iter().flatten().min();
    let sent_at = copy.sent_at.map(|at| heard.map_or(at, |heard| heard.min(at)));

    let complained = delivery.complained.as_ref();
    let all = [
        sent_at.map(|at| (at, Happened::Sent)),
        delivery.delivered_at.map(|at| (at, Happened::Delivered)),
        bounced.map(|notice| (notice.at, Happened::Bounced(notice.detail.clone()))),
        complained.map(|notice| (notice.at, Happened::Complained(notice.detail.clone()))),
    ];
    let event = |(at, happened): (Timestamp, Happened)| {
        let id = EventId::of(at, &[happened.word(), &message.id.to_string(), &copy.recipient.to_string()]);
        TimelineEvent { id, at, recipient: Some(copy.recipient), happened }
    };
    all.into_iter().flatten().map(event).collect()
}

fn of_reply(reply: Reply) -> TimelineEvent {
    let Reply { id, at, recipient, .. } = reply;
    TimelineEvent { id, at, recipient, happened: Happened::Reply(Box::new(reply)) }
}

fn of_hit(judged: Judged) -> TimelineEvent {
    let Hit { id, at, recipient, .. } = judged.hit;
    TimelineEvent { id, at, recipient: Some(recipient), happened: Happened::Hit(Box::new(judged)) }
}
