//! Expiry: of a message that was kept as long as its organisation wants, the text, the files and what happened to it go.
//!
//! What lists show stays: to whom and when it went, its subject and its figures. The organisation may have changed its
//! mind since the hint was filed, so the settings of now decide.

use aws::blobs;
use aws::store::{Error, Next};
use domain::ground::id::MessageId;
use domain::message::MessageWithCopies;
use domain::message::copy::Copy;
use domain::message::{Message, MessageState};
use domain::time::due::{Due, Work};
use jiff::{SignedDuration, Timestamp};

use crate::App;

/// How long to wait for copies that are still on their way.
const UNSETTLED: SignedDuration = SignedDuration::from_hours(1);

/// Deletes what is to be deleted, or looks again when it is time.
pub(crate) async fn expire(app: &App, id: MessageId, now: Timestamp) -> Result<(), Error> {
    let Some(MessageWithCopies { message, copies }) = app.store.message(id).await? else { return Ok(()) };
    // A message that was taken back to a draft gets another hint when it is sent.
    if message.state == MessageState::Draft {
        return Ok(());
    }
    let settings = app.store.settings(message.org).await?;
    let at = if copies.iter().all(Copy::is_settled) { message.expires_at(&settings) } else { Some(now + UNSETTLED) };
    match at {
        Some(at) if at > now => app.store.file_due(&Due { at, message: id, work: Work::Expire }, now).await,
        // Who is at work on the message files no hint at this: look again soon.
        _ => match delete(app, message, now).await {
            Err(Error::Conflict) => app.store.file_due(&Due { at: now, message: id, work: Work::Expire }, now).await,
            other => other,
        },
    }
}

/// The message is marked first: nothing that comes from now on is added to what is being deleted.
async fn delete(app: &App, message: Message, now: Timestamp) -> Result<(), Error> {
    let id = message.id;
    if message.expired_at.is_none() {
        app.store.write(Next::message(&message, message.expired(now))?).await?;
    }
    for reply in app.store.replies(id).await? {
        if let Some(key) = &reply.stored {
            app.blobs.delete_received(key).await.map_err(|error| unavailable(&error))?;
        }
    }
    app.blobs.delete_message(id).await.map_err(|error| unavailable(&error))?;
    app.store.delete_around(id).await
}

fn unavailable(error: &blobs::Error) -> Error {
    Error::Unavailable(error.to_string())
}
