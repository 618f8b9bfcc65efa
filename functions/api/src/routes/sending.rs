//! Sending, and what a person decides about a copy of which nobody knows whether it left.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::message::MessageStatus;
use domain::signs::engagement::Kpis;
use domain::time::due::{CHECK_AFTER, Due, Work};
use domain::time::schedule::When;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Shared;
use crate::idempotency::Post;
use crate::problem::{ApiError, Problem};
use crate::release;
use crate::routes::schedule::{self, WhenView};
use crate::view::{self, MessageView, Parts};

/// When to send: nothing means now.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendInput {
    /// An instant, or a wall time in a zone.
    #[schema(value_type = Option<WhenView>)]
    at: Option<When>,
}

/// Sends a draft, now or at a time. A message that is scheduled is sent now.
#[utoipa::path(post, path = "/v1/messages/{id}/send", tag = "messages", params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable for 48 hours")),
    request_body = SendInput,
    responses((status = 202, body = MessageView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn send(
    State(app): Shared,
    Path(id): Path<String>,
    post: Post<SendInput>,
) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    let stored = super::stored(&app, &caller, &id).await?;
    if input.at.is_none() && stored.message.status(&stored.copies, caller.now) == MessageStatus::Scheduled {
        let moved = schedule::moved(&stored, None, caller.now)?;
        let view = view::whole(&app, &moved, caller.now).await?;
        let write = async |answer: Option<&_>| release::dispatch(&app, &stored.message, &moved, answer).await;
        return once.answer(&app, StatusCode::ACCEPTED, &view, write).await;
    }
    let schedule = input.at.map(|when| schedule::resolved(&when, "/at", caller.now)).transpose()?;
    let release = release::prepare(&app, stored.message, schedule, caller.now).await?;
    let settings = app.store.settings(caller.org).await?;
    let content = Some((release.body.clone(), release.files.as_slice()));
    let reminder = app.store.reminder(release.after.message.id).await?;
    let parts = Parts { settings: &settings, standings: &[], kpis: &Kpis::default(), content, reminder };
    let view = view::message(&release.after, parts, caller.now);
    once.answer(&app, StatusCode::ACCEPTED, &view, async |answer| release.commit(&app, answer).await).await
}

/// What became of a copy that is not confirmed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResolveInput {
    /// The decision.
    #[serde(rename = "as")]
    resolve_as: Resolution,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Resolution {
    /// It was sent.
    Sent,
    /// Send it again; the recipient may get two.
    SendAgain,
}

/// Decides about an unconfirmed copy. `n` is its position in `copies`, from 0.
#[utoipa::path(post, path = "/v1/messages/{id}/copies/{n}/resolve", tag = "messages",
    params(("id" = String, Path), ("n" = u16, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable for 48 hours")),
    request_body = ResolveInput,
    responses((status = 200, body = MessageView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn resolve(
    State(app): Shared,
    Path((id, n)): Path<(String, String)>,
    post: Post<ResolveInput>,
) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    let mut stored = super::stored(&app, &caller, &id).await?;
    let copy = n.parse::<usize>().ok().and_then(|n| stored.copies.get_mut(n)).ok_or_else(ApiError::not_found)?;
    let decided = match input.resolve_as {
        Resolution::Sent => copy.assumed_sent(),
        Resolution::SendAgain => copy.sent_again(caller.now),
    };
    let settled = |_| ApiError::conflict("not_unconfirmed", "only an unconfirmed copy needs a decision");
    *copy = decided.map_err(settled)?;
    let decided = copy.clone();
    let view = view::whole(&app, &stored, caller.now).await?;
    let write = async |answer: Option<&_>| {
        let message = &stored.message;
        let check = Due { at: caller.now + CHECK_AFTER, message: message.id, work: Work::Check };
        app.store.file_due(&check, caller.now).await?;
        app.store.settle_copy(message, &decided, answer).await?;
        release::queue(&app, message.id, std::slice::from_ref(&decided), caller.now).await;
        Ok(())
    };
    once.answer(&app, StatusCode::OK, &view, write).await
}
