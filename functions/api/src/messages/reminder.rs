//! The reminder of a message.

use axum::extract::State;
use axum::http::StatusCode;
use desk::messages::{ReminderDue, ReminderInput};
use domain::message::reminder::{Reminder, ReminderCondition, summary};
use domain::time::zone;
use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::view::ScheduleView;
use crate::Shared;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::path::{At, MessagePath};
use crate::http::problem::{ActRefusals, ApiError, WriteRefusals};
use crate::http::schema::{ReminderConditionWord, ReminderStatusWord, WhenInput};

/// The terms of a reminder. The default stands for every field that is left out: not opened within three days.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReminderInput)]
pub(crate) struct ReminderBody {
    /// The text of the card, one line, up to 256 characters.
    #[schema(max_length = 256, example = "Call about the offer")]
    title: Option<String>,
    /// `no_reply` and `not_opened` need a tracked message.
    #[schema(value_type = Option<ReminderConditionWord>)]
    condition: Option<ReminderCondition>,
    /// When the condition is judged: an instant, a wall time in a zone, or days after the message leaves.
    #[schema(value_type = Option<DueInput>)]
    due: Option<DueBody>,
}

/// When a reminder is due.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ReminderDue)]
#[expect(dead_code, reason = "the shape of `DueBody` for the document")]
enum DueInput {
    /// At a time.
    At(WhenInput),
    /// Days after the message leaves.
    After(AfterBody),
}

/// Days after the message leaves.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReminderAfter)]
pub(crate) struct AfterBody {
    #[schema(minimum = 1, maximum = 365)]
    after_days: u16,
    /// Only the organisation's working days count.
    #[serde(default)]
    working_days: bool,
    /// The time on that day, as `09:00`, on the clock of the message's schedule, else UTC; the time at which the message leaves
    /// when left out.
    #[schema(example = "09:00")]
    local_time: Option<String>,
}

#[derive(Debug)]
struct DueBody(ReminderDue);

impl<'de> Deserialize<'de> for DueBody {
    /// Tells the shapes apart by the field that only one of them has.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        if json.get("after_days").is_none() {
            return serde_json::from_value(json).map(|when| Self(ReminderDue::At(when))).map_err(D::Error::custom);
        }
        let AfterBody { after_days, working_days, local_time } =
            serde_json::from_value(json).map_err(D::Error::custom)?;
        let read = |text: String| {
            Time::strptime("%H:%M", &text).map_err(|_| D::Error::custom("expected a time such as 09:00"))
        };
        let local_time = local_time.map(read).transpose()?;
        Ok(Self(ReminderDue::After { days: after_days, working_days, local_time }))
    }
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

/// Sets the reminder of a message, or changes it while it is pending. A due time that counts from when the message leaves moves
/// with it, and behind the day that an out-of-office note names.
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
    let input = ReminderInput { title, condition, due: due.map(|DueBody(due)| due) };
    let prepared = app.desk.set_reminder(&actor, path.id, input).await?;
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
