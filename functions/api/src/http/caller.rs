//! The caller: the tenant comes from the key alone, the user from the key or, for integrations, from a header.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use desk::Actor;
use domain::ground::id::UserId;
use domain::team::api_key;

use super::problem::ApiError;
use crate::App;

/// The caller of a request, who acts at the desk.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Actor);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Self::of(app, &parts.headers).await
    }
}

impl Caller {
    /// Checks the key in `Authorization`.
    pub(crate) async fn of(app: &App, headers: &HeaderMap) -> Result<Self, ApiError> {
        let now = app.clock.now();
        let presented = bearer(headers).and_then(api_key::parse).ok_or_else(ApiError::unauthenticated)?;
        let key = app.desk.store.api_key(&presented.id).await?.ok_or_else(ApiError::unauthenticated)?;
        if !key.admits(&presented, now) {
            return Err(ApiError::unauthenticated());
        }
        let user = match key.user {
            Some(user) => user,
            None => named_user(headers)?,
        };
        let user = app.desk.store.user(key.org, user).await?.ok_or_else(ApiError::unknown_user)?;
        Ok(Self(Actor { org: key.org, user, now }))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// A key of an integration acts for the user that the request names.
fn named_user(headers: &HeaderMap) -> Result<UserId, ApiError> {
    let name = headers.get("telltale-user").and_then(|value| value.to_str().ok());
    name.and_then(|name| name.trim().parse().ok()).ok_or_else(ApiError::user_needed)
}
