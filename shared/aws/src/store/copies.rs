//! Copies: read by the sender, changed one version at a time.

use domain::ground::id::MessageId;
use domain::message::copy::Copy;

use super::{Error, Next, Store, keys};

impl Next<Copy> {
    /// The next version of a copy.
    ///
    /// # Errors
    /// When the copy cannot be serialized.
    pub fn copy(message: MessageId, before: &Copy, after: Copy) -> Result<Self, Error> {
        Self::version(&keys::copy(message, before.recipient), Some(before), after)
    }
}

impl Store {
    /// One copy of a message, as the last write left it.
    pub async fn copy(&self, message: MessageId, recipient: u16) -> Result<Option<Copy>, Error> {
        self.table.get(&keys::copy(message, recipient)).await
    }
}
