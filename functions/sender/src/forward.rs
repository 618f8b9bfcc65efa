//! Passes a received mail on to the author of the message that it answers.
//!
//! Unlike a copy, it may be handed over twice when the process dies behind the call: the author seeing an answer twice
//! harms nobody, one that is lost does.

use aws::blobs;
use aws::lambda::batch::Outcome;
use aws::mailer::SesMail;
use aws::store::Error;
use domain::ground::id::MessageId;
use domain::ground::task::SendTask;
use domain::message::Message;
use domain::message::copy::{HORIZON, SesAnswer};
use jiff::{SignedDuration, Timestamp};
use mail::compose::{self, compose};
use mail::forward::{Forward, forward};
use mail::parse::{Received, parse, parse_header};

use crate::App;
use crate::render::mailbox;

/// An answer that is to be passed on.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The message that it answers.
    pub(crate) message: MessageId,
    /// The object with its bytes.
    pub(crate) key: String,
    /// Its sender is who it says.
    pub(crate) verified: bool,
    /// When it was tried first, once the mail service could not take it.
    pub(crate) since: Option<Timestamp>,
}

/// Passes an answer on. When it cannot go along as it is, the author is told of it.
pub(crate) async fn pass_on(app: &App, answer: Answer) -> Result<Outcome, Error> {
    let Answer { message: id, ref key, verified, .. } = answer;
    let Some(stored) = app.store.message(id).await? else { return Ok(Outcome::Drop("no such message")) };
    let message = &stored.message;
    let raw = match app.blobs.received(key).await {
        Ok(raw) => raw,
        Err(blobs::Error::Missing) => return Ok(Outcome::Drop("no such mail in storage")),
        Err(error) => return Ok(Outcome::Retry(error.to_string())),
    };
    // The body goes along as it is, so its header is enough.
    let mail = parse(&raw).unwrap_or_else(|_| parse_header(&raw));
    let own_id = format!("forward.{}@{}", key.rsplit('/').next().unwrap_or_default(), app.host());
    let mark = id.to_string();
    let as_what = Forward {
        author: mailbox(&message.from),
        mark: &mark,
        message_id: &own_id,
        verified,
        date_unix_seconds: app.clock.now().as_second(),
    };
    let bytes = forward(&raw, &mail, &as_what).or_else(|reason| notice(message, &mail, &as_what, reason));
    let Ok(bytes) = bytes else { return Ok(Outcome::Drop("mail that cannot be passed on")) };
    let (address, tags) = (message.from.email.as_str(), vec![("forward", mark.clone())]);
    match app.mailer.send(SesMail { from: address, to: address, bytes, tags }).await {
        SesAnswer::Accepted(_) => Ok(Outcome::Done),
        SesAnswer::NotNow { reason, wait } => Ok(later(app, answer, reason, wait).await),
        SesAnswer::Lost => Ok(Outcome::Retry("answer of the mail service lost".to_owned())),
        SesAnswer::Refused(reason) => {
            tracing::error!(message = %id, reason, "reply not passed on");
            Ok(Outcome::Drop("refused by the mail service"))
        }
    }
}

/// Waits for the mail service as long as a copy does. After that the task ends in the dead letters, where an operator finds
/// it.
async fn later(app: &App, answer: Answer, reason: String, wait: SignedDuration) -> Outcome {
    let now = app.clock.now();
    let since = answer.since.unwrap_or(now);
    if now.duration_since(since) >= HORIZON {
        return Outcome::Retry(reason);
    }
    let Answer { message, key, verified, .. } = answer;
    let task = SendTask::ForwardV1 { message, key, verified, since: Some(since) };
    match app.sends.put_all(&[(task, wait)]).await {
        Ok(()) => Outcome::Done,
        Err(error) => Outcome::Retry(error.to_string()),
    }
}

/// Tells that there is an answer, without its content.
fn notice(
    message: &Message,
    mail: &Received,
    as_what: &Forward<'_>,
    reason: compose::Error,
) -> Result<Vec<u8>, compose::Error> {
    let sender = mail.from.as_deref().unwrap_or("somebody");
    let text = format!(
        "{sender} answered your message “{}”.\r\n\r\nThe mail cannot be passed on: {reason}. It is kept for 30 days.\r\n",
        message.subject
    );
    compose(&compose::Mail {
        from: as_what.author,
        reply_to: None,
        to: vec![as_what.author],
        cc: Vec::new(),
        subject: &message.subject,
        html: None,
        text: Some(&text),
        message_id: as_what.message_id,
        references: Vec::new(),
        in_reply_to: None,
        date_unix_seconds: as_what.date_unix_seconds,
        headers: vec![(mail::forward::MARK, as_what.mark)],
        boundary_seed: as_what.message_id,
        attachments: Vec::new(),
    })
}
