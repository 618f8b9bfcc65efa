//! The reminder of a message.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::message::MessageState;
use domain::message::reminder::{Reminder, ReminderCondition, ReminderRefusal};
use domain::time::due::{Due, Work};
use domain::time::schedule::When;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::Shared;
use crate::caller::Caller;
use crate::input::Json;
use crate::problem::{ApiError, Problem};
use crate::routes::schedule::{self, WhenView};
use crate::view::ReminderView;

/// What to be reminded of, and when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReminderInput {
    /// What the card will say, one line, up to 256 characters.
    title: String,
    /// `no_reply`, `not_opened` (both for followed messages only) or `always`.
    #[schema(value_type = String)]
    condition: ReminderCondition,
    /// An instant, or a wall time in a zone.
    #[schema(value_type = WhenView)]
    due: When,
}

/// Sets the reminder of a message, or changes it while it is pending.
#[utoipa::path(put, path = "/v1/messages/{id}/reminder", tag = "reminders", params(("id" = String, Path)), request_body = ReminderInput,
    responses((status = 200, body = ReminderView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Json(input): Json<ReminderInput>,
) -> Result<axum::Json<ReminderView>, ApiError> {
    let message = super::stored(&app, &caller, &id).await?.message;
    if message.state == MessageState::Cancelled {
        return Err(ApiError::not_editable());
    }
    let due = schedule::resolved(&input.due, "/due", caller.now)?;
    let followed = if message.state == MessageState::Draft { message.tracking_requested } else { message.tracked };
    if input.condition.needs_tracking() && !followed {
        let detail = "only a followed message can tell whether it was opened or answered";
        return Err(ApiError::field("/condition", "needs_tracking", detail));
    }
    let reminder = match app.store.reminder(message.id).await? {
        None => Reminder::new(input.title, input.condition, due).map_err(ReminderRefusal::Title),
        Some(before) => before.changed(input.title, input.condition, due),
    };
    let reminder = reminder.map_err(refused)?;
    let hint = Due { at: reminder.due.at, message: message.id, work: Work::Remind };
    app.store.file_due(&hint, caller.now).await?;
    app.store.put_reminder(message.id, &reminder).await?;
    Ok(axum::Json(ReminderView::of(&reminder, caller.now)))
}

/// Removes the reminder of a message; not an error when there is none.
#[utoipa::path(delete, path = "/v1/messages/{id}/reminder", tag = "reminders", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(State(app): Shared, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let message = super::stored(&app, &caller, &id).await?.message;
    app.store.delete_reminder(message.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(refusal: ReminderRefusal) -> ApiError {
    match refusal {
        ReminderRefusal::Title(error) => ApiError::field("/title", "invalid_text", error.to_string()),
        ReminderRefusal::NotPending => {
            ApiError::conflict("reminder_over", "it fired or was not needed; delete it to set another")
        }
    }
}
