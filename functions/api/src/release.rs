//! Release: what happens when *send* is chosen.
//!
//! A hint is filed first, then message, copies and answer are written in one transaction, then the copies are queued.
//! Whatever fails after the transaction, the hint leads the scheduler to the copies.

use aws::store::{Idempotency, StoredMessage};
use domain::ground::id::MessageId;
use domain::ground::task::SendTask;
use domain::message::attachment::Attachment;
use domain::message::copy::{Copy, Untracked};
use domain::message::reminder::ReminderStatus;
use domain::message::tracking::TrackingDecision;
use domain::message::{Body, Message, MessageState, TrackingState};
use domain::people::activity::Activity;
use domain::team::settings::Replies;
use domain::time::due::{CHECK_AFTER, DIRECT, Due, Work};
use domain::time::schedule::Schedule;
use jiff::{SignedDuration, Timestamp};

use crate::problem::ApiError;
use crate::routes::attachments;
use crate::{App, standing};

/// A draft that is ready to be released, with all that was made of it.
pub(crate) struct Release {
    before: Message,
    /// The message and its copies as they will be.
    pub(crate) after: StoredMessage,
    /// The text.
    pub(crate) body: Body,
    /// The files, all of them there.
    pub(crate) files: Vec<Attachment>,
    /// Until when the organisation wants to keep it.
    expires_at: Option<Timestamp>,
}

/// Checks that a draft can be sent and prepares everything; nothing that others can see is written. Without a
/// schedule it is sent at `now`.
///
/// # Errors
/// When it is no draft, nobody would get it, or a file is missing.
pub(crate) async fn prepare(
    app: &App,
    draft: Message,
    schedule: Option<Schedule>,
    now: Timestamp,
) -> Result<Release, ApiError> {
    if draft.state != MessageState::Draft {
        return Err(ApiError::not_editable());
    }
    if draft.recipients.is_empty() {
        return Err(ApiError::field("/to", "no_recipients", "a message needs at least one recipient"));
    }
    let at = schedule.as_ref().map_or(now, |schedule| schedule.at);
    let files = attachments::current(app, &draft).await?;
    attachments::all_ready(app, draft.id, &files, app.clock.now()).await?;
    let (settings, body) = (app.store.settings(draft.org).await?, app.blobs.body(draft.id, &draft.body).await?);
    let standings = standing::of(app, draft.org, &draft.recipients).await?;
    let TrackingDecision { state, objecting } = draft.tracking(&[], &settings, &standings);
    let tracked = state == TrackingState::On;
    let links = if tracked { links(app, draft.id, &body).await? } else { 0 };
    let mut message = Message {
        state: MessageState::Released,
        tracked,
        replies_to_us: tracked && settings.replies == Replies::InboundDomain,
        blocked: objecting,
        links,
        send_at: Some(at),
        schedule,
        version: draft.version + 1,
        ..draft.clone()
    };
    standing::name_records(&mut message.recipients, &standings);
    let untouched = |n: u16| (tracked && message.blocked.contains(&n)).then_some(Untracked::Objection);
    let copy = |(n, _)| Copy { untouched: untouched(n), ..Copy::queued(n, at, message.version) };
    let copies = (0..).zip(&message.recipients).map(copy).collect();
    let expires_at = message.expires_at(&settings);
    Ok(Release { before: draft, after: StoredMessage { message, copies }, body, files, expires_at })
}

/// Stores the addresses of all links, so that a link leads on even if its key must be given up one day.
async fn links(app: &App, id: MessageId, body: &Body) -> Result<u16, ApiError> {
    let too_complex = |error: mail::track::Error| ApiError::field("/html", "html_too_complex", error.to_string());
    let mut links = mail::track::links(&body.html, &body.text).map_err(too_complex)?;
    links.truncate(usize::from(u16::MAX));
    app.store.put_links(id, &links).await?;
    Ok(u16::try_from(links.len()).unwrap_or(u16::MAX))
}

impl Release {
    /// Makes it so, and sees to it that it does not stay for ever.
    pub(crate) async fn commit(&self, app: &App, answer: Option<&Idempotency>) -> Result<(), aws::store::Error> {
        if let Some(at) = self.expires_at {
            let expire = Due { at, message: self.before.id, work: Work::Expire };
            app.store.file_due(&expire, app.clock.now()).await?;
        }
        dispatch(app, &self.before, &self.after, answer).await
    }
}

/// Writes a message whose copies have a new time, and sees to it that they leave then. What is due soon is queued at
/// once, with a hint to check on it; what is due later is left to the scheduler, by a hint. The hint goes first.
pub(crate) async fn dispatch(
    app: &App,
    before: &Message,
    after: &StoredMessage,
    answer: Option<&Idempotency>,
) -> Result<(), aws::store::Error> {
    let StoredMessage { message, copies } = after;
    let (at, now) = (message.send_at.unwrap_or(message.created_at), app.clock.now());
    let soon = at.duration_since(now) <= DIRECT;
    let (at, work) = if soon {
        (at + CHECK_AFTER, Work::Check)
    } else {
        (at, Work::Send { copies: u16::try_from(copies.len()).unwrap_or(u16::MAX) })
    };
    app.store.file_due(&Due { at, message: message.id, work }, now).await?;
    remind_after_all(app, before, now).await?;
    let sent = message.send_at.unwrap_or(message.created_at);
    app.store.add_mail(message.org, &message.records(), &Activity::mail(message, sent)).await?;
    app.store.change_message(before, after, answer).await?;
    if soon {
        queue(app, message.id, copies, now).await;
    }
    Ok(())
}

/// A reminder that came due while its message was still a draft is judged after it was sent.
async fn remind_after_all(app: &App, draft: &Message, now: Timestamp) -> Result<(), aws::store::Error> {
    if draft.state != MessageState::Draft {
        return Ok(());
    }
    let reminder = app.store.reminder(draft.id).await?;
    match reminder.filter(|reminder| reminder.status == ReminderStatus::Pending && reminder.due.at <= now) {
        Some(_) => app.store.file_due(&Due { at: now, message: draft.id, work: Work::Remind }, now).await,
        None => Ok(()),
    }
}

/// Queues the copies that wait. What is not queued now is found by the hint that was filed before.
pub(crate) async fn queue(app: &App, message: MessageId, copies: &[Copy], now: Timestamp) {
    let waiting = copies.iter().filter(|copy| copy.is_waiting());
    let tasks = waiting.map(|copy| (SendTask::CopyV1 { message, recipient: copy.recipient }, delay(copy, now)));
    if let Err(error) = app.sends.put_all(&tasks.collect::<Vec<_>>()).await {
        tracing::error!(%message, %error, "copies not queued; the scheduler will");
    }
}

fn delay(copy: &Copy, now: Timestamp) -> SignedDuration {
    copy.due_at.duration_since(now)
}
