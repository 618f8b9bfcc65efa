//! Export: everything that is held about a person.

use std::collections::BTreeSet;

use aws::blobs;
use domain::ground::id::MessageId;
use domain::message::MessageWithCopies;
use domain::message::timeline::{Timeline, TimelineScope};
use domain::people::activity::Activity;
use domain::people::consent::ConsentEntry;
use domain::people::erasure::Person;
use domain::people::record::RecordRef;
use domain::people::suppression::Suppression;
use domain::team::audit::AuditAction;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::AT_ONCE;
use crate::messages::MessageDetails;
use crate::records::RecordDetails;
use crate::timeline::TimelineDetails;
use crate::{Actor, Desk, Refused};

/// Everything that is held about the person behind a record.
#[derive(Debug)]
pub struct PersonExport {
    /// The record.
    pub record: RecordDetails,
    /// The ledger of their preference, newest first.
    pub consent: Vec<ConsentEntry>,
    /// The activities of their record, newest first.
    pub activities: Vec<Activity>,
    /// Their addresses that the organisation no longer sends to.
    pub suppressions: Vec<Suppression>,
    /// Messages to them, oldest first.
    pub messages: Vec<ExportedMessage>,
}

/// A message to a person, as its recipient may know it.
#[derive(Debug)]
pub struct ExportedMessage {
    /// The message, with the person's own figures only.
    pub details: MessageDetails,
    /// Their part of its timeline.
    pub timeline: TimelineDetails,
    /// Their addresses as the message has them.
    pub own_addresses: BTreeSet<String>,
    /// Their mail as it came (RFC 5322), for as long as it is kept.
    pub received: Vec<String>,
}

impl Desk {
    /// Everything that is held about the person behind a record. Of messages to several people it holds what this person
    /// could see and did.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn export_person(&self, actor: &Actor, reference: &RecordRef) -> Result<PersonExport, Refused> {
        let record = self.record(actor, reference).await?;
        let person = Person::of(&record);
        let activities = self.store.activities(actor.org, reference, None, usize::MAX).await?;
        let ids = self.messages_about(actor, &person, &activities).await?;
        let read = |id| self.exported_message(actor, &person, id);
        let found = stream::iter(ids).map(read).buffered(AT_ONCE);
        let messages = found.try_filter_map(|found| async move { Ok(found) }).try_collect().await?;

        let mut suppressions = Vec::new();
        for email in &person.emails {
            suppressions.extend(self.store.suppression(actor.org, email).await?);
        }
        let consent = self.store.consent(actor.org, reference).await?;
        let line = self.audited(actor, AuditAction::PersonExported, reference).await?;
        self.store.commit(vec![line], None).await?;
        let record = self.record_details(actor, record).await?;
        Ok(PersonExport { record, consent, activities, suppressions, messages })
    }

    /// A message as its recipient may know it; none when it went to others and nothing came back from this person.
    async fn exported_message(
        &self,
        actor: &Actor,
        person: &Person,
        id: MessageId,
    ) -> Result<Option<ExportedMessage>, Refused> {
        let stored = self.store.message(id).await?;
        let Some(stored) = stored.filter(|stored| stored.message.org == actor.org) else { return Ok(None) };
        let settings = self.store.settings(actor.org).await?;
        let expired = stored.message.is_expired(&settings, actor.now);
        let scope = TimelineScope { enabled: true, expired, only: Some(person.clone()) };
        let timeline = self.scoped_timeline(&stored, &scope).await?;
        if person.places(&stored.message).is_empty() && timeline.timeline.events.is_empty() {
            return Ok(None);
        }
        let received = self.mail_from(person, &stored).await?;
        let own_addresses = own_addresses(person, &stored);
        let details = self.details(actor, stored).await?;
        let details = told_to(details, &own_addresses, &timeline.timeline, actor);
        Ok(Some(ExportedMessage { details, timeline, own_addresses, received }))
    }

    /// Their mails, of which storage keeps the bytes for a while.
    async fn mail_from(&self, person: &Person, stored: &MessageWithCopies) -> Result<Vec<String>, Refused> {
        let places = person.places(&stored.message);
        let mut mails = Vec::new();
        for reply in self.store.replies(stored.message.id).await? {
            if !person.wrote(&reply, &places) {
                continue;
            }
            match self.blobs.received(reply.stored.as_deref().unwrap_or_default()).await {
                Ok(bytes) => mails.push(String::from_utf8_lossy(&bytes).into_owned()),
                Err(blobs::Error::Missing) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(mails)
    }
}

fn own_addresses(person: &Person, stored: &MessageWithCopies) -> BTreeSet<String> {
    let places = person.places(&stored.message);
    let own = places.iter().filter_map(|n| stored.message.recipient(*n));
    own.map(|recipient| recipient.mailbox.email.as_str().to_owned()).collect()
}

/// The message as one of its recipients may know it: not who else got a blind copy, and no figures but their own.
fn told_to(mut details: MessageDetails, own: &BTreeSet<String>, timeline: &Timeline, actor: &Actor) -> MessageDetails {
    let is_own = |email: &str| own.contains(email);
    details.tracking.blocked_by.retain(|(recipient, _)| is_own(recipient.mailbox.email.as_str()));
    details.kpis.clone_from(&timeline.kpis);
    details.copy_kpis = Vec::new();
    let progress = domain::message::progress::Progress::of(&details.stored, timeline.kpis.as_ref(), actor.now);
    details.progress = progress;
    details.sentence = progress.sentence(&details.stored.message, actor.now);
    details
}
