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
    /// The objection still holds: its record was deleted or erased, or got another address. Only a new consent ends it.
    #[serde(default)]
    holds: bool,
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
        let until = remembered.as_ref().map(|remembered| remembered.denied_until);
        let standing = Standing { denied_until: standing.denied_until.max(until), ..standing };
        Ok(if remembered.is_some_and(|remembered| remembered.holds) { standing.objecting() } else { standing })
    }

    /// Lets the addresses of a record remember an objection, before the record is changed so that it is not found by
    /// them any more.
    pub async fn remember_objections(&self, org: OrgId, record: &Record, now: Timestamp) -> Result<(), Error> {
        for email in &record.emails {
            let before: Option<Remembered> = self.table.get(&keys::objection(org, email)).await?;
            let standing = self.standing(org, email, Some(&record.reference)).await?;
            let denied = (standing.preference == Preference::Deny).then_some(now);
            let holds = record.tracking == Preference::Deny || before.is_some_and(|before| before.holds);
            if let Some(denied_until) = denied.max(standing.denied_until) {
                self.remember(org, email, Remembered { denied_until, holds }).await?;
            }
        }
        Ok(())
    }

    /// Ends what the addresses of a record remember: the person has consented anew.
    pub async fn lift_objections(&self, org: OrgId, record: &Record, now: Timestamp) -> Result<(), Error> {
        for email in &record.emails {
            let before: Option<Remembered> = self.table.get(&keys::objection(org, email)).await?;
            if before.is_some_and(|before| before.holds) {
                self.remember(org, email, Remembered { denied_until: now, holds: false }).await?;
            }
        }
        Ok(())
    }

    async fn remember(&self, org: OrgId, email: &EmailAddress, what: Remembered) -> Result<(), Error> {
        self.table.put(Item::new(&keys::objection(org, email), &what)?, Condition::Any).await
    }

    /// The ledger of a record, the newest line first.
    pub async fn consent(&self, org: OrgId, record: &RecordRef) -> Result<Vec<ConsentEntry>, Error> {
        let range = Range { backward: true, ..Range::prefix(keys::CONSENT) };
        let items = self.table.query(&keys::record_partition(org, record), &range).await?;
        items.into_iter().map(Item::read).collect()
    }
}
