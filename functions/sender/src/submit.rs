//! From a copy that is due to the provider's answer: prepare, mark, hand over once, write down what is certain.

use aws::blobs;
use aws::lambda::batch::Outcome;
use aws::mailer::Mail;
use aws::store::{Error, Stored};
use domain::copy::{Answer, Copy, State};
use domain::id::{AttemptId, MessageId};

use crate::render::{self, Unsendable};
use crate::{App, write};

/// Prepares the mail of a copy and hands it over, unless another worker was faster.
pub(crate) async fn prepare_and_submit(app: &App, id: MessageId, copy: Copy) -> Result<Outcome, Error> {
    let Some(stored) = app.store.message(id).await? else {
        return Ok(Outcome::Drop("no such message"));
    };
    let bytes = match render::mime(app, &stored, copy.recipient).await {
        Ok(bytes) => bytes,
        Err(render::Error::Unsendable(reason)) => return reject(app, id, &copy, reason).await,
        Err(render::Error::Store(error)) => return Err(error),
        Err(render::Error::Blobs(error)) => return Ok(Outcome::Retry(error.to_string())),
    };
    let attempt = AttemptId::new(app.clock.now(), app.ids.next());
    let Ok(copy) = copy.submitting(app.clock.now(), attempt) else { return Ok(Outcome::Done) };
    app.store.replace_copy(id, &copy).await?;
    let answer = app.mailer.send(envelope(&stored, &copy, attempt, bytes)).await;
    settle(app, id, copy, answer).await
}

async fn reject(app: &App, id: MessageId, copy: &Copy, reason: Unsendable) -> Result<Outcome, Error> {
    match copy.rejected(reason.to_string()) {
        Ok(failed) => write(app, id, &failed, None).await,
        Err(_) => Ok(Outcome::Done),
    }
}

fn envelope<'a>(stored: &'a Stored, copy: &Copy, attempt: AttemptId, bytes: Vec<u8>) -> Mail<'a> {
    let message = &stored.message;
    let to =
        message.recipients.get(usize::from(copy.recipient)).map_or("", |recipient| recipient.mailbox.email.as_str());
    let tags = vec![
        ("org", message.org.to_string()),
        ("message", message.id.to_string()),
        ("recipient", copy.recipient.to_string()),
        ("attempt", attempt.to_string()),
    ];
    Mail { from: message.from.email.as_str(), to, bytes, tags }
}

/// Writes down the answer. Somebody may have settled the copy meanwhile, so a conflict is looked at again.
async fn settle(app: &App, id: MessageId, mut copy: Copy, answer: Answer) -> Result<Outcome, Error> {
    loop {
        let Ok(after) = copy.answered(app.clock.now(), answer.clone()) else { return Ok(Outcome::Done) };
        let look_again = after.until.filter(|_| matches!(after.state, State::RetryWait | State::Confirming));
        match write(app, id, &after, look_again).await {
            Err(Error::Conflict) => {}
            other => return other,
        }
        match app.store.copy(id, copy.recipient).await? {
            Some(stored) if stored.attempt == copy.attempt => copy = stored,
            _ => return Ok(Outcome::Done),
        }
    }
}

impl From<blobs::Error> for render::Error {
    fn from(error: blobs::Error) -> Self {
        match error {
            blobs::Error::Missing => Self::Unsendable(Unsendable::Missing),
            other => Self::Blobs(other),
        }
    }
}
