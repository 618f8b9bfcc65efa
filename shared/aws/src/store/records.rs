//! Records of the CRM, who has an address, and what was done for a record.
//!
//! A record and its place in the index of addresses change in one transaction. Readers look whether the record still has
//! the address all the same: an erasure takes the index away before the record.

use std::collections::BTreeMap;

use domain::ground::id::{ActivityId, OrgId};
use domain::people::activity::Activity;
use domain::people::address::EmailAddress;
use domain::people::consent::ConsentEntry;
use domain::people::record::{Record, RecordRef};
use jiff::Timestamp;

use super::keys::Key;
use super::table::{Condition, Item, Range};
use super::{Error, Next, Store, Write, keys};

impl Next<Record> {
    /// The next version of a record, with the line that its ledger gets and the index of its addresses, in one
    /// transaction: the index names every address of a record, and no other. Addresses are compared as they are looked
    /// up, whatever their spelling.
    ///
    /// # Errors
    /// When the record cannot be serialized.
    pub fn record(
        org: OrgId,
        before: Option<&Record>,
        after: Record,
        entry: Option<&ConsentEntry>,
    ) -> Result<Self, Error> {
        let reference = after.reference.clone();
        let mut next = Self::version(&keys::record(org, &reference), before, after)?;
        if let Some(entry) = entry {
            let line = keys::consent(org, &reference, entry.at, next.value.version);
            next.writes.push(Write::put(&line, entry, Condition::Absent)?);
        }

        let indexed = |record: &Record| -> BTreeMap<String, Key> {
            let emails = record.emails.iter();
            emails.map(|email| (email.key(), keys::address(org, email, &reference))).collect()
        };
        let (old, new) = (before.map(indexed).unwrap_or_default(), indexed(&next.value));
        for (_, key) in new.iter().filter(|(email, _)| !old.contains_key(*email)) {
            next.writes.push(Write::put(key, &reference, Condition::Any)?);
        }
        for (_, key) in old.into_iter().filter(|(email, _)| !new.contains_key(email)) {
            next.writes.push(Write::delete(key));
        }
        Ok(next)
    }
}

impl Write {
    /// Lists the mail of a message with a record. Listing it twice is the same as once.
    ///
    /// # Errors
    /// When the activity cannot be serialized.
    pub fn mail_activity(org: OrgId, record: &RecordRef, activity: &Activity) -> Result<Self, Error> {
        let key = keys::activity(org, record, activity.created_at, activity.id);
        Self::put(&key, activity, Condition::Any)
    }
}

impl Next<Activity> {
    /// A new activity of a record.
    ///
    /// # Errors
    /// When the activity cannot be serialized.
    pub fn new_activity(org: OrgId, record: &RecordRef, activity: Activity) -> Result<Self, Error> {
        let key = keys::activity(org, record, activity.created_at, activity.id);
        let write = Write::put(&key, &activity, Condition::Any)?;
        Ok(Self::of(activity, vec![write]))
    }
}

impl Store {
    /// A record.
    pub async fn record(&self, org: OrgId, reference: &RecordRef) -> Result<Option<Record>, Error> {
        Ok(self.stored_record(org, reference).await?.filter(|record| !record.deleted))
    }

    /// A record, or what one that was deleted left behind.
    pub async fn stored_record(&self, org: OrgId, reference: &RecordRef) -> Result<Option<Record>, Error> {
        self.table.get(&keys::record(org, reference)).await
    }

    /// The records that have an address.
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

    /// Takes an activity away from a record; not an error when it is not there.
    pub async fn delete_activity(&self, org: OrgId, record: &RecordRef, activity: &Activity) -> Result<(), Error> {
        self.table.delete(&keys::activity(org, record, activity.created_at, activity.id)).await
    }

    /// The activities of a record, the newest first, after a place in the list.
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
