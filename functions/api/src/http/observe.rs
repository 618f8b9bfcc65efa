//! Around every request: its id, the answers to browsers that ask first, the headers that all answers have, and one line in
//! the log. The line has no path, no query and no text of the caller.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lambda_http::request::RequestContext;

use super::access::Admitted;
use super::caller::RequestId;
use super::problem;

/// Serves a request with all that is around it.
pub(crate) async fn observe(mut request: Request, next: Next) -> Response {
    let id = request_id(&request);
    if let Some(answer) = preflight(&request) {
        return with_id(answer, &id);
    }
    let method = request.method().clone();
    request.extensions_mut().insert(RequestId(id.clone()));

    let mut response = problem::render(next.run(request).await, &id);
    let path: Option<MatchedPath> = response.extensions_mut().remove();
    let admitted: Option<Admitted> = response.extensions_mut().remove();
    if let Some(admitted) = &admitted {
        tell_rate(response.headers_mut(), admitted);
    }
    let route = path.as_ref().map_or("", MatchedPath::as_str);
    let status = response.status().as_u16();
    let (org, key) = admitted.map(|it| (it.org.to_string(), it.key.to_string())).unzip();
    tracing::info!(request_id = id, %method, route, status, org, key, "request");
    with_id(response, &id)
}

/// The gateway's id of the request, which its access log has as well.
fn request_id(request: &Request) -> String {
    match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

fn with_id(mut response: Response, id: &str) -> Response {
    if let Ok(id) = HeaderValue::from_str(id) {
        response.headers_mut().insert("request-id", id);
    }
    response
}

/// The answer to a browser that asks whether a page may call (<https://fetch.spec.whatwg.org/#cors-preflight-fetch>). It
/// carries no key, so it is the same for all sites; whether the page may read an answer is decided with the key.
fn preflight(request: &Request) -> Option<Response> {
    let headers = request.headers();
    let origin = headers.get(header::ORIGIN)?;
    headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    if request.method() != Method::OPTIONS {
        return None;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT, PATCH, DELETE"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, Idempotency-Key, If-Match, Telltale-User"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
        (header::VARY, "Origin"),
    ] {
        answer.insert(name, HeaderValue::from_static(value));
    }
    Some(response)
}

/// Tells how many requests the key has left in this minute.
fn tell_rate(headers: &mut HeaderMap, admitted: &Admitted) {
    let allowance = &admitted.allowance;
    headers.insert("ratelimit-limit", allowance.limit.into());
    headers.insert("ratelimit-remaining", allowance.remaining.into());
    headers.insert("ratelimit-reset", allowance.reset_seconds.into());
    if allowance.exceeded {
        headers.insert(header::RETRY_AFTER, allowance.reset_seconds.into());
    }
}
