//! A record with what holds for it: the preference that counts, and where it is found in the CRM.

use domain::people::consent::{Decider, Preference, Standing, account_of};
use domain::people::record::Record;
use domain::team::settings::Settings;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::{Actor, Desk, Refused};

/// How many records are looked up at once.
const AT_ONCE: usize = 10;

/// A record with what holds for it.
#[derive(Debug, Clone)]
pub struct RecordDetails {
    /// The record.
    pub record: Record,
    /// The preference that counts for its addresses: `Allow` or `Deny`.
    pub effective: Preference,
    /// The record that it comes from; none when nobody was asked.
    pub decided_by: Option<Decider>,
    /// Where it is found in the CRM.
    pub url: Option<String>,
}

impl Desk {
    /// A record with what holds for it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn record_details(&self, actor: &Actor, record: Record) -> Result<RecordDetails, Refused> {
        let settings = self.store.settings(actor.org).await?;
        self.details_of_record(actor, &settings, record).await
    }

    /// The same for several, in their order.
    pub(super) async fn details_of_records(
        &self,
        actor: &Actor,
        records: Vec<Record>,
    ) -> Result<Vec<RecordDetails>, Refused> {
        let settings = self.store.settings(actor.org).await?;
        let read = |record| self.details_of_record(actor, &settings, record);
        stream::iter(records).map(read).buffered(AT_ONCE).try_collect().await
    }

    async fn details_of_record(
        &self,
        actor: &Actor,
        settings: &Settings,
        record: Record,
    ) -> Result<RecordDetails, Refused> {
        let mut standings = Vec::new();
        for email in &record.emails {
            standings.push(self.store.standing(actor.org, email, Some(&record.reference)).await?);
        }
        if standings.is_empty() {
            let account = match account_of(&record) {
                Some(account) => self.store.record(actor.org, &account).await?,
                None => None,
            };
            let own = std::slice::from_ref(&record);
            standings.push(Standing::of(Some(&record.reference), own, account.as_slice()));
        }
        // Of several addresses, the strictest counts.
        let strictest = standings.into_iter().max_by_key(|standing| standing.preference).unwrap_or_default();
        Ok(RecordDetails {
            effective: settings.effective(strictest.preference),
            decided_by: strictest.decided_by,
            url: settings.record_urls.leads_to(&record),
            record,
        })
    }
}
