//! The reminder of a message.

use std::collections::BTreeSet;

use aws::store::{Next, Write};
use domain::ground::id::MessageId;
use domain::message::reminder::{MAX_DAYS, RelativeDue, Reminder, ReminderCondition, ReminderRefusal};
use domain::message::{Message, MessageState, MessageStatus, MessageWithCopies, TrackingState};
use domain::signs::reply::Reply;
use domain::team::settings::Settings;
use domain::time::due::{Due, Work};
use domain::time::schedule::{Schedule, When};
use jiff::civil::Time;

use super::schedule::resolved;
use crate::{Actor, Code, Desk, Prepared, Refused};

/// The terms of a reminder. The default stands for every field that is left out: not opened within three days.
#[derive(Debug, Clone, Default)]
pub struct ReminderInput {
    /// The text of the card, one line, up to 256 characters.
    pub title: Option<String>,
    /// The condition on which it fires.
    pub condition: Option<ReminderCondition>,
    /// When the condition is judged.
    pub due: Option<ReminderDue>,
}

/// When a reminder is due.
#[derive(Debug, Clone)]
pub enum ReminderDue {
    /// At a time.
    At(When),
    /// Days after the message leaves.
    After {
        /// How many, from 1 to 365.
        days: u16,
        /// Only the organisation's working days count.
        working_days: bool,
        /// The time on that day; the time at which the message leaves when there is none.
        local_time: Option<Time>,
    },
}

impl Desk {
    /// Prepares the reminder of a message: a new one, or a change while it is pending.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotEditable`], [`Code::NeedsTracking`], [`Code::BeforeSending`], [`Code::ReminderOver`], or a field at fault.
    pub async fn set_reminder(
        &self,
        actor: &Actor,
        id: MessageId,
        input: ReminderInput,
    ) -> Result<Prepared<Reminder>, Refused> {
        let stored = self.own_message(actor, id).await?;
        let message = &stored.message;
        if message.state == MessageState::Cancelled {
            return Err(Refused::not_editable());
        }
        let ReminderInput { title, condition, due } = input;
        let condition = condition.unwrap_or(ReminderCondition::NotOpened);
        let title = title.unwrap_or_else(|| Reminder::usual_title(condition, &message.subject));
        let settings = self.store.settings(actor.org).await?;
        let (due, relative) = due_of(actor, due, message, &settings)?;
        if condition.needs_tracking() && !self.can_be_judged(&stored, &settings).await? {
            let detail = "only a tracked message can tell whether it was opened or answered";
            return Err(Refused::field("/condition", Code::NeedsTracking, detail));
        }

        if due.at < message.leaves_at(actor.now) {
            let detail = "the message leaves later than that";
            return Err(Refused::field("/due", Code::BeforeSending, detail));
        }

        let before = self.store.reminder(id).await?;
        let after = match &before {
            None => Reminder::new(title, condition, due).map_err(ReminderRefusal::Title)?,
            Some(before) => before.changed(title, condition, due)?,
        };
        let after = self.behind_absence(id, after.following(relative)).await?;
        let hint = Due { at: after.due.at, message: id, work: Work::Remind };
        let next = Next::reminder(id, before.as_ref(), after)?;
        // Whoever gives the message another time meanwhile takes this reminder along, or starts over.
        let leaves_later = message.state == MessageState::Draft
            || message.status(&stored.copies, actor.now) == MessageStatus::Scheduled;
        let touched = if leaves_later { Write::touched(message)? } else { Vec::new() };
        Ok(Prepared::of(actor, next).with(touched).hint(hint))
    }

    /// True when somebody will know whether the message was opened or answered.
    async fn can_be_judged(&self, stored: &MessageWithCopies, settings: &Settings) -> Result<bool, Refused> {
        let MessageWithCopies { message, copies } = stored;
        if message.state == MessageState::Draft {
            return Ok(self.tracking_of_draft(message).await?.state == TrackingState::On);
        }
        let any = copies.iter().any(|copy| copy.untouched.is_none());
        Ok(message.tracked && any && settings.tracking_enabled)
    }

    /// The reminder behind the absence of which a recipient has told.
    async fn behind_absence(&self, id: MessageId, reminder: Reminder) -> Result<Reminder, Refused> {
        if reminder.relative.is_none() {
            return Ok(reminder);
        }
        let notes = self.store.replies(id).await?;
        let back = notes.iter().filter_map(Reply::absent_until).max();
        Ok(back.and_then(|day| reminder.away(day)).unwrap_or(reminder))
    }

    /// Prepares that a message has no reminder; not an error when there is none.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn remove_reminder(&self, actor: &Actor, id: MessageId) -> Result<Prepared<()>, Refused> {
        self.own_message(actor, id).await?;
        Ok(Prepared::nothing(actor, ()).with([Write::no_reminder(id)]))
    }
}

/// When it is due, and how that follows from when the message leaves.
fn due_of(
    actor: &Actor,
    due: Option<ReminderDue>,
    message: &Message,
    settings: &Settings,
) -> Result<(Schedule, Option<RelativeDue>), Refused> {
    let relative = match due {
        Some(ReminderDue::At(when)) => return Ok((resolved(actor, &when, "/due")?, None)),
        Some(ReminderDue::After { days, .. }) if !(1..=MAX_DAYS).contains(&days) => {
            return Err(Refused::field("/due/after_days", Code::InvalidValue, "from 1 to 365 days"));
        }
        Some(ReminderDue::After { days, working_days, local_time }) => {
            let days_that_count = if working_days { settings.working_hours.days().clone() } else { BTreeSet::new() };
            RelativeDue { after_days: days, days: days_that_count, local_time }
        }
        None => RelativeDue::usual(),
    };
    let clock = message.schedule.as_ref().map_or(actor.home(), |schedule| &schedule.wall.time_zone);
    let due = relative.counted(message.leaves_at(actor.now), clock);
    if due.at <= actor.now {
        return Err(Refused::field("/due", Code::InThePast, "the time is in the past"));
    }
    Ok((due, Some(relative)))
}

impl From<ReminderRefusal> for Refused {
    fn from(refusal: ReminderRefusal) -> Self {
        match refusal {
            ReminderRefusal::Title(error) => Self::field("/title", Code::InvalidText, error),
            ReminderRefusal::NotPending => {
                Self::because(Code::ReminderOver, "it fired or was not needed; delete it to set another")
            }
        }
    }
}
