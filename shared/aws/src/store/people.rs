//! What there is about a person, by their addresses: which messages concern them, and that they were forgotten.
//!
//! The index names a message before the message names the address, so it may name a message too many, never one too
//! few; readers look into the message.

use std::collections::BTreeSet;

use domain::ground::id::{MessageId, OrgId};
use domain::people::address::EmailAddress;
use domain::people::record::{Record, RecordRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item, Range};
use super::{Error, Next, Store, Write, keys};

/// What the sort keys of messages begin with.
const MESSAGE: &str = "msg_";

#[derive(Serialize, Deserialize)]
struct Mail {}

#[derive(Serialize, Deserialize)]
struct Forgotten {
    #[serde(with = "domain::time::instant::millis")]
    at: Timestamp,
}

impl Write {
    /// Notes that a message has to do with an address.
    ///
    /// # Errors
    /// When the note cannot be serialized.
    pub fn mail_with(org: OrgId, email: &EmailAddress, message: MessageId) -> Result<Self, Error> {
        Self::put(&keys::mail_with(org, email, message), &Mail {}, Condition::Any)
    }
}

impl Store {
    /// Notes that a message has to do with an address.
    pub async fn note_mail(&self, org: OrgId, email: &EmailAddress, message: MessageId) -> Result<(), Error> {
        self.commit(vec![Write::mail_with(org, email, message)?], None).await
    }

    /// The messages that have to do with one of these addresses, oldest first.
    pub async fn mails_with(&self, org: OrgId, emails: &[EmailAddress]) -> Result<BTreeSet<MessageId>, Error> {
        let mut messages = BTreeSet::new();
        for email in emails {
            let items = self.table.query(&keys::mails(org, email), &Range::prefix(MESSAGE)).await?;
            let read = |item: Item| item.sk().parse().map_err(|_| Error::Corrupt(item.sk().to_owned()));
            messages.extend(items.into_iter().map(read).collect::<Result<Vec<MessageId>, _>>()?);
        }
        Ok(messages)
    }

    /// The newest messages that have to do with an address.
    pub async fn newest_mails_with(
        &self,
        org: OrgId,
        email: &EmailAddress,
        limit: usize,
    ) -> Result<Vec<MessageId>, Error> {
        let range = Range { backward: true, limit: i32::try_from(limit).ok(), ..Range::prefix(MESSAGE) };
        let items = self.table.query(&keys::mails(org, email), &range).await?;
        let read = |item: Item| item.sk().parse().map_err(|_| Error::Corrupt(item.sk().to_owned()));
        items.into_iter().map(read).collect()
    }

    /// Forgets that a message had to do with an address.
    pub async fn forget_mail(&self, org: OrgId, email: &EmailAddress, message: MessageId) -> Result<(), Error> {
        self.table.delete(&keys::mail_with(org, email, message)).await
    }

    /// Notes that the owner of an address is to be forgotten: mail from before is never kept again.
    pub async fn forget_address(&self, org: OrgId, email: &EmailAddress, at: Timestamp) -> Result<(), Error> {
        self.table.put(Item::new(&keys::forgotten(org, email), &Forgotten { at })?, Condition::Any).await
    }

    /// When the owner of an address was forgotten.
    pub async fn forgotten(&self, org: OrgId, email: &EmailAddress) -> Result<Option<Timestamp>, Error> {
        let forgotten: Option<Forgotten> = self.table.get(&keys::forgotten(org, email)).await?;
        Ok(forgotten.map(|forgotten| forgotten.at))
    }

    /// Leaves of a record only that it was erased. It is marked as deleted first, together with the index of its addresses:
    /// until then nothing is gone, and a change that comes between finds all of it. Then ledger and activities go, and at last
    /// the record says that it was erased.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the record was changed since it was read.
    pub async fn erase_record(&self, org: OrgId, before: &Record, erased: Record) -> Result<(), Error> {
        let (reference, partition) = (&before.reference, keys::record_partition(org, &before.reference));
        let mut around = self.table.query(&partition, &Range::prefix(keys::ACTIVITY)).await?;
        around.extend(self.table.query(&partition, &Range::prefix(keys::CONSENT)).await?);

        let deleted = Record { erased_at: None, ..erased.clone() };
        let deleted = self.write(Next::record(org, Some(before), deleted, None)?).await?;
        for item in around {
            let key = item.key();
            if let Some(id) = key.sk.strip_prefix(keys::ACTIVITY).and_then(|rest| rest.split_once('#')?.1.parse().ok())
            {
                self.table.delete(&keys::task(org, id)).await?;
            }
            self.table.delete(&key).await?;
        }
        match self.write(Next::version(&keys::record(org, reference), Some(&deleted), erased)?).await {
            // The CRM made the record anew.
            Err(Error::Conflict) => Ok(()),
            written => written.map(drop),
        }
    }

    /// Deletes the files and the reminder of a message, and all that happened to it.
    pub async fn delete_around(&self, message: MessageId) -> Result<(), Error> {
        for prefix in [keys::ATTACHMENT, keys::HITS, keys::REPLY] {
            self.delete_all(&keys::message_partition(message), prefix).await?;
        }
        self.delete_reminder(message).await
    }

    async fn delete_all(&self, partition: &str, prefix: &str) -> Result<(), Error> {
        for item in self.table.query(partition, &Range::prefix(prefix)).await? {
            self.table.delete(&item.key()).await?;
        }
        Ok(())
    }

    /// Gives the activities of a record that belong to a message other words.
    pub async fn reword_activities(
        &self,
        org: OrgId,
        record: &RecordRef,
        message: MessageId,
        words: impl Fn(&str) -> String,
    ) -> Result<(), Error> {
        let partition = keys::record_partition(org, record);
        for item in self.table.query(&partition, &Range::prefix(keys::ACTIVITY)).await? {
            let key = item.key();
            let activity: domain::people::activity::Activity = item.read()?;
            let subject = words(&activity.subject);
            if activity.message == Some(message) && subject != activity.subject {
                let activity = domain::people::activity::Activity { subject, ..activity };
                self.table.put(Item::new(&key, &activity)?, Condition::Any).await?;
            }
        }
        Ok(())
    }
}
