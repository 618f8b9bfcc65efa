//! The place in a conversation that follows from the mail that a message answers.

use domain::ground::id::OrgId;
use domain::message::Thread;
use mail::compose::usable_ids;

use crate::App;
use crate::compose::InReplyTo;
use crate::problem::ApiError;

/// The thread of the mail that is answered.
///
/// # Errors
/// When there is no such mail, or it bears no id that can be referred to.
pub(super) async fn of(app: &App, org: OrgId, answered: Option<InReplyTo>) -> Result<Option<Thread>, ApiError> {
    let Some(InReplyTo { message, event }) = answered else { return Ok(None) };
    let unknown = |pointer| ApiError::field(pointer, "not_found", "there is no such mail");
    let stored = app.store.message(message).await?.filter(|stored| stored.message.org == org);
    stored.ok_or_else(|| unknown("/in_reply_to/message"))?;
    let replies = app.store.replies(message).await?;
    let reply = replies.into_iter().find(|reply| reply.id == event).ok_or_else(|| unknown("/in_reply_to/event"))?;
    let own: Vec<&str> = reply.message_id.iter().map(String::as_str).collect();
    let Some(in_reply_to) = usable_ids(&own).first().map(|id| (*id).to_owned()) else {
        return Err(ApiError::field("/in_reply_to/event", "no_message_id", "the mail has no id to refer to"));
    };
    let before: Vec<&str> = reply.references.iter().map(String::as_str).collect();
    let references = usable_ids(&before).into_iter().map(str::to_owned).chain([in_reply_to.clone()]).collect();
    Ok(Some(Thread { message, event, in_reply_to, references }))
}
