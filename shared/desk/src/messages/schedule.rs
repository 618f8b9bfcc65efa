//! The time at which a message leaves, until it does.

use aws::store::Next;
use domain::ground::id::MessageId;
use domain::message::MessageWithCopies;
use domain::message::steps::StepRefused;
use domain::time::schedule::{Schedule, ScheduleRefusal, When, resolve};
use jiff::Timestamp;

use super::release::{dispatch, with_reminder};
use crate::{Actor, Code, Desk, Prepared, Refused};

impl Desk {
    /// Prepares another time for a scheduled message.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotScheduled`], or a time that cannot be.
    pub async fn reschedule(
        &self,
        actor: &Actor,
        id: MessageId,
        at: &When,
    ) -> Result<Prepared<MessageWithCopies>, Refused> {
        let stored = self.own_message(actor, id).await?;
        let schedule = resolved(at, "/at", actor.now)?;
        let moved = stored.moved(Some(schedule), actor.now)?;
        let prepared = dispatch(actor, &stored, moved)?;
        let reminder = self.store.reminder(id).await?;
        let (prepared, _) = with_reminder(prepared, &stored, reminder, actor.now)?;
        Ok(prepared)
    }

    /// Prepares that a scheduled message becomes a draft again.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotScheduled`].
    pub async fn unschedule(&self, actor: &Actor, id: MessageId) -> Result<Prepared<MessageWithCopies>, Refused> {
        let stored = self.own_message(actor, id).await?;
        let draft = stored.unscheduled(actor.now)?;
        let next = Next::step(&stored, draft)?;
        Ok(Prepared::of(actor, next).map(|after| MessageWithCopies::draft(after.message)))
    }
}

/// The time that is meant.
///
/// # Errors
/// When it is past, too far ahead, or in no zone; `field` says where it stands in the input.
pub(crate) fn resolved(when: &When, field: &str, now: Timestamp) -> Result<Schedule, Refused> {
    resolve(when, now).map_err(|refusal| {
        let code = match refusal {
            ScheduleRefusal::InThePast => Code::InThePast,
            ScheduleRefusal::TooFar => Code::TooFar,
            ScheduleRefusal::UnknownZone => Code::UnknownTimeZone,
        };
        Refused::field(field, code, refusal)
    })
}

impl From<StepRefused> for Refused {
    fn from(refused: StepRefused) -> Self {
        match refused {
            StepRefused::NotDraft => Self::not_editable(),
            StepRefused::NotScheduled => Self::because(Code::NotScheduled, refused.to_string()),
            StepRefused::AlreadySent => Self::because(Code::AlreadySent, refused.to_string()),
        }
    }
}
