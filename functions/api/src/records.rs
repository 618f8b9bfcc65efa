//! Records of the CRM, under the CRM's own ids.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::Patch;
use desk::records::{RecordChange, SavedRecord};
use domain::people::consent::Preference;
use domain::people::record::{Record, RecordId};
use domain::time::zone::PostalAddress;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Shared;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::page::{Page, Query};
use crate::http::path::{At, RecordPath};
use crate::http::problem::{ActRefusals, ApiError, ListRefusals, ReadRefusals, WriteRefusals};
use crate::http::schema::{PreferenceWord, RecordTypeWord, patch as patched};

pub(crate) mod consent;

use consent::{ConsentBody, ConsentView};

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
    address: Patch<PostalAddress>,
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
    kind: &'static str,
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
}

/// The address by which records are found.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordQuery {
    /// One address, without a name.
    #[param(format = Email)]
    email: String,
}

impl From<RecordBody> for RecordChange {
    fn from(body: RecordBody) -> Self {
        let RecordBody { name, emails, phone, address, time_zone, account, tracking, consent } = body;
        let consent = consent.map(Into::into);
        Self { name, emails, phone, address, time_zone, account, tracking, consent }
    }
}

impl From<PostalAddress> for AddressView {
    fn from(address: PostalAddress) -> Self {
        let PostalAddress { street, city, region, postal_code, country } = address;
        Self { street, city, region, postal_code, country }
    }
}

impl From<Record> for FullRecordView {
    fn from(record: Record) -> Self {
        Self {
            kind: record.reference.kind.as_str(),
            id: record.reference.id.into(),
            name: record.name,
            emails: record.emails.into_iter().map(Into::into).collect(),
            phone: record.phone,
            address: record.address.map(Into::into),
            time_zone: record.time_zone,
            account: record.account.map(Into::into),
            tracking: record.tracking,
            consent: record.consent.as_ref().map(Into::into),
        }
    }
}

/// Saves a record under the CRM's own id, whether it was there or not.
#[utoipa::path(
    put,
    path = "/v1/records/{type}/{id}",
    operation_id = "records_put",
    tag = "records",
    params(RecordPath),
    request_body = RecordBody,
    responses(
        (status = 200, description = "The record, which was there before", body = FullRecordView),
        (status = 201, description = "The new record", body = FullRecordView),
        WriteRefusals
    )
)]
pub(crate) async fn put(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
    body::Json(input): body::Json<RecordBody>,
) -> Result<Response, ApiError> {
    let SavedRecord { record, created } = app.desk.put_record(&actor, &path.reference(), &input.into()).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(FullRecordView::from(record))).into_response())
}

/// A record.
#[utoipa::path(
    get,
    path = "/v1/records/{type}/{id}",
    operation_id = "records_get",
    tag = "records",
    params(RecordPath),
    responses((status = 200, description = "The record", body = FullRecordView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
) -> Result<Json<FullRecordView>, ApiError> {
    Ok(Json(app.desk.record(&actor, &path.reference()).await?.into()))
}

/// Changes a record; what is left out stays as it is.
#[utoipa::path(
    patch,
    path = "/v1/records/{type}/{id}",
    operation_id = "records_update",
    tag = "records",
    params(RecordPath),
    request_body = RecordBody,
    responses((status = 200, description = "The record as it is now", body = FullRecordView), WriteRefusals)
)]
pub(crate) async fn patch(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
    body::Json(input): body::Json<RecordBody>,
) -> Result<Json<FullRecordView>, ApiError> {
    Ok(Json(app.desk.change_record(&actor, &path.reference(), &input.into()).await?.into()))
}

/// Forgets a record, and with it its preference. Messages, activities and the ledger keep their references.
#[utoipa::path(
    delete,
    path = "/v1/records/{type}/{id}",
    operation_id = "records_delete",
    tag = "records",
    params(RecordPath),
    responses((status = 204, description = "The record is forgotten"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
) -> Result<StatusCode, ApiError> {
    app.desk.delete_record(&actor, &path.reference()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The records that have an address.
#[utoipa::path(
    get,
    path = "/v1/records",
    operation_id = "records_list",
    tag = "records",
    params(RecordQuery),
    responses((status = 200, description = "All records with this address", body = Page<FullRecordView>), ListRefusals)
)]
pub(crate) async fn find(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<RecordQuery>,
) -> Result<Json<Page<FullRecordView>>, ApiError> {
    let records = app.desk.records_with(&actor, &query.email).await?;
    Ok(Json(Page::only(records.into_iter().map(Into::into).collect())))
}
