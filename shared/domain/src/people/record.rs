//! The CRM's own records, and references to them: what a message is about and who its recipients are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::people::address::EmailAddress;
use crate::people::consent::{Consent, Preference};
use crate::time::zone::{PostalAddress, ZoneSource};

/// The kinds of record that a message can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordType {
    /// A person at a customer.
    Contact,
    /// A person or company that may become a customer.
    Lead,
    /// A customer: the parent of its contacts.
    Account,
    /// A possible sale.
    Opportunity,
}

impl RecordType {
    /// The word used in paths, keys and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Lead => "lead",
            Self::Account => "account",
            Self::Opportunity => "opportunity",
        }
    }
}

/// The CRM's own id of a record: 1 to 128 of `A-Za-z0-9._-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordId(String);

/// Why a text is not a record id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record id has 1 to 128 of A-Z a-z 0-9 . _ -")]
pub struct InvalidRecordRef;

impl RecordId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RecordId {
    type Error = InvalidRecordRef;

    fn try_from(text: String) -> Result<Self, InvalidRecordRef> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let valid = (1..=128).contains(&text.len()) && text.bytes().all(allowed);
        if valid { Ok(Self(text)) } else { Err(InvalidRecordRef) }
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.0
    }
}

/// A record, as the CRM tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Which.
    #[serde(flatten)]
    pub reference: RecordRef,
    /// As people call it.
    #[serde(default)]
    pub name: String,
    /// The addresses by which it is found.
    #[serde(default)]
    pub emails: Vec<EmailAddress>,
    /// A phone number, in any form.
    #[serde(default)]
    pub phone: Option<String>,
    /// A postal address, from which the time zone may follow.
    #[serde(default)]
    pub address: Option<PostalAddress>,
    /// The IANA name of the time zone, when the CRM knows it.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// The account that a contact belongs to.
    #[serde(default)]
    pub account: Option<RecordId>,
    /// Whether this person lets their mail be followed.
    #[serde(default)]
    pub tracking: Preference,
    /// How we know.
    #[serde(default)]
    pub consent: Option<Consent>,
    /// Until when an objection held that was withdrawn.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub denied_until: Option<Timestamp>,
    /// It was deleted; only the last objection is remembered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// When the person behind it was forgotten.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
    /// Counts every change; the condition of the next one.
    #[serde(default)]
    pub version: u32,
}

impl Record {
    /// A record of which nothing is known.
    pub fn empty(reference: RecordRef) -> Self {
        Self {
            reference,
            name: String::new(),
            emails: Vec::new(),
            phone: None,
            address: None,
            time_zone: None,
            account: None,
            tracking: Preference::Unknown,
            consent: None,
            denied_until: None,
            deleted: false,
            erased_at: None,
            version: 0,
        }
    }

    /// What is known of where this person is.
    pub fn zone_source(&self) -> ZoneSource<'_> {
        ZoneSource {
            time_zone: self.time_zone.as_deref(),
            address: self.address.as_ref(),
            phone: self.phone.as_deref(),
        }
    }
}

/// Which record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRef {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: RecordType,
    /// Its id in the CRM.
    pub id: RecordId,
}

impl std::fmt::Display for RecordRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.id.as_str())
    }
}

impl std::str::FromStr for RecordRef {
    type Err = InvalidRecordRef;

    /// Reads `contact:c-1`, as query parameters write it.
    fn from_str(text: &str) -> Result<Self, InvalidRecordRef> {
        let (kind, id) = text.split_once(':').ok_or(InvalidRecordRef)?;
        let kinds = [RecordType::Contact, RecordType::Lead, RecordType::Account, RecordType::Opportunity];
        let kind = kinds.into_iter().find(|k| k.as_str() == kind).ok_or(InvalidRecordRef)?;
        Ok(Self { kind, id: RecordId::try_from(id.to_owned())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_as_it_is_written() {
        let reference: RecordRef = "contact:c-1".parse().unwrap();
        assert_eq!(reference.to_string(), "contact:c-1");
        for text in [
            "",
            "contact",
            "contact:",
            "person:1",
            "contact:a b",
            "contact:a/b",
            &format!("contact:{}", "a".repeat(129)),
        ] {
            assert!(text.parse::<RecordRef>().is_err(), "{text}");
        }
    }
}
