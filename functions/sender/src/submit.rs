//! From a copy that is due to the provider's answer: prepare, mark, hand over once, write down what is certain.

use aws::blobs;
use aws::lambda::batch::Outcome;
use aws::mailer::SesMail;
use aws::store::{Error, Next};
use domain::ground::id::{AttemptId, MessageId};
use domain::message::Message;
use domain::message::MessageWithCopies;
use domain::message::copy::delivery::MailRef;
use domain::message::copy::{Copy, CopyState, SesAnswer, Untracked};
use domain::message::tracking;

use crate::render::{self, Unsendable};
use crate::{App, write};

/// Prepares the mail of a copy and hands it over, unless another worker was faster.
pub(crate) async fn prepare_and_submit(app: &App, id: MessageId, copy: Copy) -> Result<Outcome, Error> {
    let Some(stored) = app.store.message(id).await? else {
        return Ok(Outcome::Drop("no such message"));
    };
    if let Some(reason) = refusal(app, &stored, copy.recipient).await? {
        return reject(app, id, &copy, reason).await;
    }
    let copy = Copy { untouched: untouched(app, &stored, &copy).await?, ..copy };
    let bytes = match render::mime(app, &stored, &copy).await {
        Ok(bytes) => bytes,
        Err(render::Error::Unsendable(reason)) => return reject(app, id, &copy, reason.to_string()).await,
        Err(render::Error::Store(error)) => return Err(error),
        Err(render::Error::Blobs(error)) if copy.is_given_up(app.clock.now()) => {
            return reject(app, id, &copy, format!("gave up after 24 hours: {error}")).await;
        }
        Err(render::Error::Blobs(error)) => return Ok(Outcome::Retry(error.to_string())),
    };
    let attempt = AttemptId::new(app.clock.now(), app.ids.next());
    let Ok(submitting) = copy.submitting(app.clock.now(), attempt) else { return Ok(Outcome::Done) };
    let copy = app.store.write(Next::copy(id, &copy, submitting)?).await?;
    let answer = app.mailer.send(envelope(&stored, &copy, attempt, bytes)).await;
    note(app, &MailRef { message: id, recipient: copy.recipient, attempt }, &answer).await;
    settle(app, &stored.message, copy, answer).await
}

/// Decides once more, now that the copy leaves; the stricter decision counts.
async fn untouched(app: &App, stored: &MessageWithCopies, copy: &Copy) -> Result<Option<Untracked>, Error> {
    let message = &stored.message;
    let recipient = message.recipient(copy.recipient).filter(|_| message.tracked);
    let (Some(recipient), None) = (recipient, copy.untouched) else { return Ok(copy.untouched) };
    let settings = app.store.settings(message.org).await?;
    if !settings.tracking_enabled {
        return Ok(Some(Untracked::SwitchedOff));
    }
    let standing = app.store.standing(message.org, &recipient.mailbox.email, recipient.record.as_ref()).await?;
    Ok(tracking::forbids(standing.preference, &settings).then_some(Untracked::Objection))
}

async fn reject(app: &App, id: MessageId, copy: &Copy, reason: String) -> Result<Outcome, Error> {
    match copy.rejected(reason) {
        Ok(failed) => write(app, id, copy, failed, None).await,
        Err(_) => Ok(Outcome::Done),
    }
}

/// Why nothing more is sent to this recipient. Asked when the copy leaves, so it holds for what was scheduled before.
async fn refusal(app: &App, stored: &MessageWithCopies, recipient: u16) -> Result<Option<String>, Error> {
    let Some(recipient) = stored.message.recipient(recipient) else { return Ok(None) };
    let entry = app.store.suppression(stored.message.org, &recipient.mailbox.email).await?;
    Ok(entry.map(|entry| entry.refusal()))
}

fn envelope<'a>(stored: &'a MessageWithCopies, copy: &Copy, attempt: AttemptId, bytes: Vec<u8>) -> SesMail<'a> {
    let message = &stored.message;
    let to = message.recipient(copy.recipient).map_or("", |recipient| recipient.mailbox.email.as_str());
    let tags = vec![
        ("org", message.org.to_string()),
        ("message", message.id.to_string()),
        ("recipient", copy.recipient.to_string()),
        ("attempt", attempt.to_string()),
    ];
    SesMail { from: message.from.email.as_str(), to, bytes, tags }
}

/// Notes which copy the mail was, for events and replies that only know the provider's id. If that fails, an event
/// notes it again.
async fn note(app: &App, mail: &MailRef, answer: &SesAnswer) {
    let SesAnswer::Accepted(ses_id) = answer else { return };
    if let Err(error) = app.store.put_mail(ses_id, mail).await {
        tracing::warn!(message = %mail.message, %error, "mail not noted");
    }
}

/// Writes down the answer. Somebody may have settled the copy meanwhile, so a conflict is looked at again.
async fn settle(app: &App, message: &Message, mut copy: Copy, answer: SesAnswer) -> Result<Outcome, Error> {
    loop {
        let Ok(after) = copy.answered(app.clock.now(), answer.clone()) else { return Ok(Outcome::Done) };
        let look_again = after.until.filter(|_| matches!(after.state, CopyState::RetryWait | CopyState::Confirming));
        let written = if after.state == CopyState::Sent {
            sent(app, message, &copy, after).await
        } else {
            write(app, message.id, &copy, after, look_again).await
        };
        match written {
            Err(Error::Conflict) => {}
            other => return other,
        }
        match app.store.copy(message.id, copy.recipient).await? {
            Some(stored) if stored.attempt == copy.attempt => copy = stored,
            _ => return Ok(Outcome::Done),
        }
    }
}

async fn sent(app: &App, message: &Message, before: &Copy, after: Copy) -> Result<Outcome, Error> {
    let next = app.store.settled_copy(message, before, after).await?;
    app.store.write(next).await?;
    Ok(Outcome::Done)
}

impl From<blobs::Error> for render::Error {
    fn from(error: blobs::Error) -> Self {
        match error {
            blobs::Error::Missing => Self::Unsendable(Unsendable::Missing),
            other => Self::Blobs(other),
        }
    }
}
