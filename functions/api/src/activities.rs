//! Activities of a record: mail, calls, tasks and appointments.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::activities::{ActivityDetails, ActivityInput, ActivityMark, MailProgress};
use domain::message::MessageStatus;
use domain::people::activity::{Activity, ActivityKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::page::{self, Page, PageQuery, Query};
use crate::http::path::{At, RecordPath};
use crate::http::problem::{ApiError, ListRefusals, WriteRefusals};
use crate::http::schema::{ActivityKindWord, Instant, MessageStatusWord};
use crate::messages::view::{KpisView, StateView};

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
    #[schema(value_type = Option<String>, format = DateTime)]
    due: Option<Timestamp>,
}

impl From<&Activity> for ActivityView {
    fn from(activity: &Activity) -> Self {
        Self {
            id: activity.id.to_string(),
            kind: activity.kind,
            subject: activity.subject.clone(),
            due: activity.due.map(Instant),
            message: activity.message.map(|message| message.to_string()),
            owner: activity.owner.to_string(),
            created_at: activity.created_at.into(),
            status: None,
            state: None,
            summary: None,
            kpis: None,
        }
    }
}

impl From<ActivityDetails> for ActivityView {
    fn from(details: ActivityDetails) -> Self {
        let ActivityDetails { activity, mail } = details;
        let plain = Self::from(&activity);
        let Some(MailProgress { status, progress, sentence, kpis }) = mail else { return plain };
        Self {
            status: Some(status),
            state: Some(progress.into()),
            summary: Some(sentence),
            kpis: kpis.as_ref().map(Into::into),
            ..plain
        }
    }
}

/// The activities of a record, newest first. A mail is there as soon as it was scheduled or sent.
#[utoipa::path(
    get,
    path = "/v1/records/{type}/{id}/activities",
    operation_id = "activities_list",
    tag = "records",
    params(RecordPath, PageQuery),
    responses((status = 200, description = "A page of activities", body = Page<ActivityView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ActivityView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let record = path.reference();
    let list = format!("{}|activities|{record}", actor.org);
    let after: Option<ActivityMark> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.activities(&actor, &record, after, limit).await?;
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
    let prepared = app.desk.add_activity(&actor, &path.reference(), ActivityInput { kind, subject, due }).await?;
    let (activity, change) = prepared.take();
    once.commit(&app, StatusCode::CREATED, change, &ActivityView::from(&activity)).await
}
