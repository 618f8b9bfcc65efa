//! Who calls: the tenant comes from the key alone, the user from the key or, for integrations, from a header.

use std::sync::Arc;

use aws::store::User;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::ground::id::{OrgId, UserId};
use domain::team::api_key;
use jiff::Timestamp;

use crate::App;
use crate::problem::ApiError;

/// The caller of a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The tenant.
    pub(crate) org: OrgId,
    /// For whom the caller acts.
    pub(crate) user: User,
    /// When the request was taken up.
    pub(crate) now: Timestamp,
}

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
        let key = app.store.api_key(&presented.id).await?.filter(|key| {
            presented.matches(&key.secret_hash) && !key.revoked && key.expires_at.is_none_or(|end| now < end)
        });
        let key = key.ok_or_else(ApiError::unauthenticated)?;
        let user = match key.user {
            Some(user) => user,
            None => named_user(headers)?,
        };
        let unknown = || ApiError::unprocessable("unknown_user", "there is no such user in this organisation");
        let user = app.store.user(key.org, user).await?.ok_or_else(unknown)?;
        Ok(Self { org: key.org, user, now })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// A key of an integration acts for the user that the request names.
fn named_user(headers: &HeaderMap) -> Result<UserId, ApiError> {
    let name = headers.get("telltale-user").and_then(|value| value.to_str().ok());
    let needed = || ApiError::unprocessable("user_needed", "this key acts for users: name one in Telltale-User");
    name.and_then(|name| name.trim().parse().ok()).ok_or_else(needed)
}
