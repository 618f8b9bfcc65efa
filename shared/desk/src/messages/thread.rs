//! The place in a conversation that follows from the mail that a message answers.

use domain::message::Thread;
use mail::compose::usable_ids;

use super::InReplyTo;
use crate::{Actor, Code, Desk, Refused};

impl Desk {
    /// The thread of the mail that is answered.
    ///
    /// # Errors
    /// When there is no such mail, or it bears no id that can be referred to.
    pub(super) async fn thread_of(&self, actor: &Actor, answered: &InReplyTo) -> Result<Thread, Refused> {
        let InReplyTo { message, event } = *answered;
        let unknown = |field| Refused::field(field, Code::NotFound, "there is no such mail");
        self.message(actor, message).await.map_err(|_| unknown("/in_reply_to/message"))?;
        let replies = self.store.replies(message).await?;
        let reply = replies.into_iter().find(|reply| reply.id == event).ok_or_else(|| unknown("/in_reply_to/event"))?;

        let own: Vec<&str> = reply.message_id.iter().map(String::as_str).collect();
        let Some(in_reply_to) = usable_ids(&own).first().map(|id| (*id).to_owned()) else {
            let detail = "the mail has no id to refer to";
            return Err(Refused::field("/in_reply_to/event", Code::NoMessageId, detail));
        };
        let before: Vec<&str> = reply.references.iter().map(String::as_str).collect();
        let references = usable_ids(&before).into_iter().map(str::to_owned).chain([in_reply_to.clone()]).collect();
        Ok(Thread { message, event, in_reply_to, references })
    }
}
