//! Release: the author chose *send*.
//!
//! A hint is filed first, then message, copies and answer are written in one transaction, then the copies are queued.
//! Whatever fails after the transaction, the hint leads the scheduler to the copies.

use std::collections::HashSet;

use aws::store::{Next, Write};
use domain::ground::id::MessageId;
use domain::ground::task::SendTask;
use domain::ground::token;
use domain::message::copy::Copy;
use domain::message::reminder::Reminder;
use domain::message::steps::ReleaseTerms;
use domain::message::{Body, Message, MessageState, MessageStatus, MessageWithCopies, TrackingState};
use domain::people::activity::Activity;
use domain::signs::engagement::Kpis;
use domain::team::audit::AuditAction;
use domain::time::due::{CHECK_AFTER, DIRECT, Due, Work};
use domain::time::schedule::{Schedule, When};
use jiff::{SignedDuration, Timestamp};
use mail::track::{self, Page};

use crate::records::standing;
use crate::{Actor, Code, Desk, FieldError, Prepared, Refused};

use super::check::Judged;
use super::{Known, MessageDetails, StoredContent, per_copy};

/// When a message leaves.
#[derive(Debug, Clone)]
pub enum SendAt {
    /// A draft at the time that it holds, if that is not over, else at once. A scheduled message at once.
    Held,
    /// At once.
    Now,
    /// At a time.
    Time(When),
}

impl Desk {
    /// Prepares *send*: a draft leaves now or at a time; a scheduled message leaves now.
    ///
    /// # Errors
    /// When it cannot leave, with the problems that [`Desk::check_message`] names; when the time is over, or it was sent before.
    pub async fn send(&self, actor: &Actor, id: MessageId, at: SendAt) -> Result<Prepared<MessageDetails>, Refused> {
        let stored = self.own_message(actor, id).await?;
        let scheduled = stored.message.status(&stored.copies, actor.now) == MessageStatus::Scheduled;
        let prepared = match at {
            SendAt::Held | SendAt::Now if scheduled => {
                self.can_leave(&stored.message, actor.now).await?;
                let moved = stored.moved(None, actor.now)?;
                let prepared = dispatch(actor, &stored, moved)?;
                let reminder = self.store.reminder(id).await?;
                let (prepared, _) = with_reminder(prepared, &stored, reminder, actor.now)?;
                let details = self.details(actor, prepared.after.clone()).await?;
                Ok(prepared.map(|_| details))
            }
            SendAt::Held => {
                let held = held(&stored.message, actor.now);
                self.release(actor, stored.message, held).await
            }
            SendAt::Now => self.release(actor, stored.message, None).await,
            SendAt::Time(when) => {
                let schedule = self.meant(actor, &stored.message, &when).await?;
                let ahead = Some(schedule).filter(|schedule| schedule.at >= actor.now);
                self.release(actor, stored.message, ahead).await
            }
        }?;
        if actor.is_for_somebody_else() {
            let line = self.audited(actor, AuditAction::MessageSentFor, id).await?;
            return Ok(prepared.with([line]));
        }
        Ok(prepared)
    }

    /// Checks that a draft can be sent and works out what leaves.
    async fn release(
        &self,
        actor: &Actor,
        mut draft: Message,
        schedule: Option<Schedule>,
    ) -> Result<Prepared<MessageDetails>, Refused> {
        if draft.state != MessageState::Draft {
            return Err(Refused::not_editable());
        }
        let files = self.files(&draft).await?;
        let settings = self.store.settings(draft.org).await?;
        let body = self.blobs.body(draft.id, &draft.body).await?;
        let standings = self.standings(draft.org, &draft.recipients).await?;

        let decision = draft.tracking(&[], &settings, &standings);
        let tracked = decision.state == TrackingState::On;
        let before = MessageWithCopies::draft(draft.clone());
        standing::name_records(&mut draft.recipients, &standings);
        let body = self.with_recipients(actor, &draft, body).await?;
        let judged = Judged { message: &draft, body: &body, files: &files, tracked };
        nothing_in_the_way(self.obstacles(&judged, actor.now).await?)?;
        let links = if tracked { self.store_links(draft.id, &per_copy::bodies(&draft, &body)?).await? } else { 0 };
        if body.per_copy.is_some() {
            draft.body = self.blobs.put_body(draft.id, &body).await?;
        }
        let after = draft.released(ReleaseTerms { decision, schedule, links }, &settings, actor.now)?;

        let reminder = self.store.reminder(draft.id).await?;
        let prepared = dispatch(actor, &before, after)?;
        let (mut prepared, reminder) = with_reminder(prepared, &before, reminder, actor.now)?;
        if let Some(at) = prepared.after.message.expires_at(&settings) {
            prepared = prepared.hint(Due { at, message: draft.id, work: Work::Expire });
        }
        Ok(prepared.map(|stored| {
            let kpis = Kpis::default();
            let copy_kpis = vec![kpis.clone(); stored.copies.len()];
            let content = Some(StoredContent { body, files, reminder });
            let known = Known { settings: &settings, standings: &standings, kpis: &kpis, copy_kpis, content };
            MessageDetails::of(stored, known, actor.now)
        }))
    }

    /// Checks a scheduled message once more.
    async fn can_leave(&self, message: &Message, now: Timestamp) -> Result<(), Refused> {
        let body = self.blobs.body(message.id, &message.body).await?;
        let files = self.files(message).await?;
        let judged = Judged { message, body: &body, files: &files, tracked: message.tracked };
        nothing_in_the_way(self.obstacles(&judged, now).await?)
    }

    /// Stores the addresses of all links, so that a link leads on even if its key must be given up one day.
    async fn store_links(&self, id: MessageId, bodies: &[Body]) -> Result<u16, Refused> {
        let (mut links, mut seen) = (Vec::new(), HashSet::new());
        for body in bodies {
            // The sender verifies what these tokens claim; an address that is stored in vain does no harm.
            let html = track::restored_html(&body.html, &token::claimed);
            let text = track::restored_text(&body.text, &token::claimed);
            let page = Page::read(&html);
            let page = page.map_err(|error| Refused::field("/html", Code::HtmlTooComplex, error))?;
            links.extend(page.destinations(&text).into_iter().filter(|link| seen.insert(link.clone())));
        }
        links.truncate(usize::from(u16::MAX));
        self.store.put_links(id, &links).await?;
        Ok(u16::try_from(links.len()).unwrap_or(u16::MAX))
    }
}

fn nothing_in_the_way(obstacles: Vec<FieldError>) -> Result<(), Refused> {
    if obstacles.is_empty() { Ok(()) } else { Err(Refused::fields(obstacles)) }
}

/// The time that a draft holds, under the rules of today, if it is not over.
fn held(draft: &Message, now: Timestamp) -> Option<Schedule> {
    let held = draft.schedule.as_ref()?;
    let at = held.again();
    (at > now).then(|| Schedule { at, ..held.clone() })
}

/// Prepares a message whose copies have a new time. The copies that leave soon are queued at once, with a hint to check
/// on them; the scheduler queues later ones, led by a hint.
pub(super) fn dispatch(
    actor: &Actor,
    before: &MessageWithCopies,
    after: MessageWithCopies,
) -> Result<Prepared<MessageWithCopies>, Refused> {
    let now = actor.now;
    let next = Next::step(before, after)?;
    let MessageWithCopies { message, copies } = &next.value;
    let leaves_at = message.sent_for();
    let soon = leaves_at.duration_since(now) <= DIRECT;
    let hint = if soon {
        Due { at: leaves_at + CHECK_AFTER, message: message.id, work: Work::Check }
    } else {
        // Somebody who was erased left a gap, so the last place counts.
        let copies = copies.iter().map(|copy| copy.recipient + 1).max().unwrap_or_default();
        Due { at: leaves_at, message: message.id, work: Work::Send { copies } }
    };

    let activity = Activity::mail(message, leaves_at);
    let listed = message.records();
    let notes = listed.iter().map(|record| Write::mail_activity(message.org, record, &activity));
    let notes = notes.collect::<Result<Vec<_>, _>>()?;
    let tasks = if soon { tasks(message.id, copies, now) } else { Vec::new() };

    Ok(Prepared::of(actor, next).hint(hint).note(notes).then_queue(tasks))
}

/// Takes the reminder along when its message gets a time: it is never due before the message leaves.
pub(super) fn with_reminder(
    prepared: Prepared<MessageWithCopies>,
    before: &MessageWithCopies,
    reminder: Option<Reminder>,
    now: Timestamp,
) -> Result<(Prepared<MessageWithCopies>, Option<Reminder>), Refused> {
    let Some(reminder) = reminder else { return Ok((prepared, None)) };
    let (id, leaves_at) = (before.message.id, prepared.after.message.leaves_at(now));
    let Some(moved) = reminder.behind(before.message.leaves_at(now), leaves_at) else {
        return Ok((prepared, Some(reminder)));
    };
    let next = Next::reminder(id, Some(&reminder), moved)?;
    let hint = Due { at: next.value.due.at, message: id, work: Work::Remind };
    Ok((prepared.hint(hint).with(next.writes), Some(next.value)))
}

/// The tasks for the copies that wait.
pub(super) fn tasks(message: MessageId, copies: &[Copy], now: Timestamp) -> Vec<(SendTask, SignedDuration)> {
    let waiting = copies.iter().filter(|copy| copy.is_waiting());
    let task = |copy: &Copy| {
        let task = SendTask::CopyV1 { message, recipient: copy.recipient };
        (task, copy.due_at.duration_since(now))
    };
    waiting.map(task).collect()
}
