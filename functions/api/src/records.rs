//! Records of the CRM, under the CRM's own ids.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::records::{RecordFilter, RecordKpis, RecordMark, SavedRecord};
use domain::people::record::{RecordId, RecordType};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Shared;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::page::{self, Page, Query};
use crate::http::path::{At, RecordPath};
use crate::http::problem::{ActRefusals, ApiError, ListRefusals, ReadRefusals, WriteRefusals};
use crate::http::schema::RecordTypeWord;
use crate::messages::view::KpisView;

pub(crate) mod batch;
pub(crate) mod consent;
mod shape;

pub(crate) use shape::{FullRecordView, RecordBody};

/// Filters of the list of records.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecordQuery {
    /// Only those of this type.
    #[serde(rename = "type")]
    #[param(rename = "type", value_type = Option<RecordTypeWord>)]
    kind: Option<RecordType>,
    /// With all of these words in name, id, addresses or phone number.
    q: Option<String>,
    /// Only those that have this address, without a name. All of them are on one page.
    #[param(format = Email)]
    email: Option<String>,
    /// Only those that belong to this account.
    #[param(value_type = Option<String>)]
    account: Option<RecordId>,
    /// Only those that were saved after this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    updated_after: Option<Timestamp>,
    /// How many items, 25 when left out, 100 at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The sums of a record's mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordKpis)]
pub(crate) struct RecordKpisView {
    /// How many messages left, or will: about the record or to it.
    messages: usize,
    /// Of those, how many are tracked.
    tracked: usize,
    /// No older messages are left out.
    complete: bool,
    /// The figures; left out while the organisation does not track.
    #[serde(flatten)]
    kpis: Option<KpisView>,
}

impl From<RecordQuery> for RecordFilter {
    fn from(query: RecordQuery) -> Self {
        let RecordQuery { kind, q, email, account, updated_after, .. } = query;
        Self { kind, words: q, email, account, updated_after }
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
    let reference = path.reference();
    let SavedRecord { record, created } = app.desk.put_record(&actor, &reference, &input.into()).await?;
    let view = Json(FullRecordView::from(app.desk.record_details(&actor, record).await?));
    if !created {
        return Ok(view.into_response());
    }
    let location = format!("/v1/records/{}/{}", reference.kind.as_str(), reference.id.as_str());
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], view).into_response())
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
    let record = app.desk.record(&actor, &path.reference()).await?;
    Ok(Json(app.desk.record_details(&actor, record).await?.into()))
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
    let record = app.desk.change_record(&actor, &path.reference(), &input.into()).await?;
    Ok(Json(app.desk.record_details(&actor, record).await?.into()))
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

/// The records of the organisation, those that were saved last first; of an account, in order of type and id.
///
/// A record is listed once it was saved by a version of Telltale that keeps this list.
#[utoipa::path(
    get,
    path = "/v1/records",
    operation_id = "records_list",
    tag = "records",
    params(RecordQuery),
    responses((status = 200, description = "A page of records", body = Page<FullRecordView>), ListRefusals)
)]
pub(crate) async fn find(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<RecordQuery>,
) -> Result<Json<Page<FullRecordView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let cursor = query.cursor.clone();
    let filter = RecordFilter::from(query);
    let list = format!("records|{}|{filter:?}", actor.org);
    let after: Option<RecordMark> = page::after(&app.keys, &list, cursor.as_deref())?;
    let found = app.desk.records(&actor, &filter, after, limit).await?;
    let items = found.items.into_iter().map(Into::into).collect();
    Ok(Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// The sums of the newest 500 messages about a record or to it: all figures of what is about it, and of what went to several,
/// only its own.
#[utoipa::path(
    get,
    path = "/v1/records/{type}/{id}/kpis",
    operation_id = "records_kpis",
    tag = "records",
    params(RecordPath),
    responses((status = 200, description = "The sums", body = RecordKpisView), ReadRefusals)
)]
pub(crate) async fn kpis(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
) -> Result<Json<RecordKpisView>, ApiError> {
    let RecordKpis { messages, tracked, kpis, complete } = app.desk.record_kpis(&actor, &path.reference()).await?;
    Ok(Json(RecordKpisView { messages, tracked, complete, kpis: kpis.as_ref().map(Into::into) }))
}
