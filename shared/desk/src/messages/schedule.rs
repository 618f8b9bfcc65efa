//! The time at which a message leaves, until it does.

use aws::store::Next;
use domain::ground::id::MessageId;
use domain::message::steps::StepRefused;
use domain::message::{Message, MessageState, MessageWithCopies};
use domain::time::delivery_time::only;
use domain::time::schedule::{Schedule, ScheduleRefusal, When, resolve};
use jiff::SignedDuration;

use super::release::{dispatch, with_reminder};
use crate::records::delivery_time::DeliveryTimeFor;
use crate::{Actor, Code, Desk, Prepared, Refused};

/// How long an author may think about a time that was recommended.
const THINKING: SignedDuration = SignedDuration::from_hours(1);

impl Desk {
    /// Prepares another time for a scheduled message, or the time that *send* will use for a draft.
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
        if stored.message.state == MessageState::Draft {
            let schedule = self.meant(actor, &stored.message, at).await?;
            return self.hold(actor, stored, Some(schedule)).await;
        }
        let schedule = resolved(actor, at, "/at")?;
        let moved = stored.moved(Some(schedule), actor.now)?;
        let prepared = dispatch(actor, &stored, moved)?;
        let reminder = self.store.reminder(id).await?;
        let (prepared, _) = with_reminder(prepared, &stored, reminder, actor.now)?;
        Ok(prepared)
    }

    /// Prepares that a scheduled message becomes a draft again, and that a draft holds no time any more.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotScheduled`].
    pub async fn unschedule(&self, actor: &Actor, id: MessageId) -> Result<Prepared<MessageWithCopies>, Refused> {
        let stored = self.own_message(actor, id).await?;
        if stored.message.state == MessageState::Draft {
            return self.hold(actor, stored, None).await;
        }
        let draft = stored.unscheduled(actor.now)?;
        let next = Next::step(&stored, draft)?;
        Ok(Prepared::of(actor, next).map(|after| MessageWithCopies::draft(after.message)))
    }

    /// The time that is meant for a draft. A time that was recommended and that passed while the author was thinking is taken as
    /// it is: the message leaves at once.
    ///
    /// # Errors
    /// When any other time is past, too far ahead, or in no zone.
    pub(super) async fn meant(&self, actor: &Actor, draft: &Message, at: &When) -> Result<Schedule, Refused> {
        match resolved(actor, at, "/at") {
            Err(refused) if refused.code == Code::InThePast => {
                self.passed_recommendation(actor, draft, at).await?.ok_or(refused)
            }
            resolved => resolved,
        }
    }

    /// The time, if it was recommended within the last hour.
    async fn passed_recommendation(
        &self,
        actor: &Actor,
        draft: &Message,
        at: &When,
    ) -> Result<Option<Schedule>, Refused> {
        let since = actor.now - THINKING;
        let Ok(passed) = resolve(&at.at_home(actor.home()), since) else { return Ok(None) };
        let Ok(recipient) = only(&draft.recipients) else { return Ok(None) };
        let person = DeliveryTimeFor::Email(recipient.mailbox.email.as_str().to_owned());
        let then = Actor { now: passed.at, ..actor.clone() };
        let recommended = self.delivery_time(&then, &person).await?;
        Ok(recommended.ok().filter(|recommended| recommended.at == passed.at && passed.at > since).map(|_| passed))
    }

    /// Gives a draft the time that *send* will use, or takes it away. Its reminder moves along.
    async fn hold(
        &self,
        actor: &Actor,
        before: MessageWithCopies,
        schedule: Option<Schedule>,
    ) -> Result<Prepared<MessageWithCopies>, Refused> {
        let after = Message { schedule, ..before.message.clone() };
        let next = Next::message(&before.message, after)?;
        let prepared = Prepared::of(actor, next).map(MessageWithCopies::draft);
        let reminder = self.store.reminder(before.message.id).await?;
        let (prepared, _) = with_reminder(prepared, &before, reminder, actor.now)?;
        Ok(prepared)
    }
}

/// The time that is meant.
///
/// # Errors
/// When it is past, too far ahead, or in no zone; `field` says where it stands in the input.
pub(crate) fn resolved(actor: &Actor, when: &When, field: &str) -> Result<Schedule, Refused> {
    resolve(&when.at_home(actor.home()), actor.now).map_err(|refusal| {
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
