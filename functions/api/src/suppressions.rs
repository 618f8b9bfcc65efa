//! Addresses that the organisation no longer sends to, and why. A person may lift an entry.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::people::suppression::{Suppression, SuppressionReason};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Shared;
use crate::http::caller::Caller;
use crate::http::page::{self, Page, PageQuery, Query};
use crate::http::path::{At, SuppressionPath};
use crate::http::problem::{ActRefusals, ApiError, ListRefusals, ReadRefusals};
use crate::http::schema::{Instant, SuppressionReasonWord};

/// An address that the organisation no longer sends to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Suppression)]
pub(crate) struct SuppressionView {
    /// Null when the person behind it was erased.
    #[schema(format = Email)]
    email: Option<String>,
    #[schema(value_type = SuppressionReasonWord)]
    reason: SuppressionReason,
    /// The words of the recipient's server.
    detail: String,
    since: Instant,
    /// The message that brought it about.
    message: String,
}

impl From<Suppression> for SuppressionView {
    fn from(entry: Suppression) -> Self {
        Self {
            email: entry.email.map(Into::into),
            reason: entry.reason,
            detail: entry.detail,
            since: entry.since.into(),
            message: entry.message.to_string(),
        }
    }
}

/// The addresses that the organisation no longer sends to, in an order that stays.
#[utoipa::path(
    get,
    path = "/v1/suppressions",
    operation_id = "suppressions_list",
    tag = "suppressions",
    params(PageQuery),
    responses((status = 200, description = "A page of suppressions", body = Page<SuppressionView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<SuppressionView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let list = format!("{}|suppressions", actor.org);
    let after: Option<String> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.suppressions(&actor, after.as_deref(), limit).await?;
    let items = found.items.into_iter().map(Into::into).collect();
    Ok(Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// Why the organisation no longer sends to an address.
#[utoipa::path(
    get,
    path = "/v1/suppressions/{email}",
    operation_id = "suppressions_get",
    tag = "suppressions",
    params(SuppressionPath),
    responses((status = 200, description = "The suppression", body = SuppressionView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<SuppressionPath>,
) -> Result<Json<SuppressionView>, ApiError> {
    Ok(Json(app.desk.suppression(&actor, &path.email).await?.into()))
}

/// Lets mail go to an address again. SES keeps a list of its own for the account; see the runbook.
#[utoipa::path(
    delete,
    path = "/v1/suppressions/{email}",
    operation_id = "suppressions_delete",
    tag = "suppressions",
    params(SuppressionPath),
    responses((status = 204, description = "Mail goes to the address again"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<SuppressionPath>,
) -> Result<StatusCode, ApiError> {
    app.desk.lift_suppression(&actor, &path.email).await?;
    Ok(StatusCode::NO_CONTENT)
}
