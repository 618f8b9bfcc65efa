//! The caller: the tenant comes from the key alone, the user from the key or, for integrations, from a header.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use desk::Actor;
use domain::ground::id::UserId;
use domain::team::api_key::{self, ApiKey};
use domain::team::audit::Door;
use domain::team::permission::Rights;
use domain::team::user::User;
use jiff::Timestamp;

use super::problem::ApiError;
use crate::App;

/// The header in which an integration names a user.
const USER_HEADER: &str = "telltale-user";

/// The caller of a request, who acts at the desk.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Actor);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    /// The door put the caller into the request; a route that lets everybody in has none.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(ApiError::unauthenticated)
    }
}

/// Checks the key in `Authorization`.
pub(crate) async fn key(app: &App, headers: &HeaderMap, now: Timestamp) -> Result<ApiKey, ApiError> {
    let presented = bearer(headers).and_then(api_key::parse).ok_or_else(ApiError::unauthenticated)?;
    let key = app.desk.store.api_key(&presented.id).await?.ok_or_else(ApiError::unauthenticated)?;
    if key.admits(&presented, now) { Ok(key) } else { Err(ApiError::unauthenticated()) }
}

/// The actor behind a key: its user, or the integration with the user that it names.
pub(crate) async fn actor(
    app: &App,
    headers: &HeaderMap,
    key: ApiKey,
    request_id: String,
    now: Timestamp,
) -> Result<Actor, ApiError> {
    let user = match key.user {
        Some(user) => Some(active(app, &key, user).await?.ok_or_else(ApiError::unauthenticated)?),
        None => match named_user(headers)? {
            Some(user) => Some(active(app, &key, user).await?.ok_or_else(ApiError::unknown_user)?),
            None => None,
        },
    };
    let scopes = if key.user.is_none() { Some(key.scopes) } else { None };
    let rights = Rights { role: user.as_ref().map(|user| user.role), scopes };
    Ok(Actor { org: key.org, user, key: Some(key.id), rights, door: Door::Api, request_id, now })
}

async fn active(app: &App, key: &ApiKey, user: UserId) -> Result<Option<User>, ApiError> {
    Ok(app.desk.store.user(key.org, user).await?.filter(User::is_active))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// The user that an integration names, if any.
fn named_user(headers: &HeaderMap) -> Result<Option<UserId>, ApiError> {
    let Some(name) = headers.get(USER_HEADER) else { return Ok(None) };
    let id = name.to_str().ok().and_then(|name| name.trim().parse().ok());
    id.map(Some).ok_or_else(ApiError::unknown_user)
}

/// The id of a request, from the gateway.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);
