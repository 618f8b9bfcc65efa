//! One recipient's copy of a message, and how it is sent at most once.
//!
//! ```text
//! queued ─► submitting ─► sent
//!    │          ├─► retry_wait ─(due)─► submitting    definite: the provider did not take it
//!    │          ├─► failed                            definite: the provider refused it
//!    │          └─► confirming ─► unconfirmed         nobody knows; evidence or a person decides
//!    └─► failed                                       it cannot be put together
//! ```
//!
//! Two writes stand around the wire. Until *submitting* nothing has left us: workers prepare the mail as often as they
//! like, which has no effect on anything, and of those that want to hand it over one wins the write. *Submitting* means
//! that it may have left us: it is never taken over, only settled. Every change is a pure function from a copy to a
//! copy; the store writes the result on condition that the version is still the one that was read.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ground::id::AttemptId;

pub mod delivery;
pub mod status;

use delivery::Delivery;

/// How long a submission may take: the function's timeout, its overrun, and skewed clocks.
pub const SUBMIT_LEASE: SignedDuration = SignedDuration::from_secs(90);
/// How long evidence may take before a person is asked.
pub const CONFIRM: SignedDuration = SignedDuration::from_mins(15);
/// How long the provider's outages and limits are waited for.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(24);

/// Where a copy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyState {
    /// Waits for its time, or for a worker.
    Queued,
    /// Handed to the provider. It may have left us.
    Submitting,
    /// The provider could not take it now; tried again later.
    RetryWait,
    /// Handed to the provider, answer lost. Never sent again on our own.
    Confirming,
    /// No evidence came. A person decides.
    Unconfirmed,
    /// The provider took it.
    Sent,
    /// It will not be sent.
    Failed,
    /// Taken back before it left.
    Cancelled,
}

/// Why the copy of a followed message leaves as its author wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Untracked {
    /// The recipient does not allow it.
    Objection,
    /// The organisation does not follow mail any more.
    SwitchedOff,
}

/// One recipient's copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// The position of the recipient in the message.
    pub recipient: u16,
    /// Where it stands.
    pub state: CopyState,
    /// Counts every change; the condition of the next one.
    pub version: u32,
    /// Not before this instant.
    #[serde(with = "crate::time::instant::millis")]
    pub due_at: Timestamp,
    /// The worker that handed it over last: the fence against one that was thought dead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<AttemptId>,
    /// How many times it was handed to the provider.
    #[serde(default)]
    pub submissions: u32,
    /// When the submission, the wait or the confirmation ends, depending on the state.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// When it was handed to the provider.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<Timestamp>,
    /// It is not followed although the message is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untouched: Option<Untracked>,
    /// The provider's id of the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ses_id: Option<String>,
    /// When the provider took it.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// A person said that it was sent; no evidence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub assumed: bool,
    /// Evidence came that an earlier attempt had left as well: the recipient got two.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubled: bool,
    /// Its recipient was forgotten: the words of other servers about it are not kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// How the delivery went, as far as the mail service said.
    #[serde(default, skip_serializing_if = "Delivery::is_empty")]
    pub delivery: Delivery,
    /// Why it waits or failed, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What is known after the provider was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SesAnswer {
    /// It took the mail, under this id.
    Accepted(String),
    /// It certainly did not take it, and may later.
    NotNow {
        /// In words for people.
        reason: String,
        /// Wait at least this long.
        wait: SignedDuration,
    },
    /// It certainly did not take it, and never will.
    Refused(String),
    /// Nobody knows.
    Lost,
}

/// What a worker that was told to look at a copy should do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopyStep {
    /// Prepare the mail and hand it over.
    Submit,
    /// Write this and look again at the instant.
    Settle(Box<Copy>, Option<Timestamp>),
    /// Look again at this instant.
    Wait(Timestamp),
    /// Nothing to do.
    Done,
}

/// A change that the copy's state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not possible in this state")]
pub struct NotPossible;

impl Copy {
    /// A copy that waits for `due_at`. Its first version is the message's, which is above every version that a copy
    /// of an earlier release can have reached: a worker that still holds one of those changes nothing.
    pub fn queued(recipient: u16, due_at: Timestamp, version: u32) -> Self {
        Self {
            recipient,
            state: CopyState::Queued,
            version,
            due_at,
            attempt: None,
            submissions: 0,
            untouched: None,
            until: None,
            submitted_at: None,
            ses_id: None,
            sent_at: None,
            assumed: false,
            doubled: false,
            erased: false,
            delivery: Delivery::default(),
            detail: None,
        }
    }

    fn next(&self, state: CopyState) -> Self {
        Self { state, ..self.clone() }
    }

    /// What to do with this copy at `now`.
    pub fn step(&self, now: Timestamp) -> CopyStep {
        let until = self.until.unwrap_or(self.due_at);
        match self.state {
            CopyState::Queued if self.due_at > now => CopyStep::Wait(self.due_at),
            CopyState::RetryWait | CopyState::Submitting | CopyState::Confirming if until > now => {
                CopyStep::Wait(until)
            }
            CopyState::Queued | CopyState::RetryWait => CopyStep::Submit,
            CopyState::Submitting => {
                let copy = self.confirming();
                let until = copy.until;
                CopyStep::Settle(Box::new(copy), until)
            }
            CopyState::Confirming => {
                CopyStep::Settle(Box::new(Self { until: None, ..self.next(CopyState::Unconfirmed) }), None)
            }
            CopyState::Unconfirmed | CopyState::Sent | CopyState::Failed | CopyState::Cancelled => CopyStep::Done,
        }
    }

    fn confirming(&self) -> Self {
        let since = self.submitted_at.unwrap_or(self.due_at);
        Self { until: Some(since + CONFIRM), ..self.next(CopyState::Confirming) }
    }

    /// Marks that the mail is about to leave; the last write before the provider is called.
    ///
    /// # Errors
    /// When it does not wait for a worker.
    pub fn submitting(&self, now: Timestamp, attempt: AttemptId) -> Result<Self, NotPossible> {
        if self.step(now) != CopyStep::Submit {
            return Err(NotPossible);
        }
        Ok(Self {
            attempt: Some(attempt),
            submissions: self.submissions + 1,
            submitted_at: Some(now),
            until: Some(now + SUBMIT_LEASE),
            detail: None,
            ..self.next(CopyState::Submitting)
        })
    }

    /// What follows from the provider's answer. A late *accepted* settles whatever doubt arose meanwhile.
    ///
    /// # Errors
    /// When this copy is not waiting for that answer.
    pub fn answered(&self, now: Timestamp, answer: SesAnswer) -> Result<Self, NotPossible> {
        let open = matches!(self.state, CopyState::Submitting | CopyState::Confirming | CopyState::Unconfirmed);
        match answer {
            SesAnswer::Accepted(id) if open => Ok(self.accepted(now, Some(id))),
            SesAnswer::NotNow { reason, wait } if self.state == CopyState::Submitting => {
                Ok(self.not_now(now, reason, wait))
            }
            SesAnswer::Refused(reason) if self.state == CopyState::Submitting => Ok(self.failed(reason)),
            SesAnswer::Lost if self.state == CopyState::Submitting => Ok(self.confirming()),
            _ => Err(NotPossible),
        }
    }

    fn accepted(&self, now: Timestamp, ses_id: Option<String>) -> Self {
        Self { ses_id, sent_at: Some(now), until: None, detail: None, ..self.next(CopyState::Sent) }
    }

    fn not_now(&self, now: Timestamp, reason: String, wait: SignedDuration) -> Self {
        if self.is_given_up(now) {
            return self.failed(format!("gave up after 24 hours: {reason}"));
        }
        Self { until: Some(now + wait), detail: Some(reason), ..self.next(CopyState::RetryWait) }
    }

    /// Gives up before the provider was called: too large, address suppressed, sender unknown.
    ///
    /// # Errors
    /// When it was handed to the provider, or is settled.
    pub fn rejected(&self, reason: String) -> Result<Self, NotPossible> {
        if self.is_waiting() { Ok(self.failed(reason)) } else { Err(NotPossible) }
    }

    fn failed(&self, reason: String) -> Self {
        Self { until: None, detail: Some(reason), ..self.next(CopyState::Failed) }
    }

    /// Takes the copy back, or moves it, while nothing has left us.
    ///
    /// # Errors
    /// Once a worker hands it over.
    pub fn cancelled(&self) -> Result<Self, NotPossible> {
        if self.is_waiting() { Ok(Self { until: None, ..self.next(CopyState::Cancelled) }) } else { Err(NotPossible) }
    }

    /// The copy of a recipient who was forgotten: without the words of other servers, and not to leave if it has not.
    #[must_use]
    pub fn forgotten(&self) -> Self {
        let state = if self.is_waiting() { CopyState::Cancelled } else { self.state };
        let delivery = self.delivery.without_words();
        Self { erased: true, detail: None, delivery, ..self.next(state) }
    }

    /// Moves the copy to another time.
    ///
    /// # Errors
    /// Once a worker hands it over.
    pub fn moved(&self, due_at: Timestamp) -> Result<Self, NotPossible> {
        if self.state == CopyState::Queued {
            Ok(Self { due_at, ..self.next(CopyState::Queued) })
        } else {
            Err(NotPossible)
        }
    }

    /// A person says that an unconfirmed copy was sent.
    ///
    /// # Errors
    /// When the copy is not unconfirmed.
    pub fn assumed_sent(&self) -> Result<Self, NotPossible> {
        if self.state != CopyState::Unconfirmed {
            return Err(NotPossible);
        }
        let sent_at = self.submitted_at;
        Ok(Self { assumed: true, sent_at, ..self.next(CopyState::Sent) })
    }

    /// A person wants an unconfirmed copy sent again, knowing that the recipient may get two.
    ///
    /// # Errors
    /// When the copy is not unconfirmed.
    pub fn sent_again(&self, now: Timestamp) -> Result<Self, NotPossible> {
        if self.state != CopyState::Unconfirmed {
            return Err(NotPossible);
        }
        Ok(Self { due_at: now, until: None, attempt: None, ..self.next(CopyState::Queued) })
    }

    /// True when its recipient was forgotten before anything left: it is no part of the message any more.
    pub fn is_forgotten(&self) -> bool {
        self.erased && self.state == CopyState::Cancelled
    }

    /// True while nothing has left us.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, CopyState::Queued | CopyState::RetryWait)
    }

    /// True when outages are not waited for any longer.
    pub fn is_given_up(&self, now: Timestamp) -> bool {
        now.duration_since(self.due_at) > HORIZON
    }

    /// True when nothing more will happen by itself.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, CopyState::Sent | CopyState::Failed | CopyState::Cancelled | CopyState::Unconfirmed)
    }
}

#[cfg(test)]
mod tests;
