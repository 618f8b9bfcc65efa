//! Unconfirmed copies: if we cannot tell whether a copy was sent, a person decides.

use domain::ground::id::MessageId;
use domain::message::MessageWithCopies;
use domain::time::due::{CHECK_AFTER, Due, Work};

use super::release::tasks;
use crate::{Actor, Code, Desk, Prepared, Refused};

/// The decision about an unconfirmed copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It was sent.
    Sent,
    /// Send it again; the recipient may get two.
    SendAgain,
}

impl Desk {
    /// Prepares a decision about an unconfirmed copy. `n` is its place in the message, from 0.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotUnconfirmed`].
    pub async fn resolve_copy(
        &self,
        actor: &Actor,
        id: MessageId,
        n: usize,
        resolution: Resolution,
    ) -> Result<Prepared<MessageWithCopies>, Refused> {
        let mut stored = self.own_message(actor, id).await?;
        let before = stored.copies.get(n).cloned().ok_or_else(Refused::not_found)?;
        let decided = match resolution {
            Resolution::Sent => before.assumed_sent(),
            Resolution::SendAgain => before.sent_again(actor.now),
        };
        let settled = |_| Refused::because(Code::NotUnconfirmed, "only an unconfirmed copy needs a decision");
        let decided = decided.map_err(settled)?;

        let next = self.store.settled_copy(&stored.message, &before, decided).await?;
        let check = Due { at: actor.now + CHECK_AFTER, message: id, work: Work::Check };
        let tasks = tasks(id, std::slice::from_ref(&next.value), actor.now);
        let prepared = Prepared::of(actor, next).hint(check).then_queue(tasks);
        Ok(prepared.map(|copy| {
            stored.copies[n] = copy;
            stored
        }))
    }
}
