//! Errors as callers see them: problem documents (RFC 9457). What we know beyond that goes to the log.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// Where: a JSON pointer (RFC 6901) into the request.
    pub(crate) pointer: String,
    /// What, in words.
    pub(crate) detail: String,
    /// What, as a stable name.
    #[schema(value_type = String)]
    pub(crate) code: &'static str,
}

/// A problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:telltale:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong, in words.
    detail: String,
    /// What is wrong, as a stable name.
    #[schema(value_type = String)]
    code: &'static str,
    /// Which fields are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
}

/// Somebody else was faster.
const CHANGED_MEANWHILE: &str = "changed_meanwhile";

/// An answer that is no success.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldError>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), errors: Vec::new() }
    }

    /// The request is not JSON.
    pub(crate) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_json", detail)
    }

    /// Fields of the request are wrong. The first one gives the code.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let first = errors.first();
        let code = first.map_or("invalid_request", |error| error.code);
        let detail = first.map_or_else(String::new, |error| format!("{}: {}", error.pointer, error.detail));
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail) }
    }

    /// One field of the request is wrong.
    pub(crate) fn field(pointer: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError { pointer: pointer.to_owned(), detail: detail.into(), code }])
    }

    /// The request as a whole cannot be done.
    pub(crate) fn unprocessable(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// No key, or one that is not valid.
    pub(crate) fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", "a valid API key is needed: Authorization: Bearer tt_…")
    }

    /// There is no such thing, or it is not the caller's to know.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "there is no such resource")
    }

    /// The state of the resource does not allow it.
    pub(crate) fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// True when somebody else was faster.
    pub(crate) fn is_changed_meanwhile(&self) -> bool {
        self.code == CHANGED_MEANWHILE
    }

    /// After *send*, only schedule and reminder can change.
    pub(crate) fn not_editable() -> Self {
        Self::conflict("not_editable", "after it was sent, only the schedule and the reminder of a message can change")
    }

    /// The request is too large.
    pub(crate) fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a request has at most 6 MiB")
    }

    fn unavailable(source: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %source, "request failed");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "please try again; the request may be repeated")
    }
}

impl From<aws::store::Error> for ApiError {
    fn from(error: aws::store::Error) -> Self {
        match error {
            aws::store::Error::Conflict => {
                Self::conflict(CHANGED_MEANWHILE, "somebody else changed it; please read it again")
            }
            other => Self::unavailable(&other),
        }
    }
}

impl From<aws::blobs::Error> for ApiError {
    fn from(error: aws::blobs::Error) -> Self {
        Self::unavailable(&error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, code, detail, errors } = self;
        let problem = Problem {
            kind: format!("urn:telltale:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail,
            code,
            errors,
        };
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response()
    }
}

/// The answer for paths that are none of ours.
pub(crate) async fn no_such_route() -> ApiError {
    ApiError::not_found()
}

/// The answer for methods that a path does not know.
pub(crate) async fn no_such_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path does not know this method")
}
