//! Pages of lists: which query is read, how many items a page has, and where the page before ended.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ground::keyring::KeyRing;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::cursor;
use crate::problem::ApiError;

/// What stands behind the `?` of a list. What it does not know is refused as callers expect it.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(error) => Err(ApiError::unprocessable("invalid_query", error.body_text())),
        }
    }
}

/// Which page of a list that has no filters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// How many, 25 when left out, 100 at most.
    pub(crate) limit: Option<usize>,
    /// Where the page before ended.
    pub(crate) cursor: Option<String>,
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
        Err(ApiError::field("/limit", "invalid_value", "from 1 to 100"))
    }
}

/// Where the page before ended, in this list.
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
