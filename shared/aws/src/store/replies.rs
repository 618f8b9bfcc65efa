//! Mail that came back to a message, each kept once.

use domain::ground::id::{EventId, MessageId};
use domain::signs::reply::Reply;

use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

impl Store {
    /// Keeps a mail. The same mail is the same item.
    pub async fn put_reply(&self, message: MessageId, reply: &Reply) -> Result<(), Error> {
        self.table.put(Item::new(&keys::reply(message, reply.id), reply)?, Condition::Any).await
    }

    /// Forgets a mail that came back; not an error when it is not there.
    pub async fn delete_reply(&self, message: MessageId, reply: EventId) -> Result<(), Error> {
        self.table.delete(&keys::reply(message, reply)).await
    }

    /// All mails that came back to a message, oldest first.
    pub async fn replies(&self, message: MessageId) -> Result<Vec<Reply>, Error> {
        let items = self.table.query(&keys::message_partition(message), &Range::prefix(keys::REPLY)).await?;
        items.into_iter().map(Item::read).collect()
    }
}
