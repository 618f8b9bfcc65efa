//! The owner of a message.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MessageView;
use crate::Shared;
use crate::http::once::Post;
use crate::http::path::{At, MessagePath};
use crate::http::problem::{ApiError, WriteRefusals};

/// The new owner of a message.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReassignInput)]
pub(crate) struct ReassignBody {
    /// The id of an active user.
    #[schema(example = "usr_0190f3a2b4c87d1e9f00112233445566")]
    owner: String,
}

/// Gives a message to another owner, with its cards. Managers do.
///
/// A draft and scheduled mail leave in the name of the new owner; mail that was sent stays in the name under which it left.
#[utoipa::path(
    post,
    path = "/v1/messages/{id}/reassign",
    operation_id = "messages_reassign",
    tag = "messages",
    params(MessagePath),
    request_body = ReassignBody,
    responses((status = 200, description = "The message", body = MessageView), WriteRefusals)
)]
pub(crate) async fn reassign(
    State(app): Shared,
    At(path): At<MessagePath>,
    post: Post<ReassignBody>,
) -> Result<Json<MessageView>, ApiError> {
    let Post { actor, input, .. } = post;
    let stored = app.desk.reassign(&actor, path.id, &input.owner).await?;
    let details = app.desk.details(&actor, stored).await?;
    Ok(Json(MessageView::of(details, actor.now)))
}
