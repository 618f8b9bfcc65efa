//! Messages, the addresses of their links, and their files.

use domain::ground::id::{AttachmentId, MessageId};
use domain::message::attachment::Attachment;
use domain::message::copy::Copy;
use domain::message::{Message, MessageState, MessageWithCopies};
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item, Range};
use super::write::succeed;
use super::{Error, Next, Store, Write, keys};

#[derive(Serialize, Deserialize)]
struct Links {
    urls: Vec<String>,
}

impl Next<Message> {
    /// A new draft.
    ///
    /// # Errors
    /// When the message cannot be serialized.
    pub fn new_message(message: Message) -> Result<Self, Error> {
        Self::stored(None, message)
    }

    /// The next version of a message, whose copies stay as they are.
    ///
    /// # Errors
    /// When the message cannot be serialized.
    pub fn message(before: &Message, after: Message) -> Result<Self, Error> {
        Self::stored(Some(before), after)
    }

    fn stored(before: Option<&Message>, after: Message) -> Result<Self, Error> {
        let (message, condition) = succeed(before, after);
        let write = Write::item(message_item(&message)?, condition);
        Ok(Self::of(message, vec![write]))
    }
}

impl Next<MessageWithCopies> {
    /// A message together with the copies that a step changes or makes, all or nothing. Each copy is written on condition
    /// of the version before. Those of a draft are new, and replace what an earlier release left behind: the condition on
    /// the draft decides.
    ///
    /// # Errors
    /// When message or copies cannot be serialized.
    pub fn step(before: &MessageWithCopies, after: MessageWithCopies) -> Result<Self, Error> {
        let after = after.succeeding(before);
        let condition = Condition::Version(before.message.version);
        let mut writes = vec![Write::item(message_item(&after.message)?, condition)];
        for copy in &after.copies {
            let known = before.copies.iter().find(|known| known.recipient == copy.recipient);
            let condition = known.map_or(Condition::Any, |known| Condition::Version(known.version));
            writes.push(Write::put(&keys::copy(before.message.id, copy.recipient), copy, condition)?);
        }
        Ok(Self::of(after, writes))
    }
}

impl Next<Attachment> {
    /// The next version of a file; without one before, a new file.
    ///
    /// # Errors
    /// When the file cannot be serialized.
    pub fn attachment(message: MessageId, before: Option<&Attachment>, after: Attachment) -> Result<Self, Error> {
        Self::version(&keys::attachment(message, after.id), before, after)
    }
}

impl Write {
    /// Forgets a file.
    pub fn no_attachment(message: MessageId, file: AttachmentId) -> Self {
        Self::delete(keys::attachment(message, file))
    }

    /// Counts a change of what belongs to a draft but lies beside it: whoever releases or changes the draft meanwhile meets
    /// another version of it.
    ///
    /// # Errors
    /// When the message cannot be serialized.
    pub fn touched(message: &Message) -> Result<Vec<Self>, Error> {
        Ok(Next::message(message, message.clone())?.writes)
    }
}

impl Store {
    /// A message with its copies.
    pub async fn message(&self, id: MessageId) -> Result<Option<MessageWithCopies>, Error> {
        self.stored(id, false).await
    }

    /// The same for lists, at half the price; may lag behind the last write.
    pub async fn message_for_list(&self, id: MessageId) -> Result<Option<MessageWithCopies>, Error> {
        self.stored(id, true).await
    }

    async fn stored(&self, id: MessageId, eventual: bool) -> Result<Option<MessageWithCopies>, Error> {
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
            MessageWithCopies { message, copies }
        }))
    }

    /// Saves the addresses of a message's links, before the message is released.
    pub async fn put_links(&self, message: MessageId, urls: &[String]) -> Result<(), Error> {
        for (part, urls) in urls.chunks(keys::LINKS_PER_ITEM).enumerate() {
            let item = Item::new(&keys::links(message, part), &Links { urls: urls.to_vec() })?;
            self.table.put(item, Condition::Any).await?;
        }
        Ok(())
    }

    /// The addresses of all links of a message, in their order. They were written a moment before the message was released,
    /// so a cheap read may not see them yet.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when some are missing: with fewer, clicks would count for other links.
    pub async fn links(&self, message: MessageId, count: u16) -> Result<Vec<String>, Error> {
        let mut urls = Vec::with_capacity(usize::from(count));
        for part in 0..usize::from(count).div_ceil(keys::LINKS_PER_ITEM) {
            let (key, there) = (keys::links(message, part), urls.len());
            let wanted = (usize::from(count) - there).min(keys::LINKS_PER_ITEM);
            let cheap: Option<Links> = self.table.get_eventual(&key).await?;
            let links = match cheap.filter(|links| links.urls.len() >= wanted) {
                Some(links) => Some(links),
                None => self.table.get(&key).await?,
            };
            urls.extend(links.map(|links: Links| links.urls).unwrap_or_default());
            if urls.len() < there + wanted {
                return Err(Error::Unavailable("addresses of links are missing".to_owned()));
            }
        }
        Ok(urls)
    }

    /// A file of a message.
    pub async fn attachment(&self, message: MessageId, file: AttachmentId) -> Result<Option<Attachment>, Error> {
        self.table.get(&keys::attachment(message, file)).await
    }

    /// The files of a message, in the order they were added.
    pub async fn attachments(&self, message: MessageId) -> Result<Vec<Attachment>, Error> {
        let items = self.table.query(&keys::message_partition(message), &Range::prefix(keys::ATTACHMENT)).await?;
        items.into_iter().map(Item::read).collect()
    }
}

fn message_item(message: &Message) -> Result<Item, Error> {
    let position = keys::owner_position(message.sent_for(), message.id);
    Ok(Item::new(&keys::message(message.id), message)?.indexed(keys::owner(message.org, message.owner), position))
}
