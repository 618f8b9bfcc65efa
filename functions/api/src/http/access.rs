//! The door of each route: the key, what it may do, and how often.

use std::sync::{Arc, PoisonError};

use aws::store::Next;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use domain::ground::id::OrgId;
use domain::team::api_key::{ApiKey, KeyId};
use domain::team::permission::Permission;
use domain::team::rate::Allowance;
use jiff::Timestamp;

use super::caller::{self, Caller, RequestId};
use super::problem::{ApiError, HttpCode};
use crate::App;

/// Whom a route lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Everybody, without a key.
    Public,
    /// Every key.
    AnyKey,
    /// A key that may do this.
    May(Permission),
}

/// The key that was let in, and what is left to it: told to those who write the headers and the log.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    pub(crate) org: OrgId,
    pub(crate) key: KeyId,
    pub(crate) allowance: Allowance,
}

/// Lets a request through to its handler, or refuses it. The answer tells which route it was, for the log.
pub(crate) async fn admit(
    State((app, access)): State<(Arc<App>, Access)>,
    request: Request,
    next: middleware::Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = serve(&app, access, request, next).await;
    if let Some(route) = route {
        response.extensions_mut().insert(route);
    }
    response
}

async fn serve(app: &App, access: Access, mut request: Request, next: middleware::Next) -> Response {
    let now = app.clock.now();
    let key = match caller::key(app, request.headers(), now).await {
        Ok(key) => key,
        Err(error) => return error.into_response(),
    };
    let allowance = app.rate.lock().unwrap_or_else(PoisonError::into_inner).count(key.id.public_part(), now);
    let admitted = Admitted { org: key.org, key: key.id.clone(), allowance };
    let origin = request.headers().get(header::ORIGIN).cloned();

    let mut response = if allowance.exceeded {
        ApiError::http(HttpCode::RateLimited, "this key has made too many requests; see Retry-After").into_response()
    } else {
        match enter(app, access, &mut request, key, now).await {
            Ok(()) => next.run(request).await,
            Err(error) => error.into_response(),
        }
    };
    if let Some(origin) = origin {
        allow_origin(app, &admitted, origin, &mut response).await;
    }
    response.extensions_mut().insert(admitted);
    response
}

/// Puts the caller into the request, when the caller may do what the route does.
async fn enter(app: &App, access: Access, request: &mut Request, key: ApiKey, now: Timestamp) -> Result<(), ApiError> {
    note_use(app, &key, now).await;
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let actor = caller::actor(app, request.headers(), key, request_id, now).await?;
    if let Access::May(permission) = access {
        if permission.needs_user() {
            actor.user()?;
        }
        actor.require(permission)?;
    }
    request.extensions_mut().insert(Caller(actor));
    Ok(())
}

/// Notes that a key is used, once an hour. A note that is lost is made by the next request.
async fn note_use(app: &App, key: &ApiKey, now: Timestamp) {
    let Some(used) = key.used(now) else { return };
    let noted = match Next::api_key(Some(key), used) {
        Ok(next) => app.desk.store.write(next).await.map(drop),
        Err(error) => Err(error),
    };
    if let Err(error) = noted {
        tracing::debug!(%error, "use of a key not noted");
    }
}

/// Lets a page of a site read the answer, when the organisation lists the site.
async fn allow_origin(app: &App, admitted: &Admitted, origin: HeaderValue, response: &mut Response) {
    let Ok(settings) = app.desk.store.settings(admitted.org).await else { return };
    let listed = settings.cors_origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes());
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if listed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

const EXPOSED: &str = "ETag, Location, Request-Id, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, \
                       Idempotent-Replayed";
