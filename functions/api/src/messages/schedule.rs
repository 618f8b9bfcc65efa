//! The time at which a message leaves, until it does.

use axum::extract::State;
use domain::time::schedule::When;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MessageView;
use crate::Shared;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::path::{At, MessagePath};
use crate::http::problem::{ActRefusals, ApiError, WriteRefusals};
use crate::http::schema::WhenInput;

/// Another time for a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ScheduleInput)]
pub(crate) struct ScheduleBody {
    /// An instant, or a wall time in a zone.
    #[schema(value_type = WhenInput)]
    at: When,
}

/// Moves a scheduled message to another time, or gives a draft the time that *send* will use.
#[utoipa::path(
    put,
    path = "/v1/messages/{id}/schedule",
    operation_id = "schedule_put",
    tag = "messages",
    params(MessagePath),
    request_body = ScheduleBody,
    responses((status = 200, description = "The message at its new time", body = MessageView), WriteRefusals)
)]
pub(crate) async fn put(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
    Json(input): Json<ScheduleBody>,
) -> Result<axum::Json<MessageView>, ApiError> {
    let prepared = app.desk.reschedule(&actor, path.id, &input.at).await?;
    let moved = app.desk.commit(prepared, None).await?;
    let details = app.desk.details(&actor, moved).await?;
    Ok(axum::Json(MessageView::of(details, actor.now)))
}

/// Takes a scheduled message back to a draft. A draft holds no time from then on.
#[utoipa::path(
    delete,
    path = "/v1/messages/{id}/schedule",
    operation_id = "schedule_delete",
    tag = "messages",
    params(MessagePath),
    responses((status = 200, description = "The draft", body = MessageView), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
) -> Result<axum::Json<MessageView>, ApiError> {
    let prepared = app.desk.unschedule(&actor, path.id).await?;
    let draft = app.desk.commit(prepared, None).await?;
    let details = app.desk.details(&actor, draft).await?;
    Ok(axum::Json(MessageView::of(details, actor.now)))
}
