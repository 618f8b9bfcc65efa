//! Cards: what the assistant puts before an author, and what the author does with it.
//!
//! ```text
//! active ─► snoozed ─(until)─► active
//!    └────────┴─► dismissed              undo takes the last snooze or dismissal back, once
//! ```
//!
//! [`fact`] says which cards there are. Like the changes of a copy, each change is a pure function whose result
//! is written on condition of the version that was read; one that changes nothing gives the same card.

use std::cmp::Reverse;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ground::id::{CardId, MessageId};
use crate::people::record::RecordRef;

pub mod fact;

/// How long a card of high priority is snoozed unless its author says otherwise.
pub const SNOOZE_HIGH: SignedDuration = SignedDuration::from_hours(1);
/// The same for all others.
pub const SNOOZE_NORMAL: SignedDuration = SignedDuration::from_hours(24);
/// How long a card is kept that is done with, after its fact.
const DISMISSED_KEPT: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The longest snooze: a leap year.
pub const SNOOZE_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);

/// What a card is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKind {
    /// A recipient opened a message for the first time.
    FirstOpen,
    /// A person answered a message.
    Reply,
    /// A reminder fired.
    Reminder,
    /// A copy did not arrive, or nobody knows whether it did.
    DeliveryProblem,
}

/// How much a card matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardPriority {
    /// When there is time.
    Normal,
    /// To be seen at once.
    High,
}

impl CardKind {
    /// Answers and reminders come first: the author waits for the ones and asked for the others.
    pub fn priority(self) -> CardPriority {
        match self {
            Self::Reply | Self::Reminder => CardPriority::High,
            Self::FirstOpen | Self::DeliveryProblem => CardPriority::Normal,
        }
    }
}

/// Where a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardState {
    /// To be seen.
    Active,
    /// Comes back.
    Snoozed {
        /// At this instant.
        #[serde(with = "crate::time::instant::millis")]
        until: Timestamp,
    },
    /// Done with.
    Dismissed,
}

impl CardState {
    /// The state that a reader sees at `now`: a snooze that is over is active, even before somebody wrote so.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        match self {
            Self::Snoozed { until } if until <= now => Self::Active,
            _ => self,
        }
    }
}

/// What an author can do with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardAction {
    /// Add a phone call to the record that the message is about.
    PhoneCall,
    /// See it later.
    Snooze,
    /// Be done with it.
    Dismiss,
    /// Take the last snooze or dismissal back.
    Undo,
}

/// A card of the assistant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Follows from the fact.
    pub id: CardId,
    /// What it is about.
    pub kind: CardKind,
    /// In words.
    pub title: String,
    /// The message to link to.
    pub message: MessageId,
    /// The records to link to.
    pub records: Vec<RecordRef>,
    /// When the fact happened.
    #[serde(with = "crate::time::instant::millis")]
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: CardState,
    /// Where it stood before the last snooze or dismissal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<CardState>,
    /// Counts every change; the condition of the next one.
    pub version: u32,
}

/// Why a card cannot be changed so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CardRefusal {
    /// Snoozed until an instant that is over.
    #[error("the time is in the past")]
    InThePast,
    /// Snoozed for longer than allowed.
    #[error("the time is more than a year ahead")]
    TooFar,
    /// Dismissed cards are not snoozed.
    #[error("the card is dismissed")]
    Dismissed,
    /// Nothing was snoozed or dismissed since the last undo.
    #[error("there is nothing to undo")]
    NothingToUndo,
}

impl Card {
    /// When it goes: a card that is done with is kept for half a year after its fact, all others for good.
    pub fn ends_at(&self) -> Option<Timestamp> {
        (self.state == CardState::Dismissed).then(|| self.created_at + DISMISSED_KEPT)
    }

    /// How much it matters.
    pub fn priority(&self) -> CardPriority {
        self.kind.priority()
    }

    /// When it comes back by itself.
    pub fn snoozed_until(&self) -> Option<Timestamp> {
        match self.state {
            CardState::Snoozed { until } => Some(until),
            CardState::Active | CardState::Dismissed => None,
        }
    }

    /// What can be done with it.
    pub fn actions(&self) -> Vec<CardAction> {
        let mut actions = vec![CardAction::PhoneCall];
        if self.state != CardState::Dismissed {
            actions.extend([CardAction::Snooze, CardAction::Dismiss]);
        }
        if self.previous.is_some() {
            actions.push(CardAction::Undo);
        }
        actions
    }

    /// Puts it away until an instant, or for as long as is usual for its priority. The due hint for
    /// [`Card::snoozed_until`] is filed before this is written.
    ///
    /// # Errors
    /// When it is dismissed, or `until` is not between now and a year ahead.
    pub fn snoozed(&self, until: Option<Timestamp>, now: Timestamp) -> Result<Self, CardRefusal> {
        let until = until.unwrap_or(now + self.usual_snooze());
        match self.state {
            CardState::Dismissed => Err(CardRefusal::Dismissed),
            _ if until <= now => Err(CardRefusal::InThePast),
            _ if until.duration_since(now) > SNOOZE_MAX => Err(CardRefusal::TooFar),
            _ => Ok(self.put(CardState::Snoozed { until })),
        }
    }

    fn usual_snooze(&self) -> SignedDuration {
        match self.priority() {
            CardPriority::High => SNOOZE_HIGH,
            CardPriority::Normal => SNOOZE_NORMAL,
        }
    }

    /// Is done with it.
    #[must_use]
    pub fn dismissed(&self) -> Self {
        self.put(CardState::Dismissed)
    }

    /// Remembers the state before, unless it is the same.
    fn put(&self, state: CardState) -> Self {
        if state == self.state { self.clone() } else { self.next(state, Some(self.state)) }
    }

    /// Takes the last snooze or dismissal back. A card that is snoozed again needs a due hint again, and one
    /// whose snooze is over meanwhile comes back active.
    ///
    /// # Errors
    /// When nothing was snoozed or dismissed since it was made, came back or was last undone.
    pub fn undone(&self, now: Timestamp) -> Result<Self, CardRefusal> {
        let previous = self.previous.ok_or(CardRefusal::NothingToUndo)?;
        Ok(self.next(previous.at(now), None))
    }

    /// The card active again, when its snooze is over.
    pub fn woken(&self, now: Timestamp) -> Option<Self> {
        let state = self.state.at(now);
        (state != self.state).then(|| self.next(state, None))
    }

    fn next(&self, state: CardState, previous: Option<CardState>) -> Self {
        Self { state, previous, ..self.clone() }
    }

    /// The key of lists: highest priority first, then newest.
    pub fn rank(&self) -> impl Ord + use<> {
        (Reverse(self.priority()), Reverse(self.created_at), Reverse(self.id))
    }
}

#[cfg(test)]
mod tests;
