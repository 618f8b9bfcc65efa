//! Pages of lists: the query that asks for one, and the answer.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ground::keyring::KeyRing;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::cursor;
use super::problem::{ApiError, HttpCode};

/// The query string of a request. Unknown parameters are rejected with 422.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(error) => Err(invalid_query(&error.body_text())),
        }
    }
}

/// Names the parameter at fault where the reader tells it.
fn invalid_query(text: &str) -> ApiError {
    let detail = text.trim_start_matches("Failed to deserialize query string: ");
    let unknown = detail.split("unknown field `").nth(1).and_then(|rest| rest.split('`').next());
    let malformed = detail.split_once(": ").map(|(name, _)| name).filter(|name| !name.contains(' '));
    match unknown.or(malformed) {
        Some(name) => ApiError::parameter(name, HttpCode::InvalidQuery, detail),
        None => ApiError::http(HttpCode::InvalidQuery, detail),
    }
}

/// The page of a list that has no filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many items, 25 when left out, 100 at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    pub(crate) limit: Option<usize>,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T: ToSchema> {
    /// The items. A page may hold fewer than asked for.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; null on the last one.
    pub(crate) next_cursor: Option<String>,
}

impl<T: ToSchema> Page<T> {
    /// A page that ends at `next`, a place in `list`.
    pub(crate) fn new<P: Serialize>(items: Vec<T>, keys: &KeyRing, list: &str, next: Option<&P>) -> Self {
        Self { items, next_cursor: next.and_then(|next| cursor::write(keys, list, next)) }
    }

    /// A list that has one page.
    pub(crate) fn only(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}

/// How many items a page has.
///
/// # Errors
/// When there are none, or too many.
pub(crate) fn limit(asked: Option<usize>) -> Result<usize, ApiError> {
    let limit = asked.unwrap_or(25);
    if (1..=100).contains(&limit) {
        Ok(limit)
    } else {
        Err(ApiError::parameter("limit", HttpCode::InvalidQuery, "from 1 to 100"))
    }
}

/// The place at which the page before ended, in this list.
///
/// # Errors
/// When the cursor is not one of this list.
pub(crate) fn after<T: DeserializeOwned>(
    keys: &KeyRing,
    list: &str,
    cursor: Option<&str>,
) -> Result<Option<T>, ApiError> {
    cursor.map(|cursor| cursor::read(keys, list, cursor)).transpose()
}
