//! Lists of records: the organisation's, those that were saved last first; an account's; those that have an address.
//!
//! Each page looks at a bounded number of places. Only when nothing was found yet it goes on, so that no page but the last
//! one is empty.

use std::collections::VecDeque;

use domain::people::address::EmailAddress;
use domain::people::record::{Record, RecordId, RecordRef, RecordType};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RecordDetails;
use crate::{Actor, Code, Desk, Refused};

/// How many places are looked at for one page that is not empty.
const EXAMINED: usize = 1000;
/// How many places are looked at in any case. A page behind which there are more may be empty then.
const AT_MOST: usize = 20_000;
/// How many places are read at once.
const CHUNK: usize = 100;

/// Filters of a list of records; what is `None` lets everything pass.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    /// Only those of this type.
    pub kind: Option<RecordType>,
    /// With all of these words in name, id, addresses or phone number.
    pub words: Option<String>,
    /// Only those that have this address.
    pub email: Option<String>,
    /// Only those that belong to this account.
    pub account: Option<RecordId>,
    /// Only those that were saved after this instant.
    pub updated_after: Option<Timestamp>,
}

/// A place in a list of records: when it was saved, and the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordMark {
    #[serde(with = "domain::time::instant::optional_millis")]
    at: Option<Timestamp>,
    record: RecordRef,
}

/// A page of records.
#[derive(Debug)]
pub struct RecordPage {
    /// The records.
    pub items: Vec<RecordDetails>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<RecordMark>,
}

impl RecordFilter {
    /// True when the record at a place may be wanted, as far as the place tells.
    fn lets_place(&self, place: &RecordMark) -> bool {
        self.kind.as_ref().is_none_or(|kind| place.record.kind == *kind)
    }

    fn lets(&self, record: &Record) -> bool {
        self.kind.as_ref().is_none_or(|kind| record.reference.kind == *kind)
            && self.account.as_ref().is_none_or(|account| record.account.as_ref() == Some(account))
            && self.updated_after.is_none_or(|after| record.updated_at.is_some_and(|at| at > after))
            && self.words.as_deref().is_none_or(|words| has_words(record, words))
    }
}

fn has_words(record: &Record, words: &str) -> bool {
    let emails = record.emails.iter().map(EmailAddress::as_str);
    let phone = record.phone.as_deref();
    let all: Vec<&str> = emails.chain([record.name.as_str(), record.reference.id.as_str()]).chain(phone).collect();
    let all = all.join("\n").to_lowercase();
    words.to_lowercase().split_whitespace().all(|word| all.contains(word))
}

impl Desk {
    /// A page of records behind `mark`.
    ///
    /// # Errors
    /// [`Code::InvalidAddress`].
    pub async fn records(
        &self,
        actor: &Actor,
        filter: &RecordFilter,
        mark: Option<RecordMark>,
        limit: usize,
    ) -> Result<RecordPage, Refused> {
        let (records, next) = match &filter.email {
            Some(email) => (self.records_with(actor, email, filter).await?, None),
            None => self.fill_records(actor, filter, mark, limit).await?,
        };
        Ok(RecordPage { items: self.details_of_records(actor, records).await?, next })
    }

    /// All records that have an address: there are few.
    async fn records_with(&self, actor: &Actor, email: &str, filter: &RecordFilter) -> Result<Vec<Record>, Refused> {
        let email = EmailAddress::parse(email);
        let email = email.map_err(|error| Refused::field("/email", Code::InvalidAddress, error))?;
        let mut records = self.store.records_with(actor.org, &email).await?;
        records.retain(|record| filter.lets(record));
        Ok(records)
    }

    async fn fill_records(
        &self,
        actor: &Actor,
        filter: &RecordFilter,
        mut mark: Option<RecordMark>,
        limit: usize,
    ) -> Result<(Vec<Record>, Option<RecordMark>), Refused> {
        let (mut found, mut examined) = (Vec::new(), 0);
        while examined < if found.is_empty() { AT_MOST } else { EXAMINED } {
            let places = self.record_places(actor, filter, mark.as_ref()).await?;
            let more = places.len() == CHUNK;
            let Some(last) = places.last().cloned() else { return Ok((found, None)) };
            examined += places.len();

            let wanted: Vec<RecordRef> =
                places.iter().filter(|place| filter.lets_place(place)).map(|place| place.record.clone()).collect();
            let mut read: VecDeque<Record> = self.store.these_records(actor.org, &wanted).await?.into();
            for place in places {
                let Some(record) = read.pop_front_if(|record| record.reference == place.record) else { continue };
                // A place that lags behind names a record that stands elsewhere now.
                let is_current = place.at.is_none() || record.updated_at == place.at;
                if is_current && filter.lets(&record) {
                    found.push(record);
                }
                if found.len() == limit {
                    let goes_on = more || place != last;
                    return Ok((found, goes_on.then_some(place)));
                }
            }
            let is_over = filter.account.is_none() && filter.updated_after.is_some_and(|after| last.at <= Some(after));
            if !more || is_over {
                return Ok((found, None));
            }
            mark = Some(last);
        }
        Ok((found, mark))
    }

    async fn record_places(
        &self,
        actor: &Actor,
        filter: &RecordFilter,
        mark: Option<&RecordMark>,
    ) -> Result<Vec<RecordMark>, Refused> {
        if let Some(account) = &filter.account {
            let after = mark.map(|mark| &mark.record);
            let members = self.store.members(actor.org, account, after, CHUNK).await?;
            return Ok(members.into_iter().map(|record| RecordMark { at: None, record }).collect());
        }
        let after = mark.and_then(|mark| Some((mark.at?, mark.record.clone())));
        let places = self.store.recent_records(actor.org, after.as_ref(), CHUNK).await?;
        Ok(places.into_iter().map(|(at, record)| RecordMark { at: Some(at), record }).collect())
    }
}
