//! Addresses to which the organisation sends no more, and why. A person may take an entry away.

use aws::store::Store;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::ground::id::OrgId;
use domain::people::address::EmailAddress;
use domain::people::suppression::{Suppression, SuppressionReason};
use domain::time::instant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::paging::{self, PageQuery, Query};
use crate::problem::{ApiError, Problem};
use crate::{Shared, cursor};

/// An address to which nothing is sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressionView {
    /// Null when the person behind it was erased.
    email: Option<String>,
    /// `hard_bounce` or `complaint`.
    #[schema(value_type = String)]
    reason: SuppressionReason,
    /// What the other side said.
    detail: String,
    since: String,
    /// The message that brought it about.
    message: String,
}

/// Addresses to which nothing is sent, in an order that stays.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressionPage {
    items: Vec<SuppressionView>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
}

impl From<Suppression> for SuppressionView {
    fn from(entry: Suppression) -> Self {
        Self {
            email: entry.email.map(Into::into),
            reason: entry.reason,
            detail: entry.detail,
            since: instant::format(entry.since),
            message: entry.message.to_string(),
        }
    }
}

/// The addresses to which nothing is sent.
#[utoipa::path(get, path = "/v1/suppressions", tag = "suppressions", params(PageQuery),
    responses((status = 200, body = SuppressionPage), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<SuppressionPage>, ApiError> {
    let limit = paging::limit(query.limit)?;
    let list = format!("{}|suppressions", caller.org);
    let after: Option<String> = paging::after(&app.keys, &list, query.cursor.as_deref())?;
    let ask = i32::try_from(limit + 1).unwrap_or(i32::MAX);
    let mut entries = app.store.suppressions(caller.org, after.as_deref(), ask).await?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let end = entries.last().filter(|_| more);
    let next_cursor = end.and_then(|(place, _)| cursor::write(&app.keys, &list, place));
    Ok(axum::Json(SuppressionPage { items: entries.into_iter().map(|(_, entry)| entry.into()).collect(), next_cursor }))
}

/// Why nothing is sent to an address.
#[utoipa::path(get, path = "/v1/suppressions/{email}", tag = "suppressions", params(("email" = String, Path)),
    responses((status = 200, body = SuppressionView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(email): Path<String>,
) -> Result<axum::Json<SuppressionView>, ApiError> {
    Ok(axum::Json(entry(&app.store, caller.org, &email).await?.1.into()))
}

/// Lets mail go to an address again. SES keeps a list of its own for the account; see the runbook.
#[utoipa::path(delete, path = "/v1/suppressions/{email}", tag = "suppressions", params(("email" = String, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(
    State(app): Shared,
    caller: Caller,
    Path(email): Path<String>,
) -> Result<StatusCode, ApiError> {
    let (email, _) = entry(&app.store, caller.org, &email).await?;
    app.store.delete_suppression(caller.org, &email).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn entry(store: &Store, org: OrgId, email: &str) -> Result<(EmailAddress, Suppression), ApiError> {
    let email = EmailAddress::parse(email).map_err(|_| ApiError::not_found())?;
    let entry = store.suppression(org, &email).await?.ok_or_else(ApiError::not_found)?;
    Ok((email, entry))
}
