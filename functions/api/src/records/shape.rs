//! Records as callers write and see them.

use std::collections::BTreeMap;

use desk::Patch;
use desk::records::{AddressChange, RecordChange, RecordDetails};
use domain::people::consent::Preference;
use domain::people::record::{Outcome, RecordId};
use domain::time::zone::PostalAddress;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::consent::{ConsentBody, ConsentView};
use crate::http::schema::{EffectiveWord, Instant, OutcomeWord, PreferenceWord, RecordTypeWord, patch as patched};
use crate::messages::view::DeciderView;

/// A record, or a change of one. In a PUT, what is left out is empty; in a PATCH it stays as it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordInput)]
pub(crate) struct RecordBody {
    /// As people call it, up to 256 characters.
    #[schema(max_length = 256, example = "Ann Example")]
    name: Option<String>,
    /// Up to 10 addresses. Several records may share one.
    #[schema(max_items = 10)]
    emails: Option<Vec<String>>,
    /// A phone number in any form.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>)]
    phone: Patch<String>,
    /// A postal address, from which the time zone may follow.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<AddressView>)]
    address: Patch<AddressBody>,
    /// An IANA name.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    time_zone: Patch<String>,
    /// The id of the account that a contact belongs to.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>)]
    account: Patch<RecordId>,
    /// Whether this person allows tracking. An account's `deny` binds its contacts. Left out, it stays as it is, in a PUT too:
    /// nobody lifts an objection by not mentioning it.
    #[schema(value_type = Option<PreferenceWord>)]
    tracking: Option<Preference>,
    /// How that is known. Left out when `tracking` changes, it is empty.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<ConsentBody>)]
    consent: Patch<ConsentBody>,
    /// Up to 30 values for templates, of up to 1,000 characters, by name: 1 to 64 of `A-Za-z0-9_`. In a PATCH, `null` takes
    /// one out.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    fields: Patch<BTreeMap<String, Option<String>>>,
    /// Where it is found in the CRM. The pattern of its type in the settings counts when left out.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, format = "uri", max_length = 1000)]
    url: Patch<String>,
    /// Mail with its addresses is worth keeping.
    email_enabled: Option<bool>,
    /// How far a possible sale has come; of opportunities only.
    #[schema(value_type = Option<OutcomeWord>)]
    outcome: Option<Outcome>,
    /// When a possible sale was won or lost; now when left out.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Patch<Timestamp>,
}

/// A change of a postal address, part by part.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AddressBody {
    #[serde(deserialize_with = "patched")]
    street: Patch<String>,
    #[serde(deserialize_with = "patched")]
    city: Patch<String>,
    #[serde(deserialize_with = "patched")]
    region: Patch<String>,
    #[serde(deserialize_with = "patched")]
    postal_code: Patch<String>,
    #[serde(deserialize_with = "patched")]
    country: Patch<String>,
}

/// A postal address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Address)]
pub(crate) struct AddressView {
    street: Option<String>,
    city: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

/// A record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Record)]
pub(crate) struct FullRecordView {
    #[serde(rename = "type")]
    #[schema(value_type = RecordTypeWord)]
    kind: String,
    /// The CRM's own id.
    id: String,
    name: String,
    emails: Vec<String>,
    phone: Option<String>,
    address: Option<AddressView>,
    time_zone: Option<String>,
    account: Option<String>,
    #[schema(value_type = PreferenceWord)]
    tracking: Preference,
    consent: Option<ConsentView>,
    /// The preference that holds for mail to its addresses, whatever record it comes from.
    effective: EffectiveView,
    /// Values for templates, by name.
    fields: BTreeMap<String, String>,
    /// Where it is found in the CRM.
    #[schema(format = "uri")]
    url: Option<String>,
    /// Mail with its addresses is worth keeping.
    email_enabled: bool,
    /// How far a possible sale has come; null of other records.
    #[schema(value_type = Option<OutcomeWord>)]
    outcome: Option<Outcome>,
    /// When a possible sale was won or lost.
    closed_at: Option<Instant>,
    /// When it was saved; null of one that was not saved since this is kept.
    updated_at: Option<Instant>,
}

/// The preference that counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EffectivePreference)]
pub(crate) struct EffectiveView {
    #[schema(value_type = EffectiveWord)]
    tracking: Preference,
    /// The record that it comes from, which may be an account; null when nobody was asked.
    decided_by: Option<DeciderView>,
}

impl From<RecordBody> for RecordChange {
    fn from(body: RecordBody) -> Self {
        Self {
            name: body.name,
            emails: body.emails,
            phone: body.phone,
            address: body.address.map(Into::into),
            time_zone: body.time_zone,
            account: body.account,
            fields: body.fields,
            url: body.url,
            email_enabled: body.email_enabled,
            outcome: body.outcome,
            closed_at: body.closed_at,
            tracking: body.tracking,
            consent: body.consent.map(Into::into),
        }
    }
}

impl From<AddressBody> for AddressChange {
    fn from(body: AddressBody) -> Self {
        let AddressBody { street, city, region, postal_code, country } = body;
        Self { street, city, region, postal_code, country }
    }
}

impl From<PostalAddress> for AddressView {
    fn from(address: PostalAddress) -> Self {
        let PostalAddress { street, city, region, postal_code, country } = address;
        Self { street, city, region, postal_code, country }
    }
}

impl From<RecordDetails> for FullRecordView {
    fn from(details: RecordDetails) -> Self {
        let RecordDetails { record, effective, decided_by, url } = details;
        Self {
            kind: record.reference.kind.into(),
            id: record.reference.id.into(),
            name: record.name,
            emails: record.emails.into_iter().map(Into::into).collect(),
            phone: record.phone,
            address: record.address.map(Into::into),
            time_zone: record.time_zone,
            account: record.account.map(Into::into),
            tracking: record.tracking,
            consent: record.consent.as_ref().map(Into::into),
            effective: EffectiveView { tracking: effective, decided_by: decided_by.map(Into::into) },
            fields: record.fields,
            url,
            email_enabled: record.email_enabled,
            outcome: record.outcome,
            closed_at: record.closed_at.map(Instant),
            updated_at: record.updated_at.map(Instant),
        }
    }
}
