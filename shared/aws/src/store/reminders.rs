//! Reminders: one for each message at most.

use domain::ground::id::MessageId;
use domain::message::reminder::Reminder;

use super::table::{Condition, Item};
use super::{Error, Store, keys};

impl Store {
    /// The reminder of a message.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn reminder(&self, message: MessageId) -> Result<Option<Reminder>, Error> {
        self.table.get(&keys::reminder(message)).await
    }

    /// Sets a reminder where there was none, or writes its next version.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was changed since it was read.
    pub async fn put_reminder(&self, message: MessageId, reminder: &Reminder) -> Result<(), Error> {
        let first = reminder.version == 1;
        let condition = if first { Condition::Absent } else { Condition::Version(reminder.version - 1) };
        self.table.put(Item::new(&keys::reminder(message), reminder)?, condition).await
    }

    /// Removes the reminder of a message.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn delete_reminder(&self, message: MessageId) -> Result<(), Error> {
        self.table.delete(&keys::reminder(message)).await
    }
}
