//! What was done, or is to be done, for a record. Mail is there by itself; calls, tasks and appointments are added.

use std::collections::BTreeMap;

use aws::store::{ListedMessage, StoredMessage};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ground::id::{ActivityId, MessageId};
use domain::ground::name;
use domain::message::{MessageState, MessageStatus};
use domain::people::activity::{Activity, ActivityKind};
use domain::signs::engagement::Kpis;
use domain::time::instant;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::records::reference;
use crate::caller::Caller;
use crate::idempotency::Post;
use crate::input::Checks;
use crate::paging::{self, PageQuery, Query};
use crate::problem::{ApiError, Problem};
use crate::view::KpisView;
use crate::{App, Shared, cursor};

/// How many messages are read at once.
const AT_ONCE: usize = 10;

/// An activity of a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityView {
    id: String,
    /// `mail`, `phone_call`, `task` or `appointment`.
    #[schema(value_type = String)]
    kind: ActivityKind,
    subject: String,
    /// By when, or when it takes place.
    due: Option<String>,
    /// The mail, or the message that gave rise to it.
    message: Option<String>,
    owner: String,
    /// When it was added; of a mail, when it leaves or left.
    created_at: String,
    /// Of a mail: `scheduled`, `sending`, `sent` or `failed`.
    #[schema(value_type = Option<String>)]
    status: Option<MessageStatus>,
    /// Of a mail: what became of it, in one line.
    summary: Option<String>,
    /// Of a mail: its figures.
    kpis: Option<KpisView>,
}

/// A page of activities, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ActivityPage {
    items: Vec<ActivityView>,
    /// Where the next page begins; null on the last one. A page may hold fewer than asked for.
    next_cursor: Option<String>,
}

/// A call, a task or an appointment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActivityInput {
    /// `phone_call`, `task` or `appointment`.
    #[schema(value_type = String)]
    kind: ActivityKind,
    /// In one line, up to 256 characters.
    subject: String,
    /// By when, or when it takes place.
    #[schema(value_type = Option<String>)]
    due: Option<Timestamp>,
}

impl From<&Activity> for ActivityView {
    fn from(activity: &Activity) -> Self {
        Self {
            id: activity.id.to_string(),
            kind: activity.kind,
            subject: activity.subject.clone(),
            due: activity.due.map(instant::format),
            message: activity.message.map(|message| message.to_string()),
            owner: activity.owner.to_string(),
            created_at: instant::format(activity.created_at),
            status: None,
            summary: None,
            kpis: None,
        }
    }
}

/// The activities of a record, the newest first. A mail is there as soon as it was scheduled or sent.
#[utoipa::path(get, path = "/v1/records/{type}/{id}/activities", tag = "records", params(("type" = String, Path), ("id" = String, Path), PageQuery),
    responses((status = 200, body = ActivityPage), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<ActivityPage>, ApiError> {
    let limit = paging::limit(query.limit)?;
    let reference = reference(&kind, &id)?;
    let list = format!("{}|activities|{reference}", caller.org);
    let after: Option<(Timestamp, ActivityId)> = paging::after(&app.keys, &list, query.cursor.as_deref())?;
    let mut activities = app.store.activities(caller.org, &reference, after, limit + 1).await?;
    let more = activities.len() > limit;
    activities.truncate(limit);
    let end = activities.last().filter(|_| more).map(|last| (last.created_at, last.id));
    let settings = app.store.settings(caller.org).await?;
    let mails: Vec<ListedMessage> = activities.iter().filter_map(ListedMessage::of).collect();
    let followed = settings.tracking_enabled;
    let figures = if followed { app.store.figures_of(caller.org, &mails).await? } else { BTreeMap::new() };
    let views = stream::iter(activities).map(|activity| view(&app, &caller, &figures, activity)).buffered(AT_ONCE);
    let items = views.try_filter_map(|view| async move { Ok(view) }).try_collect().await?;
    let next_cursor = end.and_then(|place| cursor::write(&app.keys, &list, &place));
    Ok(axum::Json(ActivityPage { items, next_cursor }))
}

/// The view of an activity; none of a mail that was moved, taken back or cancelled since.
async fn view(
    app: &App,
    caller: &Caller,
    figures: &BTreeMap<MessageId, Kpis>,
    activity: Activity,
) -> Result<Option<ActivityView>, ApiError> {
    let message = activity.message.filter(|_| activity.kind == ActivityKind::Mail);
    let Some(message) = message else { return Ok(Some((&activity).into())) };
    let stored = app.store.message_for_list(message).await?;
    let there = |stored: &StoredMessage| {
        let message = &stored.message;
        message.org == caller.org
            && message.state == MessageState::Released
            && message.send_at == Some(activity.created_at)
    };
    let Some(StoredMessage { message, copies }) = stored.filter(there) else { return Ok(None) };
    let kpis = figures.get(&message.id).cloned().unwrap_or_default();
    let status = message.status(&copies, caller.now);
    Ok(Some(ActivityView {
        subject: message.subject.clone(),
        status: Some(status),
        summary: Some(message.summary(status, &kpis, caller.now)),
        kpis: Some((&kpis).into()),
        ..(&activity).into()
    }))
}

/// Adds a phone call, a task or an appointment to a record. Mail adds itself.
#[utoipa::path(post, path = "/v1/records/{type}/{id}/activities", tag = "records", params(("type" = String, Path), ("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable for 48 hours")),
    request_body = ActivityInput,
    responses((status = 201, body = ActivityView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(
    State(app): Shared,
    Path((kind, id)): Path<(String, String)>,
    post: Post<ActivityInput>,
) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    let reference = reference(&kind, &id)?;
    app.store.record(caller.org, &reference).await?.ok_or_else(ApiError::not_found)?;
    let mut checks = Checks::default();
    if input.kind == ActivityKind::Mail {
        checks.add("/kind", "invalid_value", "expected `phone_call`, `task` or `appointment`: mail adds itself");
    }
    if input.subject.trim().is_empty() {
        checks.add("/subject", "missing_field", "what is to be done");
    }
    checks.keep("/subject", "invalid_text", name::display_name(&input.subject));
    if input.kind == ActivityKind::Appointment && input.due.is_none() {
        checks.add("/due", "missing_field", "when the appointment takes place");
    }
    checks.finish()?;
    let activity = Activity {
        id: ActivityId::new(caller.now, app.ids.next()),
        kind: input.kind,
        subject: input.subject,
        due: input.due,
        message: None,
        owner: caller.user.id,
        created_at: caller.now,
    };
    let write = async |answer: Option<&_>| app.store.add_activity(caller.org, &reference, &activity, answer).await;
    once.answer(&app, StatusCode::CREATED, &ActivityView::from(&activity), write).await
}
