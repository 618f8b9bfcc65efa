//! The audit log of the organisation.

use axum::Json;
use axum::extract::State;
use desk::audit::AuditFilter;
use domain::ground::id::AuditId;
use domain::team::audit::{ActorId, AuditAction, AuditLine, Door};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Shared;
use crate::http::caller::Caller;
use crate::http::page::{self, Page, Query};
use crate::http::problem::{ApiError, HttpCode, ListRefusals};
use crate::http::schema::{AuditActionWord, AuditActorKindWord, DoorWord, Instant};

/// A line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditLine)]
pub(crate) struct AuditView {
    id: String,
    at: Instant,
    actor: AuditActor,
    /// The door through which the actor came.
    #[schema(value_type = DoorWord)]
    door: Door,
    /// The act.
    #[schema(value_type = AuditActionWord)]
    action: AuditAction,
    /// The id of the thing that it was done to.
    #[schema(example = "usr_0190f3a2b4c87d1e9f00112233445566")]
    target: String,
    /// The id of the request, as in its answer.
    request_id: String,
}

/// The one who did it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditActor {
    #[schema(value_type = AuditActorKindWord)]
    kind: &'static str,
    /// The user, or the key of an integration that acted for nobody; null for administration.
    id: Option<String>,
    /// The key by which the actor came.
    key: Option<String>,
}

/// Filters of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// The `next_cursor` of the page before. `after` is another name for it.
    cursor: Option<String>,
    /// The `next_cursor` of the page before.
    after: Option<String>,
    /// Only what this user or integration did.
    #[param(example = "usr_0190f3a2b4c87d1e9f00112233445566")]
    actor: Option<String>,
    /// Only this.
    #[param(value_type = Option<AuditActionWord>)]
    action: Option<AuditAction>,
    /// How many lines, 25 when left out, 100 at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
}

impl From<&AuditLine> for AuditView {
    fn from(line: &AuditLine) -> Self {
        let kind = match &line.actor {
            Some(ActorId::User(_)) => "user",
            Some(ActorId::Key(_)) => "integration",
            None => "admin",
        };
        let id = line.actor.as_ref().map(ActorId::to_string);
        Self {
            id: line.id.to_string(),
            at: line.at.into(),
            actor: AuditActor { kind, id, key: line.key.as_ref().map(ToString::to_string) },
            door: line.door,
            action: line.action,
            target: line.target.clone(),
            request_id: line.request_id.clone(),
        }
    }
}

/// The audit log, the newest first: who did what to what, through which door.
///
/// It names ids only, and keeps a line for as many days as the setting `audit_days` said when it was written.
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "audit_list",
    tag = "team",
    params(AuditQuery),
    responses((status = 200, description = "A page of the log", body = Page<AuditView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<AuditView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let by = query.actor.map(TryInto::try_into).transpose();
    let by: Option<ActorId> =
        by.map_err(|_| ApiError::parameter("actor", HttpCode::InvalidQuery, "expected `usr_…` or `key_…`"))?;
    let filter = AuditFilter { actor: by, action: query.action };
    let list = format!("{}|audit|{filter:?}", actor.org);
    let cursor = query.cursor.or(query.after);
    let after: Option<AuditId> = page::after(&app.keys, &list, cursor.as_deref())?;
    let found = app.desk.audit(&actor, &filter, after, limit).await?;
    let items = found.items.iter().map(AuditView::from).collect();
    Ok(Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}
