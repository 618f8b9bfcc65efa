//! What a recipient allows, and the ledgers of it.
//!
//! An objection is looked up by the records that have an address and by the accounts they belong to. When a record
//! stops having the address, the address itself remembers, under its hash, until when an objection held.

use domain::ground::id::OrgId;
use domain::people::address::EmailAddress;
use domain::people::consent::{ConsentEntry, Preference, Standing, account_of};
use domain::people::record::{Record, RecordRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

/// What an address remembers of records that had it.
#[derive(Serialize, Deserialize)]
struct Remembered {
    #[serde(with = "domain::time::instant::millis")]
    denied_until: Timestamp,
}

impl Store {
    /// What a recipient allows, as the last writes left it. `named` is the record that the message gives for them.
    pub async fn standing(
        &self,
        org: OrgId,
        email: &EmailAddress,
        named: Option<&RecordRef>,
    ) -> Result<Standing, Error> {
        let mut records = self.records_with(org, email).await?;
        if let Some(named) = named.filter(|named| records.iter().all(|record| record.reference != **named)) {
            records.extend(self.stored_record(org, named).await?);
        }
        let mut accounts = Vec::new();
        for account in records.iter().filter_map(account_of) {
            accounts.extend(self.stored_record(org, &account).await?);
        }
        let remembered: Option<Remembered> = self.table.get(&keys::objection(org, email)).await?;
        let standing = Standing::of(named, &records, &accounts);
        let remembered = remembered.map(|remembered| remembered.denied_until);
        Ok(Standing { denied_until: standing.denied_until.max(remembered), ..standing })
    }

    /// Lets the addresses of a record remember an objection, before the record is changed so that it is not found by
    /// them any more.
    pub async fn remember_objections(&self, org: OrgId, record: &Record, now: Timestamp) -> Result<(), Error> {
        for email in &record.emails {
            let standing = self.standing(org, email, Some(&record.reference)).await?;
            let denied = (standing.preference == Preference::Deny).then_some(now);
            if let Some(denied_until) = denied.max(standing.denied_until) {
                let item = Item::new(&keys::objection(org, email), &Remembered { denied_until })?;
                self.table.put(item, Condition::Any).await?;
            }
        }
        Ok(())
    }

    /// The ledger of a record, the newest line first.
    pub async fn consent(&self, org: OrgId, record: &RecordRef) -> Result<Vec<ConsentEntry>, Error> {
        let range = Range { backward: true, ..Range::prefix(keys::CONSENT) };
        let items = self.table.query(&keys::record_partition(org, record), &range).await?;
        items.into_iter().map(Item::read).collect()
    }
}
