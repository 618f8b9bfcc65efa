//! The steps of a message after it was written: released, moved, taken back, cancelled, expired.
//!
//! Each is a pure function from what is stored to what is to be stored. The store writes the result, all or nothing, on
//! condition that message and copies are still the ones that were read.

use jiff::Timestamp;

use super::copy::{Copy, CopyState, Untracked};
use super::tracking::TrackingDecision;
use super::{Message, MessageState, MessageStatus, MessageWithCopies, TrackingState};
use crate::ground::version::Versioned;
use crate::team::settings::{Replies, Settings};
use crate::team::user::User;
use crate::time::schedule::Schedule;

/// The terms on which a draft is released.
#[derive(Debug, Clone)]
pub struct ReleaseTerms {
    /// Tracked or not, and which recipients do not allow it.
    pub decision: TrackingDecision,
    /// The time that the author chose; none for *now*.
    pub schedule: Option<Schedule>,
    /// How many different links the body has.
    pub links: u16,
}

/// A step that the message does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepRefused {
    /// Only a draft can be released or edited.
    #[error("only the schedule and the reminder of a message can change after it was sent")]
    NotDraft,
    /// Only a scheduled message can be moved or taken back.
    #[error("the message is not, or no longer, scheduled")]
    NotScheduled,
    /// A message cannot be cancelled once a copy leaves.
    #[error("at least one copy has left, or is leaving right now")]
    AlreadySent,
}

impl Message {
    /// The released message with a copy for each recipient.
    ///
    /// # Errors
    /// [`StepRefused::NotDraft`].
    pub fn released(
        &self,
        terms: ReleaseTerms,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<MessageWithCopies, StepRefused> {
        if self.state != MessageState::Draft {
            return Err(StepRefused::NotDraft);
        }
        let ReleaseTerms { decision, schedule, links } = terms;
        let at = schedule.as_ref().map_or(now, |schedule| schedule.at);
        let tracked = decision.state == TrackingState::On;

        let message = Self {
            state: MessageState::Released,
            tracked,
            replies_to_us: tracked && settings.replies == Replies::InboundDomain,
            blocked: decision.objecting,
            links,
            send_at: Some(at),
            schedule,
            ..self.clone()
        };

        // The copies begin above every version that a copy of an earlier release can have reached.
        let version = self.version + 1;
        let copies = (0..).zip(&message.recipients).map(|(n, _)| {
            let objected = tracked && message.blocked.contains(&n);
            let untouched = objected.then_some(Untracked::Objection);
            Copy { untouched, ..Copy::queued(n, at, version) }
        });
        let copies = copies.collect();
        Ok(MessageWithCopies { message, copies })
    }

    /// The message in the hands of another owner. While nothing of it has left, it leaves as theirs: nobody sends as
    /// another.
    #[must_use]
    pub fn handed_to(&self, owner: &User, may_have_left: bool) -> Self {
        let from = if may_have_left { self.from.clone() } else { owner.mailbox.clone() };
        Self { owner: owner.id, from, ..self.clone() }
    }

    /// The message once it was kept as long as the organisation wants. Nothing is added to it from then on.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> Self {
        Self { expired_at: Some(now), ..self.clone() }
    }
}

impl MessageWithCopies {
    /// A message without copies: a draft.
    pub fn draft(message: Message) -> Self {
        Self { message, copies: Vec::new() }
    }

    /// True when at least one copy left, or nobody knows whether it did.
    pub fn may_have_left(&self) -> bool {
        self.copies.iter().any(|copy| copy.sent_at.is_some() || copy.state == CopyState::Unconfirmed)
    }

    /// The scheduled message at another time; without one, now.
    ///
    /// # Errors
    /// [`StepRefused::NotScheduled`], also when a worker already hands a copy over.
    pub fn moved(&self, schedule: Option<Schedule>, now: Timestamp) -> Result<Self, StepRefused> {
        let at = schedule.as_ref().map_or(now, |schedule| schedule.at);
        let copies = self.scheduled_copies(now)?.into_iter().map(|copy| copy.moved(at));
        let copies = copies.collect::<Result<_, _>>().map_err(|_| StepRefused::NotScheduled)?;
        let message = Message { send_at: Some(at), schedule, ..self.message.clone() };
        Ok(Self { message, copies })
    }

    /// The scheduled message as a draft again, with its copies cancelled.
    ///
    /// # Errors
    /// [`StepRefused::NotScheduled`], also when a worker already hands a copy over.
    pub fn unscheduled(&self, now: Timestamp) -> Result<Self, StepRefused> {
        let copies = self.scheduled_copies(now)?.into_iter().map(Copy::cancelled);
        let copies = copies.collect::<Result<_, _>>().map_err(|_| StepRefused::NotScheduled)?;
        let mut message = Message {
            state: MessageState::Draft,
            tracked: false,
            replies_to_us: false,
            blocked: Vec::new(),
            links: 0,
            send_at: None,
            schedule: None,
            ..self.message.clone()
        };
        // Nothing has left, so no token names a place: those of people who were erased are not needed any more.
        message.recipients.retain(|recipient| !recipient.mailbox.is_erased());
        Ok(Self { message, copies })
    }

    /// The message taken back for good.
    ///
    /// # Errors
    /// [`StepRefused::AlreadySent`] when a copy left, or a worker hands it over.
    pub fn cancelled(&self) -> Result<Self, StepRefused> {
        let there = self.copies.iter().filter(|copy| !copy.is_forgotten());
        let copies = there.map(Copy::cancelled).collect::<Result<_, _>>();
        let copies = copies.map_err(|_| StepRefused::AlreadySent)?;
        let message = Message { state: MessageState::Cancelled, ..self.message.clone() };
        Ok(Self { message, copies })
    }

    /// The copies that are to leave.
    fn scheduled_copies(&self, now: Timestamp) -> Result<Vec<&Copy>, StepRefused> {
        if self.message.status(&self.copies, now) == MessageStatus::Scheduled {
            Ok(self.copies.iter().filter(|copy| !copy.is_forgotten()).collect())
        } else {
            Err(StepRefused::NotScheduled)
        }
    }

    /// What is stored after `before`: the message and each copy under their next versions.
    #[must_use]
    pub fn succeeding(self, before: &Self) -> Self {
        let message = self.message.succeeding(&before.message);
        let next = |copy: Copy| match before.copies.iter().find(|known| known.recipient == copy.recipient) {
            Some(known) => copy.succeeding(known),
            None => copy,
        };
        let copies = self.copies.into_iter().map(next).collect();
        Self { message, copies }
    }
}

#[cfg(test)]
mod tests;
