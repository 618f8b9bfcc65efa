//! The CRM's own records: what a message is about and who its recipients are.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::people::address::EmailAddress;
use crate::people::consent::{Consent, Preference};
use crate::time::zone::{PostalAddress, ZoneSource};

mod reference;
mod url;

pub use reference::{CustomType, InvalidRecordRef, RecordId, RecordRef, RecordType};
pub use url::{InvalidRecordUrl, RecordUrls, check_url};

/// How far a possible sale has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is not decided.
    Open,
    /// The customer buys.
    Won,
    /// The customer does not buy.
    Lost,
}

impl Outcome {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
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
    /// Values of the CRM's own for templates, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// Where it is found in the CRM; the pattern of its type counts when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Mail with its addresses is worth keeping.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub email_enabled: bool,
    /// How far a possible sale has come; none of other records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// When a possible sale was won or lost.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
    /// When it was saved; none of those from before this was kept.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
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
            fields: BTreeMap::new(),
            url: None,
            email_enabled: false,
            outcome: None,
            closed_at: None,
            updated_at: None,
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
