//! Reminders: one for each message at most.

use domain::ground::id::MessageId;
use domain::message::reminder::Reminder;

use super::{Error, Next, Store, Write, keys};

impl Next<Reminder> {
    /// The next version of a message's reminder; without one before, a new reminder.
    ///
    /// # Errors
    /// When the reminder cannot be serialized.
    pub fn reminder(message: MessageId, before: Option<&Reminder>, after: Reminder) -> Result<Self, Error> {
        Self::version(&keys::reminder(message), before, after)
    }
}

impl Write {
    /// Removes the reminder of a message; not an error when there is none.
    pub fn no_reminder(message: MessageId) -> Self {
        Self::delete(keys::reminder(message))
    }
}

impl Store {
    /// The reminder of a message.
    pub async fn reminder(&self, message: MessageId) -> Result<Option<Reminder>, Error> {
        self.table.get(&keys::reminder(message)).await
    }

    /// Removes the reminder of a message.
    pub async fn delete_reminder(&self, message: MessageId) -> Result<(), Error> {
        self.table.delete(&keys::reminder(message)).await
    }
}
