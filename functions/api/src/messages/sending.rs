//! Sending, and the decision about an unconfirmed copy.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::messages::{Resolution, SendAt};
use domain::time::schedule::When;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::view::MessageView;
use crate::Shared;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::path::{At, CopyPath, MessagePath};
use crate::http::problem::{ApiError, HttpCode, WriteRefusals};
use crate::http::schema::WhenInput;

/// The time of sending.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SendInput)]
pub(crate) struct SendBody {
    /// An instant, or a wall time in a zone. When left out, the time that the draft holds, or now.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<WhenInput>, nullable = false)]
    at: Option<When>,
    /// Now, whatever time the draft holds. Not together with `at`.
    #[serde(default)]
    now: bool,
}

/// Refuses `null`: a time that a program lost must not mean *now*.
fn present<'de, D: Deserializer<'de>>(json: D) -> Result<Option<When>, D::Error> {
    When::deserialize(json).map(Some)
}

/// Sends a draft, now or at a time: the one given, or the one that it holds. A time that it holds and that is over means
/// now. A message that is scheduled is sent now. It refuses with the obstacles that *check* names.
#[utoipa::path(
    post,
    path = "/v1/messages/{id}/send",
    operation_id = "messages_send",
    tag = "messages",
    params(MessagePath, IdempotencyKey),
    request_body = SendBody,
    responses((status = 202, description = "The message, which is on its way or scheduled", body = MessageView), WriteRefusals)
)]
pub(crate) async fn send(
    State(app): Shared,
    At(path): At<MessagePath>,
    post: Post<SendBody>,
) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let at = match (input.at, input.now) {
        (Some(_), true) => {
            let detail = "either a time or now";
            return Err(ApiError::pointer("/now", HttpCode::InvalidValue, detail));
        }
        (Some(when), false) => SendAt::Time(when),
        (None, true) => SendAt::Now,
        (None, false) => SendAt::Held,
    };
    let prepared = app.desk.send(&actor, path.id, at).await?;
    let (details, change) = prepared.take();
    once.commit(&app, StatusCode::ACCEPTED, change, &MessageView::of(details, actor.now)).await
}

/// The decision about an unconfirmed copy.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ResolveInput)]
pub(crate) struct ResolveBody {
    #[serde(rename = "as")]
    resolve_as: ResolveAs,
}

/// Whether an unconfirmed copy counts as sent.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ResolveAs {
    /// It was sent.
    Sent,
    /// Send it again; the recipient may get two.
    SendAgain,
}

/// Decides about an unconfirmed copy.
#[utoipa::path(
    post,
    path = "/v1/messages/{id}/copies/{n}/resolve",
    operation_id = "copies_resolve",
    tag = "messages",
    params(CopyPath, IdempotencyKey),
    request_body = ResolveBody,
    responses((status = 200, description = "The message with the copy decided", body = MessageView), WriteRefusals)
)]
pub(crate) async fn resolve(
    State(app): Shared,
    At(path): At<CopyPath>,
    post: Post<ResolveBody>,
) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let resolution = match input.resolve_as {
        ResolveAs::Sent => Resolution::Sent,
        ResolveAs::SendAgain => Resolution::SendAgain,
    };
    let prepared = app.desk.resolve_copy(&actor, path.id, usize::from(path.n), resolution).await?;
    let (stored, change) = prepared.take();
    let details = app.desk.details(&actor, stored).await?;
    once.commit(&app, StatusCode::OK, change, &MessageView::of(details, actor.now)).await
}
