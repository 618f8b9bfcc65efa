//! The reminder of a message.

use aws::store::{Next, Write};
use domain::ground::id::MessageId;
use domain::message::MessageState;
use domain::message::reminder::{Reminder, ReminderCondition, ReminderRefusal};
use domain::time::due::{Due, Work};
use domain::time::schedule::When;

use super::schedule::resolved;
use crate::{Actor, Code, Desk, Prepared, Refused};

/// The terms of a reminder.
#[derive(Debug, Clone)]
pub struct ReminderInput {
    /// The text of the card, one line, up to 256 characters.
    pub title: String,
    /// The condition on which it fires.
    pub condition: ReminderCondition,
    /// When the condition is judged.
    pub due: When,
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
        let message = self.own_message(actor, id).await?.message;
        if message.state == MessageState::Cancelled {
            return Err(Refused::not_editable());
        }
        let ReminderInput { title, condition, due } = input;
        let due = resolved(&due, "/due", actor.now)?;
        let is_draft = message.state == MessageState::Draft;
        let tracked = if is_draft { message.tracking_requested } else { message.tracked };
        if condition.needs_tracking() && !tracked {
            let detail = "only a tracked message can tell whether it was opened or answered";
            return Err(Refused::field("/condition", Code::NeedsTracking, detail));
        }

        if message.state == MessageState::Released && due.at < message.sent_for() {
            let detail = "the message leaves later than that";
            return Err(Refused::field("/due", Code::BeforeSending, detail));
        }

        let before = self.store.reminder(id).await?;
        let after = match &before {
            None => Reminder::new(title, condition, due).map_err(ReminderRefusal::Title)?,
            Some(before) => before.changed(title, condition, due)?,
        };
        let hint = Due { at: after.due.at, message: id, work: Work::Remind };
        let next = Next::reminder(id, before.as_ref(), after)?;
        Ok(Prepared::of(actor, next).hint(hint))
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
