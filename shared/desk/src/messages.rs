//! Messages: written, changed, looked at, taken back.

use aws::store::{Next, Write};
use domain::ground::id::MessageId;
use domain::message::{Message, MessageState, MessageWithCopies};

use crate::{Actor, Desk, Prepared, Refused};

mod body;
mod check;
mod details;
mod draft;
mod files;
mod fill;
mod input;
mod per_copy;
mod release;
mod reminder;
mod resolve;
mod schedule;
mod thread;
mod tracking;

pub use check::{CopyCheck, MessageCheck, OpensExpected, Warning, WarningCode};
pub use details::{Content, MessageDetails, TrackingDetails};
pub(crate) use details::{Known, StoredContent};
pub use files::{FileAnnouncement, FileChange, FileDetails};
pub use fill::{FilledTemplate, TemplateValues, check_values};
pub use input::{InReplyTo, MessageChange, RecipientInput, TemplateUse};
pub use release::SendAt;
pub use reminder::{ReminderDue, ReminderInput};
pub use resolve::Resolution;
pub use tracking::{MessagePreferences, RecipientPreference};

impl Desk {
    /// The message of this id. A message of another organisation does not exist.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn message(&self, actor: &Actor, id: MessageId) -> Result<MessageWithCopies, Refused> {
        let stored = self.store.message(id).await?.ok_or_else(Refused::not_found)?;
        if stored.message.org == actor.org { Ok(stored) } else { Err(Refused::not_found()) }
    }

    /// The draft of this id.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::NotEditable`].
    pub async fn draft(&self, actor: &Actor, id: MessageId) -> Result<Message, Refused> {
        let message = self.message(actor, id).await?.message;
        if message.state == MessageState::Draft { Ok(message) } else { Err(Refused::not_editable()) }
    }

    /// Takes a message back while nothing of it has left. A message that was taken back before stays so.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::AlreadySent`].
    pub async fn cancel(&self, actor: &Actor, id: MessageId) -> Result<Prepared<()>, Refused> {
        let stored = self.message(actor, id).await?;
        if stored.message.state == MessageState::Cancelled {
            return Ok(Prepared::nothing(actor, ()));
        }
        let cancelled = stored.cancelled()?;
        let next = Next::step(&stored, cancelled)?;
        Ok(Prepared::of(actor, next).with([Write::no_reminder(id)]).map(drop))
    }
}
