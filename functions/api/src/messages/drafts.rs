//! Messages: saved as drafts, read, changed, taken back.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::messages::MessageChange;

use super::input::MessageBody;
use super::view::MessageView;
use crate::Shared;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::path::{At, MessagePath};
use crate::http::problem::{ActRefusals, ApiError, ReadRefusals, WriteRefusals};

/// Saves a draft.
#[utoipa::path(
    post,
    path = "/v1/messages",
    operation_id = "messages_create",
    tag = "messages",
    params(IdempotencyKey),
    request_body = MessageBody,
    responses((status = 201, description = "The draft", body = MessageView), WriteRefusals)
)]
pub(crate) async fn create(State(app): Shared, post: Post<MessageBody>) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let prepared = app.desk.create_message(&actor, input.into()).await?;
    let (details, change) = prepared.take();
    let location = format!("/v1/messages/{}", details.stored.message.id);
    once.created(&app, change, &MessageView::of(details, actor.now), location).await
}

/// A message.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}",
    operation_id = "messages_get",
    tag = "messages",
    params(MessagePath),
    responses((status = 200, description = "The message", body = MessageView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
) -> Result<axum::Json<MessageView>, ApiError> {
    let stored = app.desk.message(&actor, path.id).await?;
    let details = app.desk.details(&actor, stored).await?;
    Ok(axum::Json(MessageView::of(details, actor.now)))
}

/// Changes a draft; what is left out stays as it is.
#[utoipa::path(
    patch,
    path = "/v1/messages/{id}",
    operation_id = "messages_update",
    tag = "messages",
    params(MessagePath),
    request_body = MessageBody,
    responses((status = 200, description = "The draft as it is now", body = MessageView), WriteRefusals)
)]
pub(crate) async fn patch(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
    Json(input): Json<MessageBody>,
) -> Result<axum::Json<MessageView>, ApiError> {
    let change = MessageChange::from(input);
    let prepared = app.desk.change_message(&actor, path.id, change).await?;
    let stored = app.desk.commit(prepared, None).await?;
    let details = app.desk.details(&actor, stored).await?;
    Ok(axum::Json(MessageView::of(details, actor.now)))
}

/// Takes a message back while nothing of it has left.
#[utoipa::path(
    delete,
    path = "/v1/messages/{id}",
    operation_id = "messages_delete",
    tag = "messages",
    params(MessagePath),
    responses((status = 204, description = "The message is taken back"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
) -> Result<StatusCode, ApiError> {
    let prepared = app.desk.cancel(&actor, path.id).await?;
    app.desk.commit(prepared, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
