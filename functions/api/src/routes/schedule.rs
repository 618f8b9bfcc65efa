//! The time at which a message leaves, until it does.

use aws::store::StoredMessage;
use axum::extract::{Path, State};
use domain::message::copy::Copy;
use domain::message::{Message, MessageState, MessageStatus};
use domain::time::schedule::{Schedule, When, resolve};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::caller::Caller;
use crate::input::Json;
use crate::problem::{ApiError, Problem};
use crate::release;
use crate::view::{self, MessageView};

/// A time: an RFC 3339 instant, or a wall time in a zone. A wall time that the clocks jump over moves forward; of one
/// that comes twice the first is meant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the shape of `When` for the document")]
pub(crate) enum WhenView {
    /// `2026-11-24T07:00:00Z`.
    Instant(String),
    /// A time on the clocks of a zone.
    Wall {
        /// `2026-11-24T08:00:00`.
        local: String,
        /// An IANA name, as `Europe/Berlin`.
        time_zone: String,
    },
}

/// Another time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleInput {
    /// An instant, or a wall time in a zone.
    #[schema(value_type = WhenView)]
    at: When,
}

/// Moves a scheduled message to another time.
#[utoipa::path(put, path = "/v1/messages/{id}/schedule", tag = "messages", params(("id" = String, Path)), request_body = ScheduleInput,
    responses((status = 200, body = MessageView), (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Json(input): Json<ScheduleInput>,
) -> Result<axum::Json<MessageView>, ApiError> {
    let stored = super::stored(&app, &caller, &id).await?;
    let schedule = resolved(&input.at, "/at", caller.now)?;
    let moved = moved(&stored, Some(schedule), caller.now)?;
    release::dispatch(&app, &stored.message, &moved, None).await?;
    Ok(axum::Json(view::whole(&app, &moved, caller.now).await?))
}

/// Takes a scheduled message back to a draft.
#[utoipa::path(delete, path = "/v1/messages/{id}/schedule", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = MessageView), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<MessageView>, ApiError> {
    let StoredMessage { message, copies } = super::stored(&app, &caller, &id).await?;
    let copies = scheduled(&message, &copies, caller.now)?.into_iter().map(Copy::cancelled);
    let copies = copies.collect::<Result<_, _>>().map_err(|_| not_scheduled())?;
    let (state, version) = (MessageState::Draft, message.version + 1);
    let draft = Message { state, version, send_at: None, schedule: None, tracked: false, ..message.clone() };
    let mut draft = Message { blocked: Vec::new(), links: 0, ..draft };
    // Nothing has left, so nothing names a place: those of people who were erased are not needed any more.
    draft.recipients.retain(|recipient| !recipient.mailbox.is_erased());
    let after = StoredMessage { message: draft, copies };
    app.store.change_message(&message, &after, None).await?;
    let draft = StoredMessage { message: after.message, copies: Vec::new() };
    Ok(axum::Json(view::whole(&app, &draft, caller.now).await?))
}

/// A scheduled message at another time; without one, now.
///
/// # Errors
/// When it is not scheduled, or a worker was faster.
pub(crate) fn moved(
    stored: &StoredMessage,
    schedule: Option<Schedule>,
    now: Timestamp,
) -> Result<StoredMessage, ApiError> {
    let at = schedule.as_ref().map_or(now, |schedule| schedule.at);
    let copies = scheduled(&stored.message, &stored.copies, now)?.into_iter().map(|copy| copy.moved(at));
    let copies = copies.collect::<Result<_, _>>().map_err(|_| not_scheduled())?;
    let version = stored.message.version + 1;
    let message = Message { send_at: Some(at), schedule, version, ..stored.message.clone() };
    Ok(StoredMessage { message, copies })
}

/// The copies that are to leave.
fn scheduled<'a>(message: &Message, copies: &'a [Copy], now: Timestamp) -> Result<Vec<&'a Copy>, ApiError> {
    if message.status(copies, now) == MessageStatus::Scheduled {
        Ok(copies.iter().filter(|copy| !copy.is_forgotten()).collect())
    } else {
        Err(not_scheduled())
    }
}

fn not_scheduled() -> ApiError {
    ApiError::conflict("not_scheduled", "the message does not wait for its time, or not any more")
}

/// The time that is meant.
///
/// # Errors
/// When it is past, too far ahead, or in no zone; `pointer` says where it stands in the request.
pub(crate) fn resolved(when: &When, pointer: &str, now: Timestamp) -> Result<Schedule, ApiError> {
    resolve(when, now).map_err(|refusal| ApiError::field(pointer, refusal.code(), refusal.to_string()))
}
