//! Records of the CRM, who has an address, and what was done for a record.
//!
//! The address index is written before the record and cleaned up after it, so it may name a record too many, never one
//! too few; readers look whether the record still has the address.

use domain::ground::id::{ActivityId, OrgId};
use domain::people::activity::Activity;
use domain::people::address::EmailAddress;
use domain::people::consent::ConsentEntry;
use domain::people::record::{Record, RecordRef};
use jiff::Timestamp;

use super::idempotency::{self, Idempotency};
use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

impl Store {
    /// A record.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn record(&self, org: OrgId, reference: &RecordRef) -> Result<Option<Record>, Error> {
        Ok(self.stored_record(org, reference).await?.filter(|record| !record.deleted))
    }

    /// A record, or what one that was deleted left behind.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn stored_record(&self, org: OrgId, reference: &RecordRef) -> Result<Option<Record>, Error> {
        self.table.get(&keys::record(org, reference)).await
    }

    /// Saves a record in place of `before`, with the line that its ledger gets.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was changed since it was read.
    pub async fn put_record(
        &self,
        org: OrgId,
        before: Option<&Record>,
        record: &Record,
        entry: Option<&ConsentEntry>,
    ) -> Result<(), Error> {
        for email in &record.emails {
            let item = Item::new(&keys::address(org, email, &record.reference), &record.reference)?;
            self.table.put(item, Condition::Any).await?;
        }
        let condition = before.map_or(Condition::Absent, |before| Condition::Version(before.version));
        let item = Item::new(&keys::record(org, &record.reference), record)?;
        match entry {
            None => self.table.put(item, condition).await?,
            Some(entry) => {
                let line = Item::new(&keys::consent(org, &record.reference, entry.at, record.version), entry)?;
                self.table.transact(vec![(item, condition), (line, Condition::Absent)]).await?;
            }
        }
        let gone = before.iter().flat_map(|before| &before.emails).filter(|email| !record.emails.contains(email));
        for email in gone {
            self.table.delete(&keys::address(org, email, &record.reference)).await?;
        }
        Ok(())
    }

    /// The records that have an address.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn records_with(&self, org: OrgId, email: &EmailAddress) -> Result<Vec<Record>, Error> {
        // The names of kinds are the beginnings of all sort keys.
        let all = Range { from: "a".to_owned(), to: "z".to_owned(), ..Range::default() };
        let mut records = Vec::new();
        for item in self.table.query(&keys::addresses(org, email), &all).await? {
            let reference = item.sk().parse().map_err(|_| Error::Corrupt(item.sk().to_owned()))?;
            let record = self.record(org, &reference).await?;
            records.extend(record.filter(|record| record.emails.iter().any(|own| own.key() == email.key())));
        }
        Ok(records)
    }

    /// Adds an activity to a record, and the answer that was given.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the request was answered before.
    pub async fn add_activity(
        &self,
        org: OrgId,
        record: &RecordRef,
        activity: &Activity,
        answer: Option<&Idempotency>,
    ) -> Result<(), Error> {
        let mut writes = vec![(
            Item::new(&keys::activity(org, record, activity.created_at, activity.id), activity)?,
            Condition::Any,
        )];
        if let Some(answer) = answer {
            writes.push(idempotency::write(org, answer)?);
        }
        self.table.transact(writes).await
    }

    /// Adds the activity of a message to all records it belongs to. Adding it twice is the same as once.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn add_mail(&self, org: OrgId, records: &[RecordRef], activity: &Activity) -> Result<(), Error> {
        for record in records {
            let item = Item::new(&keys::activity(org, record, activity.created_at, activity.id), activity)?;
            self.table.put(item, Condition::Any).await?;
        }
        Ok(())
    }

    /// Takes an activity away from a record; not an error when it is not there.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn delete_activity(&self, org: OrgId, record: &RecordRef, activity: &Activity) -> Result<(), Error> {
        self.table.delete(&keys::activity(org, record, activity.created_at, activity.id)).await
    }

    /// The activities of a record, the newest first, after a place in the list.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn activities(
        &self,
        org: OrgId,
        record: &RecordRef,
        after: Option<(Timestamp, ActivityId)>,
        limit: usize,
    ) -> Result<Vec<Activity>, Error> {
        let all = Range::prefix(keys::ACTIVITY);
        let to = after.map_or(all.to.clone(), |(at, id)| keys::activity(org, record, at, id).sk);
        // The place itself is read again.
        let limit = limit + usize::from(after.is_some());
        let range = Range { to, backward: true, limit: i32::try_from(limit).ok(), ..all };
        let items = self.table.query(&keys::record_partition(org, record), &range).await?;
        let activities = items.into_iter().map(Item::read::<Activity>).collect::<Result<Vec<_>, _>>()?;
        Ok(activities.into_iter().filter(|one| after != Some((one.created_at, one.id))).collect())
    }
}
