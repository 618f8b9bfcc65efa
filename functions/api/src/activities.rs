//! Activities of a record: mail, calls, tasks and appointments.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Patch;
use desk::activities::{
    ActivityChange, ActivityDetails, ActivityInput, ActivityMark, ActivityScope, ExpandedMail, MailProgress, TaskFilter,
};
use domain::ground::id::UserId;
use domain::message::MessageStatus;
use domain::people::activity::{Activity, ActivityKind, Task};
use domain::people::record::RecordRef;
use domain::time::schedule::When;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Shared;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::page::{self, Page, Query};
use crate::http::path::{ActivityPath, At, RecordPath};
use crate::http::problem::{ActRefusals, ApiError, ListRefusals, ReadRefusals, WriteRefusals};
use crate::http::schema::{
    ActivityKindWord, ExpandWord, IncludeWord, Instant, MessageStatusWord, WhenInput, not_null, patch as patched,
};
use crate::messages::timeline::TimelineView;
use crate::messages::view::{KpisView, RecordView, StateView};

/// An activity of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Activity)]
pub(crate) struct ActivityView {
    id: String,
    #[schema(value_type = ActivityKindWord)]
    kind: ActivityKind,
    subject: String,
    /// When it is due, or takes place.
    due: Option<Instant>,
    /// It was done; null of a mail.
    done: Option<bool>,
    /// When it was done.
    done_at: Option<Instant>,
    /// The record that it was added to; null where it is the record of the list.
    record: Option<RecordView>,
    /// The mail, or the message that gave rise to it.
    message: Option<String>,
    owner: String,
    /// When it was added; of a mail, when it leaves or left.
    created_at: Instant,
    /// Of a mail: its status.
    #[schema(value_type = Option<MessageStatusWord>)]
    status: Option<MessageStatus>,
    /// Of a mail: how far it has come.
    state: Option<StateView>,
    /// Of a mail: how far it has come, in one line.
    summary: Option<String>,
    /// Of a mail: its figures; null while the organisation does not track.
    kpis: Option<KpisView>,
    /// Of a mail, with `expand=timeline`: its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Of a mail, with `expand=timeline`: what happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<TimelineView>,
}

/// A change of a call, a task or an appointment. A field that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActivityUpdate)]
pub(crate) struct ActivityPatch {
    /// In one line, up to 256 characters.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(max_length = 256)]
    subject: Option<String>,
    /// When it is due, or takes place.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<WhenInput>)]
    due: Patch<When>,
    /// It was done.
    #[serde(default, deserialize_with = "not_null")]
    done: Option<bool>,
}

/// The part of a record's activities to show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ActivityQuery {
    /// `related`: of an account, also the mail of the first 100 records that belong to it.
    #[param(value_type = Option<IncludeWord>)]
    include: Option<Include>,
    /// `timeline`: with the text and the timeline of each mail.
    #[param(value_type = Option<ExpandWord>)]
    expand: Option<Expand>,
    /// How many items, 25 when left out, 100 at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Further activities of the list.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Include {
    /// The mail of the records that belong to an account.
    Related,
}

/// Further parts of each mail.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Expand {
    /// Its text and its timeline.
    Timeline,
}

/// Filters of a list of tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TaskQuery {
    /// Only this user's. The caller's when left out.
    #[param(value_type = Option<String>)]
    owner: Option<UserId>,
    /// Only those that are due before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    due_before: Option<Timestamp>,
    /// Only those that are done (true), or only open ones.
    done: Option<bool>,
    /// How many items, 25 when left out, 100 at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A call, a task or an appointment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActivityInput)]
pub(crate) struct ActivityBody {
    /// `phone_call`, `task` or `appointment`.
    #[schema(value_type = ActivityKindWord)]
    kind: ActivityKind,
    /// In one line, up to 256 characters.
    #[schema(max_length = 256)]
    subject: String,
    /// When it is due, or takes place.
    #[schema(value_type = Option<WhenInput>)]
    due: Option<When>,
}

impl From<&Activity> for ActivityView {
    fn from(activity: &Activity) -> Self {
        Self {
            id: activity.id.to_string(),
            kind: activity.kind,
            subject: activity.subject.clone(),
            due: activity.due.map(Instant),
            done: (activity.kind != ActivityKind::Mail).then_some(activity.done_at.is_some()),
            done_at: activity.done_at.map(Instant),
            record: None,
            message: activity.message.map(|message| message.to_string()),
            owner: activity.owner.to_string(),
            created_at: activity.created_at.into(),
            status: None,
            state: None,
            summary: None,
            kpis: None,
            text: None,
            timeline: None,
        }
    }
}

impl ActivityView {
    /// The activity, beside the record that it was added to.
    pub(crate) fn of(record: &RecordRef, activity: &Activity) -> Self {
        Self { record: Some(record.into()), ..activity.into() }
    }
}

impl From<ActivityDetails> for ActivityView {
    fn from(details: ActivityDetails) -> Self {
        let ActivityDetails { activity, mail } = details;
        let plain = Self::from(&activity);
        let Some(MailProgress { status, progress, sentence, kpis, expanded }) = mail else { return plain };
        let expanded = expanded
            .map(|ExpandedMail { message, text, timeline }| (text, TimelineView::of(&message, timeline)))
            .unzip();
        Self {
            text: expanded.0,
            timeline: expanded.1,
            status: Some(status),
            state: Some(progress.into()),
            summary: Some(sentence),
            kpis: kpis.as_ref().map(Into::into),
            ..plain
        }
    }
}

/// The activities of a record, newest first. A mail is there as soon as it was scheduled or sent, and for its author while it
/// is a draft.
#[utoipa::path(
    get,
    path = "/v1/records/{type}/{id}/activities",
    operation_id = "activities_list",
    tag = "records",
    params(RecordPath, ActivityQuery),
    responses((status = 200, description = "A page of activities", body = Page<ActivityView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
    Query(query): Query<ActivityQuery>,
) -> Result<Json<Page<ActivityView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let record = path.reference();
    let scope = ActivityScope { related: query.include.is_some(), timeline: query.expand.is_some() };
    let list = format!("{}|activities|{record}|{}", actor.org, scope.related);
    let after: Option<ActivityMark> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.activities(&actor, (&record, scope), after, limit).await?;
    let items = found.items.into_iter().map(Into::into).collect();
    Ok(Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// Adds a phone call, a task or an appointment to a record. Mail adds itself.
#[utoipa::path(
    post,
    path = "/v1/records/{type}/{id}/activities",
    operation_id = "activities_create",
    tag = "records",
    params(RecordPath, IdempotencyKey),
    request_body = ActivityBody,
    responses((status = 201, description = "The activity", body = ActivityView), WriteRefusals)
)]
pub(crate) async fn create(
    State(app): Shared,
    At(path): At<RecordPath>,
    post: Post<ActivityBody>,
) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let ActivityBody { kind, subject, due } = input;
    let due = due.map(|due| actor.instant(&due, "/due")).transpose()?;
    let record = path.reference();
    let prepared = app.desk.add_activity(&actor, &record, ActivityInput { kind, subject, due }).await?;
    let (activity, change) = prepared.take();
    let location = format!("/v1/activities/{}", activity.id);
    once.created(&app, change, &ActivityView::of(&record, &activity), location).await
}

/// The phone calls, tasks and appointments of a user: open ones first, by when they are due.
#[utoipa::path(
    get,
    path = "/v1/activities",
    operation_id = "tasks_list",
    tag = "records",
    params(TaskQuery),
    responses((status = 200, description = "A page of activities", body = Page<ActivityView>), ListRefusals)
)]
pub(crate) async fn tasks(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<TaskQuery>,
) -> Result<Json<Page<ActivityView>>, ApiError> {
    let TaskQuery { owner, due_before, done, limit, cursor } = query;
    let limit = page::limit(limit)?;
    let filter = TaskFilter { owner, due_before, done };
    let user = actor.user.as_ref().map(|user| user.id);
    let list = format!("{}|tasks|{user:?}|{filter:?}", actor.org);
    let after: Option<String> = page::after(&app.keys, &list, cursor.as_deref())?;
    let found = app.desk.tasks(&actor, &filter, after, limit).await?;
    let items = found.items.iter().map(|task| ActivityView::of(&task.record, &task.activity)).collect();
    Ok(Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// A phone call, a task or an appointment.
#[utoipa::path(
    get,
    path = "/v1/activities/{id}",
    operation_id = "tasks_get",
    tag = "records",
    params(ActivityPath),
    responses((status = 200, description = "The activity", body = ActivityView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<ActivityPath>,
) -> Result<Json<ActivityView>, ApiError> {
    let Task { record, activity } = app.desk.task(&actor, path.id).await?;
    Ok(Json(ActivityView::of(&record, &activity)))
}

/// Changes a phone call, a task or an appointment, or completes it; what is left out stays as it is.
#[utoipa::path(
    patch,
    path = "/v1/activities/{id}",
    operation_id = "tasks_update",
    tag = "records",
    params(ActivityPath),
    request_body = ActivityPatch,
    responses((status = 200, description = "The activity as it is now", body = ActivityView), WriteRefusals)
)]
pub(crate) async fn patch(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<ActivityPath>,
    body::Json(input): body::Json<ActivityPatch>,
) -> Result<Json<ActivityView>, ApiError> {
    let ActivityPatch { subject, due, done } = input;
    let due = due.try_map(|due| actor.instant(&due, "/due"))?;
    let change = ActivityChange { subject, due, done };
    let Task { record, activity } = app.desk.change_task(&actor, path.id, &change).await?;
    Ok(Json(ActivityView::of(&record, &activity)))
}

/// Takes a phone call, a task or an appointment away.
#[utoipa::path(
    delete,
    path = "/v1/activities/{id}",
    operation_id = "tasks_delete",
    tag = "records",
    params(ActivityPath),
    responses((status = 204, description = "It is taken away"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<ActivityPath>,
) -> Result<StatusCode, ApiError> {
    app.desk.delete_task(&actor, path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
