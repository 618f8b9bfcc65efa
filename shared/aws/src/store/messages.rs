//! Messages, the addresses of their links, and their files.

use domain::ground::id::{AttachmentId, MessageId, OrgId};
use domain::message::attachment::Attachment;
use domain::message::copy::Copy;
use domain::message::{Message, MessageState};
use serde::{Deserialize, Serialize};

use super::idempotency::{self, Idempotency};
use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

/// A message and its copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMessage {
    /// The message.
    pub message: Message,
    /// In the order of recipients; empty for a draft.
    pub copies: Vec<Copy>,
}

#[derive(Serialize, Deserialize)]
struct Links {
    urls: Vec<String>,
}

impl Store {
    /// Saves a new draft, and the answer that was given to its author.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the request was answered before.
    pub async fn create_message(&self, message: &Message, answer: Option<&Idempotency>) -> Result<(), Error> {
        let item = message_item(message)?;
        match answer {
            None => self.table.put(item, Condition::Absent).await,
            Some(answer) => {
                let answer = idempotency::write(message.org, answer)?;
                self.table.transact(vec![(item, Condition::Absent), answer]).await
            }
        }
    }

    /// Saves a changed draft.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was changed since it was read.
    pub async fn update_message(&self, before: &Message, after: &Message) -> Result<(), Error> {
        self.table.put(message_item(after)?, Condition::Version(before.version)).await
    }

    /// Saves a message together with its copies, all or nothing: releases, moves, takes back or cancels it.
    /// Each copy is written on condition of the version before; those of a draft are new, and may replace what an
    /// earlier release left behind.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the message or a copy was changed meanwhile, or the request was answered before.
    pub async fn change_message(
        &self,
        before: &Message,
        after: &StoredMessage,
        answer: Option<&Idempotency>,
    ) -> Result<(), Error> {
        let mut writes = vec![(message_item(&after.message)?, Condition::Version(before.version))];
        for copy in &after.copies {
            let item = Item::new(&keys::copy(before.id, copy.recipient), copy)?;
            let fresh = before.state == MessageState::Draft;
            let condition = if fresh { Condition::Any } else { Condition::Version(copy.version - 1) };
            writes.push((item, condition));
        }
        if let Some(answer) = answer {
            writes.push(idempotency::write(before.org, answer)?);
        }
        self.table.transact(writes).await
    }

    /// A message with its copies.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn message(&self, id: MessageId) -> Result<Option<StoredMessage>, Error> {
        self.stored(id, false).await
    }

    /// The same for lists, at half the price; may lag behind the last write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn message_for_list(&self, id: MessageId) -> Result<Option<StoredMessage>, Error> {
        self.stored(id, true).await
    }

    async fn stored(&self, id: MessageId, eventual: bool) -> Result<Option<StoredMessage>, Error> {
        let range = Range { from: keys::COPY.to_owned(), to: keys::META.to_owned(), eventual, ..Range::default() };
        let (mut message, mut copies) = (None, Vec::new());
        for item in self.table.query(&keys::message_partition(id), &range).await? {
            if item.sk() == keys::META {
                message = Some(item.read()?);
            } else {
                copies.push(item.read()?);
            }
        }
        Ok(message.map(|message: Message| {
            // A message that was taken back to a draft may have left cancelled copies behind, and be sent to fewer.
            let there = if message.state == MessageState::Draft { 0 } else { message.recipients.len() };
            copies.retain(|copy: &Copy| usize::from(copy.recipient) < there);
            StoredMessage { message, copies }
        }))
    }

    /// Saves the addresses of a message's links, before the message is released.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_links(&self, message: MessageId, urls: &[String]) -> Result<(), Error> {
        for (part, urls) in urls.chunks(keys::LINKS_PER_ITEM).enumerate() {
            let item = Item::new(&keys::links(message, part), &Links { urls: urls.to_vec() })?;
            self.table.put(item, Condition::Any).await?;
        }
        Ok(())
    }

    /// The addresses of all links of a message, in their order.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn links(&self, message: MessageId, count: u16) -> Result<Vec<String>, Error> {
        let mut urls = Vec::with_capacity(usize::from(count));
        for part in 0..usize::from(count).div_ceil(keys::LINKS_PER_ITEM) {
            let links: Option<Links> = self.table.get_eventual(&keys::links(message, part)).await?;
            urls.extend(links.map(|links| links.urls).unwrap_or_default());
        }
        Ok(urls)
    }

    /// Saves a new file, and the answer that was given to its author.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the request was answered before.
    pub async fn create_attachment(
        &self,
        org: OrgId,
        message: MessageId,
        file: &Attachment,
        answer: Option<&Idempotency>,
    ) -> Result<(), Error> {
        let mut writes = vec![(Item::new(&keys::attachment(message, file.id), file)?, Condition::Absent)];
        if let Some(answer) = answer {
            writes.push(idempotency::write(org, answer)?);
        }
        self.table.transact(writes).await
    }

    /// Saves a file.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_attachment(&self, message: MessageId, file: &Attachment) -> Result<(), Error> {
        self.table.put(Item::new(&keys::attachment(message, file.id), file)?, Condition::Any).await
    }

    /// Forgets a file.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn delete_attachment(&self, message: MessageId, file: AttachmentId) -> Result<(), Error> {
        self.table.delete(&keys::attachment(message, file)).await
    }

    /// The files of a message, in the order they were added.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn attachments(&self, message: MessageId) -> Result<Vec<Attachment>, Error> {
        let items = self.table.query(&keys::message_partition(message), &Range::prefix(keys::ATTACHMENT)).await?;
        items.into_iter().map(Item::read).collect()
    }
}

fn message_item(message: &Message) -> Result<Item, Error> {
    let position = keys::owner_position(message.send_at.unwrap_or(message.created_at), message.id);
    Ok(Item::new(&keys::message(message.id), message)?.indexed(keys::owner(message.org, message.owner), position))
}
