//! When a message would meet its recipient at work.

use std::collections::BTreeSet;

use domain::ground::id::MessageId;
use domain::people::address::EmailAddress;
use domain::people::consent::account_of;
use domain::people::record::{Record, RecordRef};
use domain::signs::engagement::{FoldContext, fold};
use domain::time::delivery_time::{NoRecommendation, Recommendation, recommend};
use domain::time::zone::{self, ZoneSource, Zoned};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;

use crate::{Actor, Code, Desk, Refused};

/// How many of a person's newest activities are looked through for opens.
const EXAMINED: usize = 25;
/// How many mails are read at once.
const AT_ONCE: usize = 8;

/// The person for whom a time is asked.
#[derive(Debug, Clone)]
pub enum DeliveryTimeFor {
    /// By address.
    Email(String),
    /// By record.
    Record(String),
}

impl Desk {
    /// A delivery time for one person, or the reason why none can be recommended.
    ///
    /// # Errors
    /// [`Code::InvalidAddress`], [`Code::InvalidId`].
    pub async fn delivery_time(
        &self,
        actor: &Actor,
        person: &DeliveryTimeFor,
    ) -> Result<Result<Recommendation, NoRecommendation>, Refused> {
        let records = self.records_of(actor, person).await?;
        let known = records.iter().map(Record::zone_source).map(zone::of_person).find(Result::is_ok);
        let first = records.first();
        let known = match known {
            Some(known) => Some(known),
            None => self.zone_of_account(actor, &records).await?,
        };
        let zoned = known.or_else(|| first.map(|record| zone::of_person(record.zone_source())));
        let zoned = zoned.unwrap_or_else(|| zone::of_person(ZoneSource::default()));
        let opens = match first {
            Some(record) => self.opens_by(actor, record).await?,
            None => Vec::new(),
        };
        let settings = self.store.settings(actor.org).await?;
        Ok(recommend(zoned, &settings.working_hours, &opens, actor.now))
    }

    /// The zone of the first account that tells one: people mostly work where their company is.
    async fn zone_of_account(
        &self,
        actor: &Actor,
        records: &[Record],
    ) -> Result<Option<Result<Zoned, zone::Unknown>>, Refused> {
        for account in records.iter().filter_map(account_of) {
            let Some(account) = self.store.record(actor.org, &account).await? else { continue };
            if let Ok(Zoned { zone, reason }) = zone::of_person(account.zone_source()) {
                return Ok(Some(Ok(Zoned { zone, reason: format!("{reason}, the place of the account") })));
            }
        }
        Ok(None)
    }

    async fn records_of(&self, actor: &Actor, person: &DeliveryTimeFor) -> Result<Vec<Record>, Refused> {
        match person {
            DeliveryTimeFor::Email(email) => {
                let email = EmailAddress::parse(email);
                let email = email.map_err(|error| Refused::field("/email", Code::InvalidAddress, error))?;
                Ok(self.store.records_with(actor.org, &email).await?)
            }
            DeliveryTimeFor::Record(reference) => {
                let reference: Result<RecordRef, _> = reference.parse();
                let reference = reference.map_err(|error| Refused::field("/record", Code::InvalidId, error))?;
                Ok(self.store.record(actor.org, &reference).await?.into_iter().collect())
            }
        }
    }

    /// When a person opened the newest mails on record.
    async fn opens_by(&self, actor: &Actor, record: &Record) -> Result<Vec<Timestamp>, Refused> {
        let activities = self.store.activities(actor.org, &record.reference, None, EXAMINED).await?;
        let mails: BTreeSet<MessageId> = activities.iter().filter_map(|activity| activity.message).collect();
        let reads: Vec<_> = mails.into_iter().map(|id| self.opens_of(actor, record, id)).collect();
        stream::iter(reads).buffer_unordered(AT_ONCE).try_concat().await
    }

    /// When a person opened one mail.
    async fn opens_of(&self, actor: &Actor, record: &Record, id: MessageId) -> Result<Vec<Timestamp>, Refused> {
        let stored = self.store.message_for_list(id).await?;
        let Some(stored) = stored.filter(|stored| stored.message.org == actor.org && stored.message.tracked) else {
            return Ok(Vec::new());
        };
        let is_theirs = |n: u16| {
            let recipient = stored.message.recipient(n);
            recipient.is_some_and(|recipient| recipient.record.as_ref() == Some(&record.reference))
        };
        let engagement = fold(self.store.hits(id).await?, &FoldContext::of(&stored.message, &stored.copies));
        let opens = engagement.judged.iter().filter(|judged| judged.is_open_by_person());
        Ok(opens.filter(|judged| is_theirs(judged.hit.recipient)).map(|judged| judged.hit.at).collect())
    }
}
