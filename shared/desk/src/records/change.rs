//! Changes of records: every field checked, and put in the place of what was there.

use std::collections::BTreeMap;

use domain::ground::name;
use domain::people::address::EmailAddress;
use domain::people::consent::{Consent, Preference};
use domain::people::record::{Outcome, Record, RecordId, RecordRef, RecordType, check_url};
use domain::time::zone::{self, PostalAddress};
use jiff::Timestamp;

use crate::{Checks, Code, Patch};

/// The most addresses of one record.
const MAX_EMAILS: usize = 10;
/// The most fields of one record.
const MAX_FIELDS: usize = 30;
/// The longest name of a field, in characters.
const MAX_FIELD_NAME: usize = 64;
/// The longest value of a field, in characters.
const MAX_FIELD: usize = 1000;

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
    pub address: Patch<AddressChange>,
    /// An IANA name.
    pub time_zone: Patch<String>,
    /// The account that a contact belongs to.
    pub account: Patch<RecordId>,
    /// Up to 30 values for templates, by name: 1 to 64 of `A-Za-z0-9_`. One that is cleared is taken out.
    pub fields: Patch<BTreeMap<String, Option<String>>>,
    /// Where it is found in the CRM.
    pub url: Patch<String>,
    /// Mail with its addresses is worth keeping.
    pub email_enabled: Option<bool>,
    /// How far a possible sale has come; of opportunities only.
    pub outcome: Option<Outcome>,
    /// When a possible sale was won or lost; now when left out.
    pub closed_at: Patch<Timestamp>,
    /// Whether this person allows tracking. Left out, it stays as it is: nobody lifts an objection by not mentioning it.
    pub tracking: Option<Preference>,
    /// How that is known. Left out when `tracking` changes, it is empty.
    pub consent: Patch<ConsentInput>,
}

/// A change of a postal address, part by part.
#[derive(Debug, Clone, Default)]
pub struct AddressChange {
    /// Street and number.
    pub street: Patch<String>,
    /// City or town.
    pub city: Patch<String>,
    /// State, province or the like.
    pub region: Patch<String>,
    /// ZIP or postal code.
    pub postal_code: Patch<String>,
    /// The country, in any usual form.
    pub country: Patch<String>,
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

impl RecordChange {
    /// True when it says that the person allows tracking.
    pub(super) fn consents(&self) -> bool {
        self.tracking == Some(Preference::Allow)
    }

    /// Checks every field and puts it in the place of what was there.
    pub(super) fn over(self, before: Record, now: Timestamp) -> Result<Record, crate::Refused> {
        let mut checks = Checks::default();
        let name = self.name.unwrap_or(before.name);
        checks.keep("/name", Code::InvalidText, name::display_name(&name));
        let emails = match self.emails {
            Some(emails) => read_emails(&mut checks, &emails),
            None => before.emails,
        };
        let phone = self.phone.over(before.phone);
        checks.keep("/phone", Code::InvalidText, name::display_name(phone.as_deref().unwrap_or_default()));
        let address = changed_address(self.address, before.address);
        check_address(&mut checks, address.as_ref());
        let time_zone = self.time_zone.over(before.time_zone);
        if time_zone.as_deref().is_some_and(|name| zone::named(name).is_none()) {
            checks.add("/time_zone", Code::UnknownTimeZone, "expected an IANA name such as Europe/Berlin");
        }

        let fields = changed_fields(&mut checks, self.fields, before.fields);
        let url = self.url.over(before.url);
        checks.keep("/url", Code::InvalidValue, url.as_deref().map_or(Ok(()), check_url));
        let sale = Sale { outcome: before.outcome, closed_at: before.closed_at };
        let sale = sale.changed(&mut checks, &before.reference, (self.outcome, self.closed_at), now);

        let tracking = self.tracking.unwrap_or(before.tracking);
        let unchanged = before.consent.filter(|_| tracking == before.tracking);
        let consent = self.consent.map(|given| given.read(&mut checks, now)).over(unchanged);
        checks.finish()?;

        let account = self.account.over(before.account);
        Ok(Record {
            name,
            emails,
            phone,
            address,
            time_zone,
            account,
            fields,
            url,
            email_enabled: self.email_enabled.unwrap_or(before.email_enabled),
            outcome: sale.outcome,
            closed_at: sale.closed_at,
            tracking,
            consent,
            updated_at: Some(now),
            ..Record::empty(before.reference)
        })
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

fn changed_address(change: Patch<AddressChange>, before: Option<PostalAddress>) -> Option<PostalAddress> {
    let change = match change {
        Patch::Keep => return before,
        Patch::Clear => return None,
        Patch::Set(change) => change,
    };
    let AddressChange { street, city, region, postal_code, country } = change;
    let before = before.unwrap_or_default();
    Some(PostalAddress {
        street: street.over(before.street),
        city: city.over(before.city),
        region: region.over(before.region),
        postal_code: postal_code.over(before.postal_code),
        country: country.over(before.country),
    })
}

fn changed_fields(
    checks: &mut Checks,
    change: Patch<BTreeMap<String, Option<String>>>,
    mut fields: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let change = match change {
        Patch::Keep => return fields,
        Patch::Clear => return BTreeMap::new(),
        Patch::Set(change) => change,
    };
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    for (name, value) in change {
        if name.is_empty() || name.len() > MAX_FIELD_NAME || !name.bytes().all(is_name) {
            checks.add(format!("/fields/{name}"), Code::InvalidText, "a name has 1 to 64 of A-Z a-z 0-9 _");
        }
        match value {
            Some(value) if value.chars().count() > MAX_FIELD => {
                checks.add(format!("/fields/{name}"), Code::TooLong, "at most 1,000 characters");
            }
            Some(value) => drop(fields.insert(name, value)),
            None => drop(fields.remove(&name)),
        }
    }
    if fields.len() > MAX_FIELDS {
        checks.add("/fields", Code::TooMany, "at most 30 fields");
    }
    fields
}

/// How far a possible sale has come, and since when.
struct Sale {
    outcome: Option<Outcome>,
    closed_at: Option<Timestamp>,
}

impl Sale {
    /// The sale after a change. One that is won or lost has a time, one that is open has none.
    fn changed(
        self,
        checks: &mut Checks,
        record: &RecordRef,
        (outcome, closed_at): (Option<Outcome>, Patch<Timestamp>),
        now: Timestamp,
    ) -> Self {
        if record.kind != RecordType::Opportunity {
            if outcome.is_some() {
                checks.add("/outcome", Code::InvalidValue, "only an opportunity has an outcome");
            }
            if closed_at.value().is_some() {
                checks.add("/closed_at", Code::InvalidValue, "only an opportunity is closed");
            }
            return Self { outcome: None, closed_at: None };
        }

        let after = outcome.or(self.outcome).unwrap_or(Outcome::Open);
        if after == Outcome::Open {
            if closed_at.value().is_some() {
                checks.add("/closed_at", Code::InvalidValue, "an open opportunity is not closed");
            }
            return Self { outcome: Some(after), closed_at: None };
        }
        let before = self.closed_at.filter(|_| self.outcome == Some(after));
        Self { outcome: Some(after), closed_at: closed_at.over(before).or(Some(now)) }
    }
}
