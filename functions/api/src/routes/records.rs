//! Records of the CRM, under the CRM's own ids.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::ground::name;
use domain::people::address::EmailAddress;
use domain::people::consent::{Preference, changed, loosens};
use domain::people::record::{Record, RecordId, RecordRef};
use domain::time::zone;
use domain::time::zone::PostalAddress;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::input::{Checks, Json, nullable};
use crate::problem::{ApiError, Problem};
use crate::routes::consent::{ConsentInput, ConsentView};
use crate::{App, Shared};

/// The most addresses of one record.
const MAX_EMAILS: usize = 10;

/// A record, or a change of one. In a PUT, what is left out is empty; in a PATCH it stays as it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordInput {
    /// As people call it, up to 256 characters.
    name: Option<String>,
    /// Up to 10 addresses. Several records may share one.
    #[schema(value_type = Option<Vec<String>>)]
    emails: Option<Vec<String>>,
    /// In any form.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<String>>,
    /// From which the time zone may follow.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<AddressView>)]
    address: Option<Option<PostalAddress>>,
    /// An IANA name.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    time_zone: Option<Option<String>>,
    /// The id of the account that a contact belongs to.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    account: Option<Option<RecordId>>,
    /// Whether this person lets their mail be followed: `allow`, `deny` or `unknown`. An account's `deny` binds its
    /// contacts. Left out, it stays as it is, in a PUT too: nobody lifts an objection by not mentioning it.
    #[schema(value_type = Option<String>)]
    tracking: Option<Preference>,
    /// How we know. Left out when `tracking` changes, it is empty.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<ConsentInput>)]
    consent: Option<Option<ConsentInput>>,
}

/// A postal address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddressView {
    street: Option<String>,
    city: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

/// A record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FullRecordView {
    /// `contact`, `lead`, `account` or `opportunity`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: &'static str,
    id: String,
    name: String,
    emails: Vec<String>,
    phone: Option<String>,
    address: Option<AddressView>,
    time_zone: Option<String>,
    account: Option<String>,
    /// `allow`, `deny` or `unknown`.
    #[schema(value_type = String)]
    tracking: Preference,
    consent: Option<ConsentView>,
}

/// Records that share an address.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecordPage {
    items: Vec<FullRecordView>,
    next_cursor: Option<String>,
}

impl From<Record> for FullRecordView {
    fn from(record: Record) -> Self {
        let address = |address: PostalAddress| {
            let PostalAddress { street, city, region, postal_code, country } = address;
            AddressView { street, city, region, postal_code, country }
        };
        Self {
            kind: record.reference.kind.as_str(),
            id: record.reference.id.into(),
            name: record.name,
            emails: record.emails.into_iter().map(Into::into).collect(),
            phone: record.phone,
            address: record.address.map(address),
            time_zone: record.time_zone,
            account: record.account.map(Into::into),
            tracking: record.tracking,
            consent: record.consent.as_ref().map(Into::into),
        }
    }
}

impl RecordInput {
    /// Checks every field and puts it in the place of what was there.
    fn over(self, before: Record, now: Timestamp) -> Result<Record, ApiError> {
        let mut checks = Checks::default();
        let name = self.name.unwrap_or(before.name);
        checks.keep("/name", "invalid_text", name::display_name(&name));
        let emails = self.emails.map_or(before.emails, |emails| read_emails(&mut checks, &emails));
        let phone = self.phone.unwrap_or(before.phone);
        checks.keep("/phone", "invalid_text", name::display_name(phone.as_deref().unwrap_or_default()));
        let address = self.address.unwrap_or(before.address);
        check_address(&mut checks, address.as_ref());
        let time_zone = self.time_zone.unwrap_or(before.time_zone);
        if time_zone.as_deref().is_some_and(|name| zone::named(name).is_none()) {
            checks.add("/time_zone", "unknown_time_zone", "expected an IANA name such as Europe/Berlin");
        }
        let tracking = self.tracking.unwrap_or(before.tracking);
        let unchanged = before.consent.filter(|_| tracking == before.tracking);
        let consent = self.consent.map_or(unchanged, |given| given.map(|given| given.read(&mut checks, now)));
        checks.finish()?;
        let (reference, account) = (before.reference, self.account.unwrap_or(before.account));
        let known = Record { name, emails, phone, address, time_zone, account, ..Record::empty(reference) };
        Ok(Record { tracking, consent, ..known })
    }
}

fn read_emails(checks: &mut Checks, emails: &[String]) -> Vec<EmailAddress> {
    if emails.len() > MAX_EMAILS {
        checks.add("/emails", "too_many", "at most 10 addresses");
        return Vec::new();
    }
    let read = |(n, email): (usize, &String)| {
        checks.keep(format!("/emails/{n}"), "invalid_address", EmailAddress::parse(email))
    };
    emails.iter().enumerate().filter_map(read).collect()
}

fn check_address(checks: &mut Checks, address: Option<&PostalAddress>) {
    let Some(PostalAddress { street, city, region, postal_code, country }) = address else { return };
    let fields =
        [("street", street), ("city", city), ("region", region), ("postal_code", postal_code), ("country", country)];
    for (field, text) in fields {
        let text = text.as_deref().unwrap_or_default();
        checks.keep(format!("/address/{field}"), "invalid_text", name::display_name(text));
    }
}

pub(super) fn reference(kind: &str, id: &str) -> Result<RecordRef, ApiError> {
    format!("{kind}:{id}").parse().map_err(|_| ApiError::not_found())
}

/// How often a change starts over when another one was faster.
const TRIES: usize = 3;

/// Puts what `change` makes of the record in its place, with a line in the ledger when consent changed. `change` gets
/// what is stored, which may be deleted, and says what is to be there; it may come again.
///
/// # Errors
/// What `change` refuses, or when others keep changing the record.
async fn save(
    app: &App,
    caller: &Caller,
    reference: &RecordRef,
    change: impl Fn(Option<&Record>) -> Result<Record, ApiError>,
) -> Result<(Option<Record>, Record), ApiError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let before = app.store.stored_record(caller.org, reference).await?;
        let (after, entry) = changed(before.as_ref(), change(before.as_ref())?, caller.user.id, app.clock.now());
        if let Some(before) = before.as_ref().filter(|before| loosens(before, Some(&after))) {
            app.store.remember_objections(caller.org, before, app.clock.now()).await?;
        }
        match app.store.put_record(caller.org, before.as_ref(), &after, entry.as_ref()).await {
            Ok(()) => return Ok((before, after)),
            Err(aws::store::Error::Conflict) if tries < TRIES => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Saves a record under the CRM's own id, whether it was there or not.
#[utoipa::path(put, path = "/v1/records/{type}/{id}", tag = "records", params(("type" = String, Path), ("id" = String, Path)),
    request_body = RecordInput,
    responses((status = 200, body = FullRecordView), (status = 201, body = FullRecordView),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    Json(input): Json<RecordInput>,
) -> Result<Response, ApiError> {
    let reference = reference(&kind, &id)?;
    let (before, record) = save(&app, &caller, &reference, |before| {
        let kept = before.cloned().unwrap_or_else(|| Record::empty(reference.clone()));
        let base = Record { tracking: kept.tracking, consent: kept.consent, ..Record::empty(reference.clone()) };
        input.clone().over(base, caller.now)
    })
    .await?;
    let was_there = before.is_some_and(|before| !before.deleted);
    let status = if was_there { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, axum::Json(FullRecordView::from(record))).into_response())
}

/// A record.
#[utoipa::path(get, path = "/v1/records/{type}/{id}", tag = "records", params(("type" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = FullRecordView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<axum::Json<FullRecordView>, ApiError> {
    let record = app.store.record(caller.org, &reference(&kind, &id)?).await?;
    Ok(axum::Json(record.ok_or_else(ApiError::not_found)?.into()))
}

/// Changes a record; what is left out stays as it is.
#[utoipa::path(patch, path = "/v1/records/{type}/{id}", tag = "records", params(("type" = String, Path), ("id" = String, Path)),
    request_body = RecordInput,
    responses((status = 200, body = FullRecordView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn patch(
    State(app): Shared,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    Json(input): Json<RecordInput>,
) -> Result<axum::Json<FullRecordView>, ApiError> {
    let there = |before: Option<&Record>| before.filter(|before| !before.deleted).cloned();
    let change =
        |before: Option<&Record>| input.clone().over(there(before).ok_or_else(ApiError::not_found)?, caller.now);
    let (_, record) = save(&app, &caller, &reference(&kind, &id)?, change).await?;
    Ok(axum::Json(record.into()))
}

/// Forgets a record, and with it what it allowed. Messages, activities and the ledger keep their references.
#[utoipa::path(delete, path = "/v1/records/{type}/{id}", tag = "records", params(("type" = String, Path), ("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(
    State(app): Shared,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let forget = |before: Option<&Record>| match before {
        Some(before) if !before.deleted => Ok(Record { deleted: true, ..Record::empty(before.reference.clone()) }),
        _ => Err(ApiError::not_found()),
    };
    save(&app, &caller, &reference(&kind, &id)?, forget).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The records that have an address.
#[utoipa::path(get, path = "/v1/records", tag = "records", params(("email" = String, Query)),
    responses((status = 200, body = RecordPage), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn find(
    State(app): Shared,
    caller: Caller,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<axum::Json<RecordPage>, ApiError> {
    let email = EmailAddress::parse(query.get("email").map_or("", String::as_str));
    let email = email.map_err(|error| ApiError::field("/email", "invalid_address", error.to_string()))?;
    let records = app.store.records_with(caller.org, &email).await?;
    Ok(axum::Json(RecordPage { items: records.into_iter().map(Into::into).collect(), next_cursor: None }))
}
