//! Copies: read by the sender, changed one version at a time.

use domain::ground::id::MessageId;
use domain::message::copy::Copy;

use super::table::{Condition, Item};
use super::{Error, Store, keys};

impl Store {
    /// One copy of a message, as the last write left it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn copy(&self, message: MessageId, recipient: u16) -> Result<Option<Copy>, Error> {
        self.table.get(&keys::copy(message, recipient)).await
    }

    /// Writes the next version of a copy.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody else changed it since it was read.
    pub async fn replace_copy(&self, message: MessageId, copy: &Copy) -> Result<(), Error> {
        let item = Item::new(&keys::copy(message, copy.recipient), copy)?;
        self.table.put(item, Condition::Version(copy.version - 1)).await
    }
}
