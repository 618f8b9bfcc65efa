//! The reminder of a message.

use axum::extract::State;
use axum::http::StatusCode;
use desk::messages::ReminderInput;
use domain::message::reminder::{Reminder, ReminderCondition, summary};
use domain::time::schedule::When;
use domain::time::zone;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::ScheduleView;
use crate::Shared;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::path::{At, MessagePath};
use crate::http::problem::{ActRefusals, ApiError, WriteRefusals};
use crate::http::schema::{ReminderConditionWord, ReminderStatusWord, WhenInput};

/// The terms of a reminder.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReminderInput)]
pub(crate) struct ReminderBody {
    /// The text of the card, one line, up to 256 characters.
    #[schema(max_length = 256, example = "Call about the offer")]
    title: String,
    /// `no_reply` and `not_opened` need a tracked message.
    #[schema(value_type = ReminderConditionWord)]
    condition: ReminderCondition,
    /// When the condition is judged: an instant, or a wall time in a zone.
    #[schema(value_type = WhenInput)]
    due: When,
}

/// The reminder of a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reminder)]
pub(crate) struct ReminderView {
    title: String,
    #[schema(value_type = ReminderConditionWord)]
    condition: ReminderCondition,
    due: ScheduleView,
    #[schema(value_type = ReminderStatusWord)]
    status: &'static str,
    /// What it will do, or what became of it, in words.
    summary: String,
}

impl ReminderView {
    /// The reminder as it reads at `now` on the clock of its due time.
    pub(crate) fn of(reminder: &Reminder, now: Timestamp) -> Self {
        let zone = zone::named(&reminder.due.wall.time_zone).unwrap_or(TimeZone::UTC);
        Self {
            title: reminder.title.clone(),
            condition: reminder.condition,
            due: (&reminder.due).into(),
            status: reminder.status.as_str(),
            summary: summary(reminder, now, &zone),
        }
    }
}

/// Sets the reminder of a message, or changes it while it is pending.
#[utoipa::path(
    put,
    path = "/v1/messages/{id}/reminder",
    operation_id = "reminder_put",
    tag = "reminders",
    params(MessagePath),
    request_body = ReminderBody,
    responses((status = 200, description = "The reminder", body = ReminderView), WriteRefusals)
)]
pub(crate) async fn put(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
    Json(input): Json<ReminderBody>,
) -> Result<axum::Json<ReminderView>, ApiError> {
    let ReminderBody { title, condition, due } = input;
    let prepared = app.desk.set_reminder(&actor, path.id, ReminderInput { title, condition, due }).await?;
    let reminder = app.desk.commit(prepared, None).await?;
    Ok(axum::Json(ReminderView::of(&reminder, actor.now)))
}

/// Removes the reminder of a message; not an error when there is none.
#[utoipa::path(
    delete,
    path = "/v1/messages/{id}/reminder",
    operation_id = "reminder_delete",
    tag = "reminders",
    params(MessagePath),
    responses((status = 204, description = "The message has no reminder"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
) -> Result<StatusCode, ApiError> {
    let prepared = app.desk.remove_reminder(&actor, path.id).await?;
    app.desk.commit(prepared, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
