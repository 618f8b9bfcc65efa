//! Records of the CRM, under the CRM's own ids, with the ledger of consent.

use aws::store::Next;
use domain::ground::name;
use domain::people::address::EmailAddress;
use domain::people::consent::{Consent, ConsentEntry, Preference, changed, loosens};
use domain::people::record::{Record, RecordId, RecordRef};
use domain::team::audit::AuditAction;
use domain::time::zone::{self, PostalAddress};
use jiff::Timestamp;

use crate::{Actor, Checks, Code, Desk, Patch, Refused, TRIES};

pub mod delivery_time;
pub(crate) mod standing;

/// The most addresses of one record.
const MAX_EMAILS: usize = 10;

/// A record, or a change of one.
#[derive(Debug, Clone, Default)]
pub struct RecordChange {
    /// As people call it, up to 256 characters.
    pub name: Option<String>,
    /// Up to 10 addresses. Several records may share one.
    pub emails: Option<Vec<String>>,
    /// A phone number in any form.
    pub phone: Patch<String>,
    /// A postal address, from which the time zone may follow.
    pub address: Patch<PostalAddress>,
    /// An IANA name.
    pub time_zone: Patch<String>,
    /// The account that a contact belongs to.
    pub account: Patch<RecordId>,
    /// Whether this person allows tracking. Left out, it stays as it is: nobody lifts an objection by not mentioning it.
    pub tracking: Option<Preference>,
    /// How that is known. Left out when `tracking` changes, it is empty.
    pub consent: Patch<ConsentInput>,
}

/// How the preference of a person is known.
#[derive(Debug, Clone)]
pub struct ConsentInput {
    /// The form, call or letter in which it was said. Up to 256 characters.
    pub source: String,
    /// When it was said; now when left out.
    pub at: Option<Timestamp>,
    /// A remark, up to 256 characters.
    pub note: Option<String>,
}

/// A record as it was saved.
#[derive(Debug, Clone)]
pub struct SavedRecord {
    /// The record.
    pub record: Record,
    /// It was not there before.
    pub created: bool,
}

impl Desk {
    /// Saves a record in the place of what was there; what the change leaves out is empty, except for the preference.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub async fn put_record(
        &self,
        actor: &Actor,
        reference: &RecordRef,
        change: &RecordChange,
    ) -> Result<SavedRecord, Refused> {
        let replace = |before: Option<&Record>| {
            let kept = before.cloned().unwrap_or_else(|| Record::empty(reference.clone()));
            let base = Record { tracking: kept.tracking, consent: kept.consent, ..Record::empty(reference.clone()) };
            change.clone().over(base, actor.now)
        };
        let (before, record) = self.save_record(actor, reference, replace).await?;
        let created = before.is_none_or(|before| before.deleted);
        Ok(SavedRecord { record, created })
    }

    /// Changes a record; what the change leaves out stays as it is.
    ///
    /// # Errors
    /// [`Code::NotFound`], and all fields that are wrong.
    pub async fn change_record(
        &self,
        actor: &Actor,
        reference: &RecordRef,
        change: &RecordChange,
    ) -> Result<Record, Refused> {
        let edit = |before: Option<&Record>| {
            let there = before.filter(|before| !before.deleted).cloned().ok_or_else(Refused::not_found)?;
            change.clone().over(there, actor.now)
        };
        let (_, record) = self.save_record(actor, reference, edit).await?;
        Ok(record)
    }

    /// Forgets a record, and with it its preference. Messages, activities and the ledger keep their references, and its
    /// addresses keep an objection.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn delete_record(&self, actor: &Actor, reference: &RecordRef) -> Result<(), Refused> {
        let forget = |before: Option<&Record>| match before {
            Some(before) if !before.deleted => Ok(Record { deleted: true, ..Record::empty(before.reference.clone()) }),
            _ => Err(Refused::not_found()),
        };
        self.save_record(actor, reference, forget).await?;
        Ok(())
    }

    /// A record.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn record(&self, actor: &Actor, reference: &RecordRef) -> Result<Record, Refused> {
        self.store.record(actor.org, reference).await?.ok_or_else(Refused::not_found)
    }

    /// The records that have an address.
    ///
    /// # Errors
    /// [`Code::InvalidAddress`].
    pub async fn records_with(&self, actor: &Actor, email: &str) -> Result<Vec<Record>, Refused> {
        let email = EmailAddress::parse(email);
        let email = email.map_err(|error| Refused::field("/email", Code::InvalidAddress, error))?;
        Ok(self.store.records_with(actor.org, &email).await?)
    }

    /// The ledger of a record: every change of its preference, newest first. It outlives the record.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn ledger(&self, actor: &Actor, reference: &RecordRef) -> Result<Vec<ConsentEntry>, Refused> {
        self.store.stored_record(actor.org, reference).await?.ok_or_else(Refused::not_found)?;
        Ok(self.store.consent(actor.org, reference).await?)
    }

    /// Puts the outcome of `change` in the place of a record, with a line in the ledger when its preference changed.
    /// `change` gets what is stored, which may be deleted, and may be asked again.
    async fn save_record(
        &self,
        actor: &Actor,
        reference: &RecordRef,
        change: impl Fn(Option<&Record>) -> Result<Record, Refused>,
    ) -> Result<(Option<Record>, Record), Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let before = self.store.stored_record(actor.org, reference).await?;
            let (after, entry) = changed(before.as_ref(), change(before.as_ref())?, actor.id()?, actor.now);
            if let Some(before) = before.as_ref().filter(|before| loosens(before, Some(&after))) {
                self.store.remember_objections(actor.org, before, actor.now).await?;
            }
            let mut next = Next::record(actor.org, before.as_ref(), after, entry.as_ref())?;
            if entry.is_some() {
                next.writes.push(self.audited(actor, AuditAction::PreferenceChanged, reference).await?);
            }
            match self.store.write(next).await {
                Ok(record) => return Ok((before, record)),
                Err(aws::store::Error::Conflict) if tries < TRIES => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl RecordChange {
    /// Checks every field and puts it in the place of what was there.
    fn over(self, before: Record, now: Timestamp) -> Result<Record, Refused> {
        let mut checks = Checks::default();
        let name = self.name.unwrap_or(before.name);
        checks.keep("/name", Code::InvalidText, name::display_name(&name));
        let emails = match self.emails {
            Some(emails) => read_emails(&mut checks, &emails),
            None => before.emails,
        };
        let phone = self.phone.over(before.phone);
        checks.keep("/phone", Code::InvalidText, name::display_name(phone.as_deref().unwrap_or_default()));
        let address = self.address.over(before.address);
        check_address(&mut checks, address.as_ref());
        let time_zone = self.time_zone.over(before.time_zone);
        if time_zone.as_deref().is_some_and(|name| zone::named(name).is_none()) {
            checks.add("/time_zone", Code::UnknownTimeZone, "expected an IANA name such as Europe/Berlin");
        }

        let tracking = self.tracking.unwrap_or(before.tracking);
        let unchanged = before.consent.filter(|_| tracking == before.tracking);
        let consent = self.consent.map(|given| given.read(&mut checks, now)).over(unchanged);
        checks.finish()?;

        let account = self.account.over(before.account);
        let empty = Record::empty(before.reference);
        Ok(Record { name, emails, phone, address, time_zone, account, tracking, consent, ..empty })
    }
}

impl ConsentInput {
    fn read(self, checks: &mut Checks, now: Timestamp) -> Consent {
        if self.source.trim().is_empty() {
            checks.add("/consent/source", Code::MissingField, "say where consent was given");
        }
        checks.keep("/consent/source", Code::InvalidText, name::display_name(&self.source));
        let note = self.note.as_deref().unwrap_or_default();
        checks.keep("/consent/note", Code::InvalidText, name::display_name(note));
        Consent { source: self.source, at: self.at.unwrap_or(now), note: self.note }
    }
}

fn read_emails(checks: &mut Checks, emails: &[String]) -> Vec<EmailAddress> {
    if emails.len() > MAX_EMAILS {
        checks.add("/emails", Code::TooMany, "at most 10 addresses");
        return Vec::new();
    }
    let read = |(n, email): (usize, &String)| {
        checks.keep(format!("/emails/{n}"), Code::InvalidAddress, EmailAddress::parse(email))
    };
    emails.iter().enumerate().filter_map(read).collect()
}

fn check_address(checks: &mut Checks, address: Option<&PostalAddress>) {
    let Some(PostalAddress { street, city, region, postal_code, country }) = address else { return };
    let fields =
        [("street", street), ("city", city), ("region", region), ("postal_code", postal_code), ("country", country)];
    for (field, text) in fields {
        let text = text.as_deref().unwrap_or_default();
        checks.keep(format!("/address/{field}"), Code::InvalidText, name::display_name(text));
    }
}
