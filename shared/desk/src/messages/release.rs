//! Release: the author chose *send*.
//!
//! A hint is filed first, then message, copies and answer are written in one transaction, then the copies are queued.
//! Whatever fails after the transaction, the hint leads the scheduler to the copies.

use aws::store::{Next, Write};
use domain::ground::id::MessageId;
use domain::ground::task::SendTask;
use domain::ground::token;
use domain::message::attachment::Attachment;
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
use crate::{Actor, Code, Desk, Prepared, Refused};

use super::schedule::resolved;
use super::{Content, Known, MessageDetails};

/// When a message leaves.
#[derive(Debug, Clone)]
pub enum SendAt {
    /// At once.
    Now,
    /// At a time.
    Time(When),
}

impl Desk {
    /// Prepares *send*: a draft leaves now or at a time; a scheduled message leaves now.
    ///
    /// # Errors
    /// When it cannot leave: no recipients, a file that is missing, a time that is over, or it was sent before.
    pub async fn send(&self, actor: &Actor, id: MessageId, at: SendAt) -> Result<Prepared<MessageDetails>, Refused> {
        let stored = self.own_message(actor, id).await?;
        let scheduled = stored.message.status(&stored.copies, actor.now) == MessageStatus::Scheduled;
        let prepared = match at {
            SendAt::Now if scheduled => {
                let moved = stored.moved(None, actor.now)?;
                let prepared = dispatch(actor, &stored, moved)?;
                let details = self.details(actor, prepared.after.clone()).await?;
                Ok(prepared.map(|_| details))
            }
            SendAt::Now => self.release(actor, stored.message, None).await,
            SendAt::Time(when) => {
                let schedule = resolved(&when, "/at", actor.now)?;
                self.release(actor, stored.message, Some(schedule)).await
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
        if draft.recipients.is_empty() {
            return Err(Refused::field("/to", Code::NoRecipients, "a message needs at least one recipient"));
        }
        let files = self.files(&draft).await?;
        self.all_ready(draft.id, &files, actor.now).await?;
        let settings = self.store.settings(draft.org).await?;
        let body = self.blobs.body(draft.id, &draft.body).await?;
        let standings = self.standings(draft.org, &draft.recipients).await?;

        let decision = draft.tracking(&[], &settings, &standings);
        let tracked = decision.state == TrackingState::On;
        let links = if tracked { self.store_links(draft.id, &body).await? } else { 0 };
        let before = MessageWithCopies::draft(draft.clone());
        standing::name_records(&mut draft.recipients, &standings);
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
            let content = Some(Content { body, files, reminder });
            let known = Known { settings: &settings, standings: &standings, kpis: &kpis, copy_kpis, content };
            MessageDetails::of(stored, known, actor.now)
        }))
    }

    /// Stores the addresses of all links, so that a link leads on even if its key must be given up one day.
    async fn store_links(&self, id: MessageId, body: &Body) -> Result<u16, Refused> {
        // The sender verifies what these tokens claim; an address that is stored in vain does no harm.
        let html = track::restored_html(&body.html, &token::claimed);
        let text = track::restored_text(&body.text, &token::claimed);
        let page = Page::read(&html);
        let page = page.map_err(|error| Refused::field("/html", Code::HtmlTooComplex, error))?;
        let mut links = page.destinations(&text);
        links.truncate(usize::from(u16::MAX));
        self.store.put_links(id, &links).await?;
        Ok(u16::try_from(links.len()).unwrap_or(u16::MAX))
    }

    /// Checks that a message can leave with these files.
    async fn all_ready(&self, message: MessageId, files: &[Attachment], now: Timestamp) -> Result<(), Refused> {
        for file in files {
            if let Some(refused) = self.missing_bytes(message, file, now).await? {
                return Err(refused);
            }
        }
        Ok(())
    }
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
    let (id, leaves_at) = (before.message.id, prepared.after.message.sent_for());
    let Some(moved) = reminder.behind(before.message.send_at.unwrap_or(now), leaves_at) else {
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
