//! Records of the CRM, who has an address, and what was done for a record.
//!
//! A record and its place in the index of addresses change in one transaction. Readers look whether the record still has
//! the address all the same: an erasure takes the index away before the record.

use std::collections::BTreeMap;

use domain::ground::id::{ActivityId, OrgId};
use domain::people::activity::Activity;
use domain::people::address::EmailAddress;
use domain::people::consent::ConsentEntry;
use domain::people::record::{Outcome, Record, RecordId, RecordRef};
use jiff::Timestamp;

use super::keys::Key;
use super::table::{Condition, Item, Range};
use super::write::succeed;
use super::{Error, Next, Store, Write, keys};

impl Next<Record> {
    /// The next version of a record, with the line that its ledger gets and its places in the indexes of addresses and
    /// accounts, in one transaction: the indexes name every address of a record, and no other. Addresses are compared as they
    /// are looked up, whatever their spelling.
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
        // Earlier versions of Telltale kept no index of accounts.
        let indexed_before = before.is_some_and(|before| before.updated_at.is_some());
        let (value, condition) = succeed(before, after);
        let item = Item::new(&keys::record(org, &reference), &value)?;
        let item = match value.updated_at.filter(|_| !value.deleted) {
            Some(at) => item.indexed(keys::records(org), keys::record_position(at, &reference)),
            None => item,
        };
        let mut next = Self::of(value, vec![Write::item(item, condition)]);
        if let Some(entry) = entry {
            let line = keys::consent(org, &reference, entry.at, next.value.version);
            next.writes.push(Write::put(&line, entry, Condition::Absent)?);
        }

        let indexed = |record: &Record| -> BTreeMap<String, Key> {
            let emails = record.emails.iter();
            let emails = emails.map(|email| (email.key(), keys::address(org, email, &reference)));
            // Addresses have an @, accounts have none, and what was won has no name here.
            let account = record.account.iter();
            let account = account.map(|id| (id.as_str().to_owned(), keys::member(org, id, &reference)));
            let won = (record.outcome == Some(Outcome::Won)).then(|| (String::new(), keys::won(org, &reference)));
            emails.chain(account).chain(won).collect()
        };
        let (old, new) = (before.map(indexed).unwrap_or_default(), indexed(&next.value));
        for (_, key) in new.iter().filter(|(place, _)| !indexed_before || !old.contains_key(*place)) {
            next.writes.push(Write::put(key, &reference, Condition::Any)?);
        }
        for (_, key) in old.into_iter().filter(|(place, _)| !new.contains_key(place)) {
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
        // The names of types are the beginnings of all sort keys.
        let all = Range { from: "a".to_owned(), to: "{".to_owned(), ..Range::default() };
        let mut records = Vec::new();
        for item in self.table.query(&keys::addresses(org, email), &all).await? {
            let reference = item.sk().parse().map_err(|_| Error::Corrupt(item.sk().to_owned()))?;
            let record = self.record(org, &reference).await?;
            records.extend(record.filter(|record| record.emails.iter().any(|own| own.key() == email.key())));
        }
        Ok(records)
    }

    /// The records of an organisation, those that were saved last first, after a place; may lag behind the last write.
    pub async fn recent_records(
        &self,
        org: OrgId,
        after: Option<&(Timestamp, RecordRef)>,
        limit: usize,
    ) -> Result<Vec<(Timestamp, RecordRef)>, Error> {
        let after = after.map(|(at, record)| keys::record_position(*at, record));
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let positions = self.table.owner_positions(&keys::records(org), after.as_deref(), true, limit).await?;
        Ok(positions.iter().filter_map(|position| keys::parse_record_position(position)).collect())
    }

    /// The records that belong to an account, in order of their references, after a place.
    pub async fn members(
        &self,
        org: OrgId,
        account: &RecordId,
        after: Option<&RecordRef>,
        limit: usize,
    ) -> Result<Vec<RecordRef>, Error> {
        // "!" is not in a reference, and before everything that can follow one.
        let from = after.map_or_else(|| "a".to_owned(), |after| format!("{after}!"));
        let limit = i32::try_from(limit).ok();
        let range = Range { from, to: "{".to_owned(), limit, ..Range::default() };
        let items = self.table.query(&keys::members(org, account), &range).await?;
        items.iter().map(|item| item.sk().parse().map_err(|_| Error::Corrupt(item.sk().to_owned()))).collect()
    }

    /// These records, without those that are not there any more; may lag behind the last write.
    pub async fn these_records(&self, org: OrgId, references: &[RecordRef]) -> Result<Vec<Record>, Error> {
        let keys: Vec<Key> = references.iter().map(|reference| keys::record(org, reference)).collect();
        let records = self.table.get_many(&keys).await?.into_iter().map(Item::read::<Record>);
        let records = records.collect::<Result<Vec<_>, _>>()?;
        let place = |record: &Record| references.iter().position(|one| *one == record.reference);
        let mut there: Vec<Record> = records.into_iter().filter(|record| !record.deleted).collect();
        there.sort_by_key(place);
        Ok(there)
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
