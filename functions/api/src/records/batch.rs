//! Many records in one request. Each is saved, or refused, for itself.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::records::SavedRecord;
use desk::{Actor, Prepared};
use domain::people::record::{RecordId, RecordRef, RecordType};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::RecordBody;
use crate::http::body;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::problem::{ApiError, HttpCode, Problem, WriteRefusals};
use crate::{App, Shared};

/// The most records of one request.
const MAX_ITEMS: usize = 100;

/// Records to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecordBatchInput)]
pub(crate) struct BatchBody {
    /// Up to 100 records, each with `type`, `id` and the fields of a record. A field that is left out is empty, as in a PUT.
    #[schema(value_type = Vec<Object>, min_items = 1, max_items = 100)]
    items: Vec<Map<String, Value>>,
}

/// The outcome for each record, in the order of the request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordBatch)]
pub(crate) struct BatchView {
    items: Vec<BatchItem>,
}

/// The outcome for one record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordBatchItem)]
pub(crate) struct BatchItem {
    /// As the request gives it.
    #[serde(rename = "type")]
    #[schema(value_type = Option<String>)]
    kind: Value,
    /// As the request gives it.
    #[schema(value_type = Option<String>)]
    id: Value,
    /// 201 for a new record, 200 for one that was there, else what was wrong.
    #[schema(example = 201)]
    status: u16,
    /// The reason for which it was not saved, with pointers into the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// Saves up to 100 records. Each is saved or refused for itself.
#[utoipa::path(
    post,
    path = "/v1/records/batch",
    operation_id = "records_batch",
    tag = "records",
    params(IdempotencyKey),
    request_body = BatchBody,
    responses((status = 200, description = "The outcome for each record", body = BatchView), WriteRefusals)
)]
pub(crate) async fn create(State(app): Shared, post: Post<BatchBody>) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    if input.items.is_empty() || input.items.len() > MAX_ITEMS {
        return Err(ApiError::pointer("/items", HttpCode::InvalidValue, "from 1 to 100 records"));
    }
    let mut items = Vec::with_capacity(input.items.len());
    // One after another: the same record may stand there twice, and the later one wins.
    for item in input.items {
        items.push(saved(&app, &actor, item).await?);
    }
    let view = BatchView { items };
    once.commit(&app, StatusCode::OK, Prepared::done(&actor), &view).await
}

/// Saves one record. Only what the record is to blame for becomes its outcome; all else fails the request, which may then be
/// repeated.
async fn saved(app: &App, actor: &Actor, mut item: Map<String, Value>) -> Result<BatchItem, ApiError> {
    let given = |name: &str| item.get(name).cloned().unwrap_or_default();
    let (kind, id) = (given("type"), given("id"));
    let (status, problem) = match save(app, actor, &mut item).await {
        Ok(true) => (StatusCode::CREATED, None),
        Ok(false) => (StatusCode::OK, None),
        Err(error) if error.is_about_input() => {
            (StatusCode::UNPROCESSABLE_ENTITY, Some(error.problem(&actor.request_id)))
        }
        Err(error) => return Err(error),
    };
    Ok(BatchItem { kind, id, status: status.as_u16(), problem })
}

async fn save(app: &App, actor: &Actor, item: &mut Map<String, Value>) -> Result<bool, ApiError> {
    let kind: RecordType = taken(item, "type")?;
    let id: RecordId = taken(item, "id")?;
    let rest = serde_json::to_vec(item).unwrap_or_default();
    let input: RecordBody = body::parse(&rest)?;
    let unknown = || ApiError::pointer("/type", HttpCode::InvalidValue, "the settings name no such type");
    if !app.desk.settings(actor).await?.knows(&kind) {
        return Err(unknown());
    }
    let SavedRecord { created, .. } = app.desk.put_record(actor, &RecordRef { kind, id }, &input.into()).await?;
    Ok(created)
}

/// Takes a field out of an item.
fn taken<T: for<'de> Deserialize<'de>>(item: &mut Map<String, Value>, name: &str) -> Result<T, ApiError> {
    let pointer = format!("/{name}");
    let value = item.remove(name);
    let value = value.ok_or_else(|| ApiError::pointer(&pointer, HttpCode::MissingField, "this field is needed"))?;
    let read = serde_json::from_value(value);
    read.map_err(|error| ApiError::pointer(&pointer, HttpCode::InvalidValue, &error.to_string()))
}
