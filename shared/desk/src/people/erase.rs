//! Erasure of the person behind a record.

use std::collections::BTreeSet;

use domain::ground::id::MessageId;
use domain::people::activity::Activity;
use domain::people::consent::Preference;
use domain::people::erasure::Person;
use domain::people::record::{Record, RecordRef};
use domain::team::audit::AuditAction;
use futures::stream::{self, TryStreamExt};
use jiff::Timestamp;

use super::AT_ONCE;
use crate::{Actor, Code, Desk, Refused, TRIES};

/// How many messages one call changes. A request has less than 30 seconds.
const PER_CALL: usize = 200;

/// What became of an erasure.
#[derive(Debug)]
pub struct Erasure {
    /// When the person was erased; `None` while there is more to do.
    pub erased_at: Option<Timestamp>,
    /// How many messages this call dealt with.
    pub messages: usize,
    /// Other records with one of the addresses. They stay: if they are the same person, erase them too.
    pub shares_address_with: Vec<RecordRef>,
}

impl Desk {
    /// Forgets the person behind a record: the record with its ledger and activities, and in every message to them who they
    /// are and what they did. A message to nobody else loses its text and its files. An interrupted erasure can simply be
    /// run again.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn erase_person(&self, actor: &Actor, reference: &RecordRef) -> Result<Erasure, Refused> {
        for _ in 0..TRIES {
            match self.try_erase(actor, reference).await {
                Err(Refused { code: Code::ChangedMeanwhile, .. }) => {}
                done => return done,
            }
        }
        Ok(Erasure { erased_at: None, messages: 0, shares_address_with: Vec::new() })
    }

    /// One try, which ends when somebody else changes the record or one of the messages meanwhile.
    async fn try_erase(&self, actor: &Actor, reference: &RecordRef) -> Result<Erasure, Refused> {
        let record = self.store.stored_record(actor.org, reference).await?.ok_or_else(Refused::not_found)?;
        if record.deleted && record.erased_at.is_some() {
            return Ok(Erasure { erased_at: record.erased_at, messages: 0, shares_address_with: Vec::new() });
        }
        let now = actor.now;
        let person = Person::of(&record);
        let shares_address_with = self.others_with_addresses(actor, &person).await?;
        self.store.remember_objections(actor.org, &record, now).await?;
        for email in &person.emails {
            self.store.forget_address(actor.org, email, now).await?;
            self.store.mute_suppression(actor.org, email).await?;
        }

        let activities = self.store.activities(actor.org, reference, None, usize::MAX).await?;
        let ids = self.messages_about(actor, &person, &activities).await?;
        let all = ids.len();
        let some: Vec<MessageId> = ids.into_iter().take(PER_CALL).collect();
        let messages = some.len();
        let each = stream::iter(some.into_iter().map(Ok::<_, Refused>));
        each.try_for_each_concurrent(AT_ONCE, |id| self.forget_in(actor, &person, id, &activities)).await?;
        if messages < all {
            return Ok(Erasure { erased_at: None, messages, shares_address_with });
        }

        let line = self.audited(actor, AuditAction::PersonErased, reference).await?;
        self.store.commit(vec![line], None).await?;
        let empty = Record::empty(reference.clone());
        // Contacts that name an account go on to find its objection.
        let objects = record.tracking == Preference::Deny;
        let tracking = if objects { Preference::Deny } else { Preference::Unknown };
        let erased = Record { deleted: true, erased_at: Some(now), tracking, ..empty };
        self.store.erase_record(actor.org, &record, erased).await?;
        // After a restore of the table, these lines tell whom to erase again.
        tracing::info!(org = %actor.org, record = %reference, "person erased");
        Ok(Erasure { erased_at: Some(now), messages, shares_address_with })
    }

    /// Forgets a person in a message, then that the message has to do with them.
    async fn forget_in(
        &self,
        actor: &Actor,
        person: &Person,
        id: MessageId,
        activities: &[Activity],
    ) -> Result<(), Refused> {
        self.erase_from_message(actor, person, id).await?;
        for email in &person.emails {
            self.store.forget_mail(actor.org, email, id).await?;
        }
        for activity in activities.iter().filter(|activity| activity.message == Some(id)) {
            self.store.delete_activity(actor.org, &person.record, activity).await?;
        }
        Ok(())
    }

    /// Other records with one of their addresses.
    async fn others_with_addresses(&self, actor: &Actor, person: &Person) -> Result<Vec<RecordRef>, Refused> {
        let mut others: BTreeSet<RecordRef> = BTreeSet::new();
        for email in &person.emails {
            let records = self.store.records_with(actor.org, email).await?;
            others.extend(records.into_iter().map(|record| record.reference));
        }
        others.remove(&person.record);
        Ok(others.into_iter().collect())
    }
}
