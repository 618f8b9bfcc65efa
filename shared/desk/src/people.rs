//! The person behind a record: everything that is held about them, and its erasure.

mod erase;
mod erase_message;
mod export;

pub use erase::Erasure;
pub use export::{ExportedMessage, PersonExport};

use std::collections::BTreeSet;

use aws::store::Error;
use domain::ground::id::MessageId;
use domain::people::activity::{Activity, ActivityKind};
use domain::people::erasure::Person;

use crate::{Actor, Desk};

/// How many messages are read or changed at once.
const AT_ONCE: usize = 5;

impl Desk {
    /// The messages that may concern a person: to or from their addresses, or listed with their record.
    async fn messages_about(
        &self,
        actor: &Actor,
        person: &Person,
        activities: &[Activity],
    ) -> Result<BTreeSet<MessageId>, Error> {
        let mut ids = self.store.mails_with(actor.org, &person.emails).await?;
        let mails = activities.iter().filter(|activity| activity.kind == ActivityKind::Mail);
        ids.extend(mails.filter_map(|activity| activity.message));
        Ok(ids)
    }
}
