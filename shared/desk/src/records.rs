//! Records of the CRM, under the CRM's own ids, with the ledger of consent.

use aws::store::Next;
use domain::people::consent::{ConsentEntry, Preference, changed, loosens};
use domain::people::record::{Record, RecordRef};
use domain::team::audit::AuditAction;

use crate::{Actor, Desk, Refused, TRIES};

mod change;
pub mod delivery_time;
mod details;
mod earlier_mail;
mod kpis;
mod list;
pub(crate) mod standing;

pub use change::{AddressChange, ConsentInput, RecordChange};
pub use details::RecordDetails;
pub use kpis::RecordKpis;
pub use list::{RecordFilter, RecordMark, RecordPage};

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
        if !self.store.settings(actor.org).await?.knows(&reference.kind) {
            return Err(Refused::not_found());
        }
        let replace = |before: Option<&Record>| {
            let kept = before.cloned().unwrap_or_else(|| Record::empty(reference.clone()));
            let base = Record { tracking: kept.tracking, consent: kept.consent, ..Record::empty(reference.clone()) };
            change.clone().over(base, actor.now)
        };
        let (before, record) = self.save_record(actor, reference, change.consents(), replace).await?;
        let created = before.is_none_or(|before| before.deleted);
        Ok(SavedRecord { record, created })
    }

    /// Changes a record; what the change leaves out stays as it is.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], and all fields that are wrong.
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
        let (_, record) = self.save_record(actor, reference, change.consents(), edit).await?;
        Ok(record)
    }

    /// Forgets a record, and with it its preference. Messages, activities and the ledger keep their references, and its
    /// addresses keep an objection.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn delete_record(&self, actor: &Actor, reference: &RecordRef) -> Result<(), Refused> {
        let forget = |before: Option<&Record>| match before {
            Some(before) if !before.deleted => {
                // Messages and contacts that name it go on to find its objection.
                let objects = before.tracking == Preference::Deny;
                let tracking = if objects { Preference::Deny } else { Preference::Unknown };
                Ok(Record { deleted: true, tracking, ..Record::empty(before.reference.clone()) })
            }
            _ => Err(Refused::not_found()),
        };
        self.save_record(actor, reference, false, forget).await?;
        Ok(())
    }

    /// A record.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn record(&self, actor: &Actor, reference: &RecordRef) -> Result<Record, Refused> {
        self.store.record(actor.org, reference).await?.ok_or_else(Refused::not_found)
    }

    /// The ledger of a record: every change of its preference, newest first. It outlives the record.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn ledger(&self, actor: &Actor, reference: &RecordRef) -> Result<Vec<ConsentEntry>, Refused> {
        self.store.stored_record(actor.org, reference).await?.ok_or_else(Refused::not_found)?;
        Ok(self.store.consent(actor.org, reference).await?)
    }

    /// Puts the outcome of `change` in the place of a record, with a line in the ledger when its preference changed.
    /// `change` gets what is stored, which may be deleted, and may be asked again. One that `consents` ends what the addresses
    /// remember of earlier objections; said again it ends them again, should the process die before.
    async fn save_record(
        &self,
        actor: &Actor,
        reference: &RecordRef,
        consents: bool,
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
            self.link_earlier_mail(actor, before.as_ref(), &after).await?;
            let mut next = Next::record(actor.org, before.as_ref(), after, entry.as_ref())?;
            if entry.is_some() {
                next.writes.push(self.audited(actor, AuditAction::PreferenceChanged, reference).await?);
            }
            match self.store.write(next).await {
                Ok(record) => {
                    if consents {
                        self.store.lift_objections(actor.org, &record, actor.now).await?;
                    }
                    return Ok((before, record));
                }
                Err(aws::store::Error::Conflict) if tries < TRIES => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}
