//! Copies: read by the sender, changed one version at a time.

use domain::copy::Copy;
use domain::id::{MessageId, OrgId};

use super::idempotency::{self, Idempotency};
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

    /// Writes what a person decided about a copy, and the answer that was given.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the copy was changed meanwhile, or the request was answered before.
    pub async fn decide_copy(
        &self,
        org: OrgId,
        message: MessageId,
        copy: &Copy,
        answer: Option<&Idempotency>,
    ) -> Result<(), Error> {
        let item = Item::new(&keys::copy(message, copy.recipient), copy)?;
        let mut writes = vec![(item, Condition::Version(copy.version - 1))];
        if let Some(answer) = answer {
            writes.push(idempotency::write(org, answer)?);
        }
        self.table.transact(writes).await
    }
}
