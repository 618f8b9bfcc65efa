//! Errors as callers see them: problem documents (RFC 9457). Whatever else is known of the error goes to the log.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Code, CodeClass, FieldError, Refused};
use serde::Serialize;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{Content, Ref, RefOr};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

/// A problem document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `urn:telltale:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    kind: String,
    /// The status in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong, in words.
    detail: String,
    /// What is wrong, as a stable name.
    #[schema(value_type = ProblemCode)]
    code: &'static str,
    /// The id of the request, as in the header `Request-Id` and in the logs.
    request_id: String,
    /// The fields or parameters at fault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
    /// The open work of a user who leaves.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<WorkCounts>,
}

/// The open work of a user who leaves.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WorkCounts {
    /// Messages that are being written.
    drafts: usize,
    /// Messages that wait for their time.
    scheduled: usize,
    /// Reminders that are pending.
    reminders: usize,
    /// Cards that were not dismissed.
    cards: usize,
}

/// A field or a parameter at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// The field: a JSON pointer (RFC 6901) into the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// The parameter of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// What is wrong, in words.
    detail: String,
    /// What is wrong, as a stable name.
    #[schema(value_type = ProblemCode)]
    code: &'static str,
}

/// Codes of the door itself, beside those of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpCode {
    /// The `Idempotency-Key` was used for another request.
    IdempotencyKeyReused,
    /// The cursor is not one of this list.
    InvalidCursor,
    /// The `Idempotency-Key` has another form.
    InvalidIdempotencyKey,
    /// A parameter of the query cannot be read.
    InvalidQuery,
    /// A field has a value that cannot be read.
    InvalidValue,
    /// The body is not JSON.
    MalformedJson,
    /// The path does not know the method.
    MethodNotAllowed,
    /// A field is missing.
    MissingField,
    /// There is no such path.
    NotFound,
    /// The key has made too many requests.
    RateLimited,
    /// The body is too large.
    TooLarge,
    /// No key, or one that is not valid.
    Unauthenticated,
    /// There is no such field.
    UnknownField,
    /// There is no such user.
    UnknownUser,
    /// The body has another content type, or is coded.
    UnsupportedMediaType,
    /// A field has a value of another type.
    WrongType,
}

impl HttpCode {
    const ALL: [Self; 16] = [
        Self::IdempotencyKeyReused,
        Self::InvalidCursor,
        Self::InvalidIdempotencyKey,
        Self::InvalidQuery,
        Self::InvalidValue,
        Self::MalformedJson,
        Self::MethodNotAllowed,
        Self::MissingField,
        Self::NotFound,
        Self::RateLimited,
        Self::TooLarge,
        Self::Unauthenticated,
        Self::UnknownField,
        Self::UnknownUser,
        Self::UnsupportedMediaType,
        Self::WrongType,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::InvalidCursor => "invalid_cursor",
            Self::InvalidIdempotencyKey => "invalid_idempotency_key",
            Self::InvalidQuery => "invalid_query",
            Self::InvalidValue => "invalid_value",
            Self::MalformedJson => "malformed_json",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::MissingField => "missing_field",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::TooLarge => "too_large",
            Self::Unauthenticated => "unauthenticated",
            Self::UnknownField => "unknown_field",
            Self::UnknownUser => "unknown_user",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::WrongType => "wrong_type",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::MalformedJson => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// The stable names of problems. More may come.
pub(crate) struct ProblemCode;

impl PartialSchema for ProblemCode {
    fn schema() -> RefOr<Schema> {
        let desk = Code::ALL.iter().map(|code| code.as_str());
        let mut words: Vec<&str> = desk.chain(HttpCode::ALL.iter().map(|code| code.as_str())).collect();
        words.sort_unstable();
        words.dedup();
        let description = "The stable names of problems. More may come.";
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).description(Some(description)).into()
    }
}

impl ToSchema for ProblemCode {}

/// An answer that is no success.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    status: StatusCode,
    code: &'static str,
    detail: String,
    errors: Vec<FieldProblem>,
    counts: Option<WorkCounts>,
}

impl ApiError {
    /// A refusal of the door as a whole.
    pub(crate) fn http(code: HttpCode, detail: impl Into<String>) -> Self {
        Self { status: code.status(), code: code.as_str(), detail: detail.into(), errors: Vec::new(), counts: None }
    }

    /// A field of the body that the door cannot read.
    pub(crate) fn pointer(pointer: &str, code: HttpCode, detail: &str) -> Self {
        let error = FieldProblem {
            pointer: Some(pointer.to_owned()),
            parameter: None,
            detail: detail.to_owned(),
            code: code.as_str(),
        };
        Self { errors: vec![error], ..Self::http(code, format!("{pointer}: {detail}")) }
    }

    /// A parameter of the query that cannot be used.
    pub(crate) fn parameter(name: &str, code: HttpCode, detail: &str) -> Self {
        let error = FieldProblem {
            pointer: None,
            parameter: Some(name.to_owned()),
            detail: detail.to_owned(),
            code: code.as_str(),
        };
        Self { errors: vec![error], ..Self::http(code, format!("{name}: {detail}")) }
    }

    /// No key, or one that is not valid.
    pub(crate) fn unauthenticated() -> Self {
        Self::http(HttpCode::Unauthenticated, "a valid API key is needed: Authorization: Bearer tt_…")
    }

    /// There is no such user.
    pub(crate) fn unknown_user() -> Self {
        Self::http(HttpCode::UnknownUser, "Telltale-User names no active user of this organisation")
    }

    /// True when the input is to blame, and the same request would be refused again.
    pub(crate) fn is_about_input(&self) -> bool {
        self.status == StatusCode::UNPROCESSABLE_ENTITY
    }

    /// The problem document.
    pub(crate) fn problem(self, request_id: &str) -> Problem {
        let Self { status, code, detail, errors, counts } = self;
        Problem {
            kind: format!("urn:telltale:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail,
            code,
            request_id: request_id.to_owned(),
            errors,
            counts,
        }
    }

    /// There is no such thing, or it is not the caller's to know.
    pub(crate) fn not_found() -> Self {
        Refused::not_found().into()
    }
}

impl From<FieldError> for FieldProblem {
    fn from(error: FieldError) -> Self {
        let FieldError { field, code, detail } = error;
        Self { pointer: Some(field), parameter: None, detail, code: code.as_str() }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        let Refused { code, detail, fields, counts } = refused;
        let status = match code.class() {
            CodeClass::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            CodeClass::Missing => StatusCode::NOT_FOUND,
            CodeClass::Forbidden => StatusCode::FORBIDDEN,
            CodeClass::Conflict => StatusCode::CONFLICT,
            CodeClass::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        // A field that names a thing which is not there makes the request wrong, not the path.
        let wrong_field = !fields.is_empty() && code.class() == CodeClass::Missing;
        let status = if wrong_field { StatusCode::UNPROCESSABLE_ENTITY } else { status };
        let counts = counts.map(|work| WorkCounts {
            drafts: work.drafts,
            scheduled: work.scheduled,
            reminders: work.reminders,
            cards: work.cards,
        });
        Self { status, code: code.as_str(), detail, errors: fields.into_iter().map(Into::into).collect(), counts }
    }
}

impl From<aws::store::Error> for ApiError {
    fn from(error: aws::store::Error) -> Self {
        Refused::from(error).into()
    }
}

impl From<aws::blobs::Error> for ApiError {
    fn from(error: aws::blobs::Error) -> Self {
        Refused::from(error).into()
    }
}

impl IntoResponse for ApiError {
    /// The error travels beside an empty body; [`render`] writes the document.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes the problem document of an answer that is no success.
pub(crate) fn render(mut response: Response, request_id: &str) -> Response {
    let Some(error) = response.extensions_mut().remove::<ApiError>() else { return response };
    let status = error.status;
    let problem = error.problem(request_id);
    *response.body_mut() = Body::from(serde_json::to_vec(&problem).unwrap_or_default());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// The answer for paths that are none of ours.
pub(crate) async fn no_such_route() -> ApiError {
    ApiError::http(HttpCode::NotFound, "there is no such resource")
}

/// The answer for methods that a path does not know.
pub(crate) async fn no_such_method() -> ApiError {
    ApiError::http(HttpCode::MethodNotAllowed, "this path does not know this method")
}

fn described(statuses: &[(u16, &str)]) -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
    let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
    let response = |description: &str| {
        let content = Content::new(Some(schema.clone()));
        let built = ResponseBuilder::new().description(description).content("application/problem+json", content);
        RefOr::T(built.build())
    };
    statuses.iter().map(|(status, description)| (status.to_string(), response(description))).collect()
}

/// Sets of refusals that operations share, for the document.
macro_rules! refusals {
    ($($(#[$doc:meta])+ $name:ident: $($status:literal)+;)+) => {$(
        $(#[$doc])+
        pub(crate) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
                described(&[$(($status, reason($status))),+])
            }
        }
    )+};
}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "The body is not JSON.",
        401 => "The API key is missing or not valid.",
        403 => "The caller's role or key does not allow it.",
        404 => "There is no such resource, or it belongs to another organisation.",
        409 => "The state of the resource does not allow it, or somebody else changed it first.",
        413 => "The body is too large.",
        415 => "The body is not `application/json`, or it is coded.",
        429 => "The key has made too many requests; `Retry-After` says when to go on.",
        422 => "A field or a parameter is wrong; `errors` names it.",
        _ => "A service did not answer. The same request may be repeated.",
    }
}

refusals! {
    /// Refusals of a request that reads one thing.
    ReadRefusals: 401 403 404 422 429 503;
    /// Refusals of a request that opens something that may not be opened.
    OpenRefusals: 401 403 404 409 422 429 503;
    /// Refusals of a request that reads a list.
    ListRefusals: 401 403 404 422 429 503;
    /// Refusals of a request without a body that changes a thing.
    ActRefusals: 401 403 404 409 422 429 503;
    /// Refusals of a request with a body.
    WriteRefusals: 400 401 403 404 409 413 415 422 429 503;
}
