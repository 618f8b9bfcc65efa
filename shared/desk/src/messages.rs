//! Messages: written, changed, looked at, taken back.

use aws::store::{Next, Write};
use domain::ground::id::MessageId;
use domain::message::{Message, MessageState, MessageWithCopies};
use domain::team::permission::Permission;
use domain::team::visibility::SentVisibility;

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
mod types;

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
    /// The message of this id, for reading. A message of another organisation does not exist, nor one that the actor may not
    /// see.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn message(&self, actor: &Actor, id: MessageId) -> Result<MessageWithCopies, Refused> {
        let stored = self.store.message(id).await?.ok_or_else(Refused::not_found)?;
        let message = &stored.message;
        let is_there = message.org == actor.org && self.sees(actor, message).await?;
        if is_there { Ok(stored) } else { Err(Refused::not_found()) }
    }

    /// The message of this id, to act on it as its owner.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::Forbidden`] when it is somebody else's.
    pub async fn own_message(&self, actor: &Actor, id: MessageId) -> Result<MessageWithCopies, Refused> {
        let stored = self.message(actor, id).await?;
        actor.require_owner(Permission::MessagesWrite, stored.message.owner)?;
        Ok(stored)
    }

    /// True when the message is there for the actor. The setting is only read for what belongs to somebody else.
    async fn sees(&self, actor: &Actor, message: &Message) -> Result<bool, Refused> {
        let own = actor.user.as_ref().is_some_and(|user| user.id == message.owner);
        let setting =
            if own { SentVisibility::default() } else { self.store.settings(actor.org).await?.sent_visibility };
        Ok(actor.sight(setting).sees(message))
    }

    /// The draft of this id, to act on it as its owner.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::Forbidden`], [`crate::Code::NotEditable`].
    pub async fn draft(&self, actor: &Actor, id: MessageId) -> Result<Message, Refused> {
        let message = self.own_message(actor, id).await?.message;
        if message.state == MessageState::Draft { Ok(message) } else { Err(Refused::not_editable()) }
    }

    /// Takes a message back while nothing of it has left. A message that was taken back before stays so.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::AlreadySent`].
    pub async fn cancel(&self, actor: &Actor, id: MessageId) -> Result<Prepared<()>, Refused> {
        let stored = self.own_message(actor, id).await?;
        if stored.message.state == MessageState::Cancelled {
            return Ok(Prepared::nothing(actor, ()));
        }
        let cancelled = stored.cancelled()?;
        let next = Next::step(&stored, cancelled)?;
        Ok(Prepared::of(actor, next).with([Write::no_reminder(id)]).map(drop))
    }
}
