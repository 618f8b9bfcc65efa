//! Reminders: an author wants to hear of a message again at a time, perhaps only if nothing happened by then.
//!
//! ```text
//! pending ─(due)─► fired        the condition holds: a card appears
//!             └──► satisfied    somebody answered or opened in time
//! ```
//!
//! Judged when it is due and not before: until then a verdict on a hit may still change. Only what happened *by*
//! the due time counts, so a tick that comes late decides as it would have decided in time. Like the changes of
//! a copy, each is a pure function whose result is written on condition of the version that was read.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ground::name;
use crate::signs::engagement::{Deed, DeedKind, Kpis};
use crate::time::phrase::moment;
use crate::time::schedule::Schedule;

mod relative;

pub use relative::{MAX_DAYS, RelativeDue};

/// A reminder that is pending for longer than this behind its time waits for its message to leave.
const JUDGED_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// How much of a subject a title shows that nobody wrote, in characters.
const SUBJECT_SHOWN: usize = 80;

/// When a reminder fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderCondition {
    /// Nobody answered by then.
    NoReply,
    /// No person opened it by then.
    NotOpened,
    /// In any case.
    Always,
}

impl ReminderCondition {
    /// True for what can only be judged on a message that is followed.
    pub fn needs_tracking(self) -> bool {
        !matches!(self, Self::Always)
    }
}

/// What became of a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReminderStatus {
    /// Not due yet.
    Pending,
    /// The condition held.
    Fired {
        /// When the card was made.
        #[serde(with = "crate::time::instant::millis")]
        at: Timestamp,
        /// It could not be judged: the message is not tracked any more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        untracked: bool,
    },
    /// It was not needed.
    Satisfied {
        /// When somebody did what was hoped for.
        #[serde(with = "crate::time::instant::millis")]
        at: Timestamp,
        /// What they did.
        by: DeedKind,
    },
}

impl ReminderStatus {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Fired { .. } => "fired",
            Self::Satisfied { .. } => "satisfied",
        }
    }
}

/// A reminder of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// What the card will say.
    pub title: String,
    /// Whether it fires.
    pub condition: ReminderCondition,
    /// When that is judged.
    pub due: Schedule,
    /// How the due time follows from when the message leaves, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<RelativeDue>,
    /// The day to which an out-of-office note has moved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub away_until: Option<Date>,
    /// What became of it.
    pub status: ReminderStatus,
    /// Counts every change; the condition of the next one.
    pub version: u32,
}

/// What is known of the recipients when a reminder is judged. Machines never count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReminderFacts {
    /// The first open, click, view or answer by a person.
    pub seen: Option<Deed>,
    /// The first answer by a person.
    pub replied_at: Option<Timestamp>,
    /// Nothing is recorded any more: nobody can tell whether the message was opened or answered.
    pub untracked: bool,
}

impl ReminderFacts {
    /// The facts that the figures of a message tell.
    pub fn of(kpis: &Kpis, tracked: bool) -> Self {
        Self { seen: kpis.seen(), replied_at: kpis.first_replied_at, untracked: !tracked }
    }
}

/// What to do with a reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Look again at this instant.
    Wait(Timestamp),
    /// Make the card, then write this.
    Fire(Reminder),
    /// Write this.
    Satisfy(Reminder),
    /// Nothing: it was judged before.
    Done,
}

/// Why a reminder cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReminderRefusal {
    /// It fired, or was satisfied.
    #[error("the reminder is over")]
    NotPending,
    /// Its title is no title.
    #[error(transparent)]
    Title(#[from] name::InvalidName),
}

impl Reminder {
    /// A reminder that waits.
    ///
    /// # Errors
    /// When the title is empty, longer than a display name, or more than one line.
    pub fn new(title: String, condition: ReminderCondition, due: Schedule) -> Result<Self, name::InvalidName> {
        if title.trim().is_empty() {
            return Err(name::InvalidName::Empty);
        }
        name::display_name(&title)?;
        let status = ReminderStatus::Pending;
        Ok(Self { title, condition, due, relative: None, away_until: None, status, version: 0 })
    }

    /// The title of a reminder that nobody named.
    pub fn usual_title(condition: ReminderCondition, subject: &str) -> String {
        let what = match condition {
            ReminderCondition::NoReply => "No answer yet",
            ReminderCondition::NotOpened => "Not opened yet",
            ReminderCondition::Always => "Follow up",
        };
        let subject: String = subject.trim().chars().take(SUBJECT_SHOWN).collect();
        if subject.is_empty() { what.to_owned() } else { format!("{what}: {subject}") }
    }

    /// The same reminder with a due time that follows from when the message leaves, or does not.
    #[must_use]
    pub fn following(self, relative: Option<RelativeDue>) -> Self {
        Self { relative, ..self }
    }

    /// The pending reminder after an out-of-office note, when the note names a later day than the one that follows from when
    /// the message left. `None` when it can stay.
    pub fn away(&self, until: Date) -> Option<Self> {
        let later = until > self.due.wall.local.date();
        let moves = self.status == ReminderStatus::Pending && self.relative.is_some() && later;
        moves.then(|| Self { due: relative::on_day(&self.due, until), away_until: Some(until), ..self.clone() })
    }

    /// The same reminder with other terms.
    ///
    /// # Errors
    /// When it is over, or the title is no title.
    pub fn changed(&self, title: String, condition: ReminderCondition, due: Schedule) -> Result<Self, ReminderRefusal> {
        if self.status != ReminderStatus::Pending {
            return Err(ReminderRefusal::NotPending);
        }
        Ok(Self { version: self.version, ..Self::new(title, condition, due)? })
    }

    /// The pending reminder of a message that now leaves at `to` and not at `from`. A due time that follows from that is counted
    /// anew. Any other is moved when it would be due before the message leaves: as long behind the new time as it was behind the
    /// old one. `None` when it can stay.
    pub fn behind(&self, from: Timestamp, to: Timestamp) -> Option<Self> {
        if let Some(relative) = self.relative.as_ref().filter(|_| self.status == ReminderStatus::Pending) {
            let due = relative.counted(to, &self.due.wall.time_zone);
            return (due != self.due).then(|| Self { due, away_until: None, ..self.clone() });
        }
        if self.status != ReminderStatus::Pending || to < self.due.again() {
            return None;
        }
        let distance = self.due.again().duration_since(from).max(SignedDuration::ZERO);
        Some(Self { due: self.due.moved(to + distance), ..self.clone() })
    }

    /// True when it was not needed.
    pub fn is_satisfied(&self) -> bool {
        matches!(self.status, ReminderStatus::Satisfied { .. })
    }

    /// True when it can only be judged on a message that is followed.
    pub fn needs_tracking(&self) -> bool {
        self.condition.needs_tracking()
    }

    /// The reminder that fires, or fired, although what it hoped for had happened in time and was only recorded later.
    /// `None` when it is right to.
    pub fn belatedly_satisfied(&self, facts: ReminderFacts) -> Option<Self> {
        let deed = hoped_for(self.condition, facts).filter(|deed| !self.is_satisfied() && deed.at <= self.due.again());
        deed.map(|Deed { at, by }| self.next(ReminderStatus::Satisfied { at, by }))
    }

    fn next(&self, status: ReminderStatus) -> Self {
        Self { status, ..self.clone() }
    }
}

/// Decides what to do with a reminder at `now`. The due time is resolved once more, under the rules of today.
pub fn judge(reminder: &Reminder, facts: ReminderFacts, now: Timestamp) -> Judgement {
    let due = reminder.due.again();
    if reminder.status != ReminderStatus::Pending {
        return Judgement::Done;
    }
    if now < due {
        return Judgement::Wait(due);
    }
    if let Some(Deed { at, by }) = hoped_for(reminder.condition, facts).filter(|deed| deed.at <= due) {
        return Judgement::Satisfy(reminder.next(ReminderStatus::Satisfied { at, by }));
    }
    let untracked = facts.untracked && reminder.needs_tracking();
    Judgement::Fire(reminder.next(ReminderStatus::Fired { at: now, untracked }))
}

/// The first deed that makes a reminder needless. A person who answered or clicked has seen the message, whether or not
/// images were shown.
fn hoped_for(condition: ReminderCondition, facts: ReminderFacts) -> Option<Deed> {
    match condition {
        ReminderCondition::NoReply => facts.replied_at.map(|at| Deed { at, by: DeedKind::Reply }),
        ReminderCondition::NotOpened => facts.seen,
        ReminderCondition::Always => None,
    }
}

/// What a reminder will do, or what became of it, in words for the reader in `zone`.
pub fn summary(reminder: &Reminder, now: Timestamp, zone: &TimeZone) -> String {
    let on = |at| moment(at, now, zone);
    match reminder.status {
        ReminderStatus::Pending if reminder.due.again() + JUDGED_WITHIN <= now => {
            format!("Reminds once the message has left{}", condition_ahead(reminder.condition))
        }
        ReminderStatus::Pending => {
            let moved = if reminder.away_until.is_some() { "; moved to when the recipient is back" } else { "" };
            format!("Reminds on {}{}{moved}", on(reminder.due.again()), condition_ahead(reminder.condition))
        }
        ReminderStatus::Fired { at, untracked: true } => {
            format!(
                "Reminded on {}: the message is not tracked any more, so nobody knows whether it was opened or answered",
                on(at)
            )
        }
        ReminderStatus::Fired { at, .. } => format!("Reminded on {}{}", on(at), condition_behind(reminder.condition)),
        ReminderStatus::Satisfied { at, by } => format!("Not needed: {} on {}", done(by), on(at)),
    }
}

fn done(by: DeedKind) -> &'static str {
    match by {
        DeedKind::Open => "opened",
        DeedKind::Click => "a link was clicked",
        DeedKind::AttachmentView => "a file was viewed",
        DeedKind::Reply => "answered",
    }
}

fn condition_ahead(condition: ReminderCondition) -> &'static str {
    match condition {
        ReminderCondition::NoReply => " if nobody has replied",
        ReminderCondition::NotOpened => " if nobody has opened it",
        ReminderCondition::Always => "",
    }
}

fn condition_behind(condition: ReminderCondition) -> &'static str {
    match condition {
        ReminderCondition::NoReply => ": not answered by a person",
        ReminderCondition::NotOpened => ": not opened by a person",
        ReminderCondition::Always => "",
    }
}

#[cfg(test)]
mod tests;
