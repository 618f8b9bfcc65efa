//! Requests as JSON: read strictly, with the field that is wrong in every refusal.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;

use super::MAX_REQUEST;
use super::problem::{ApiError, HttpCode};
use crate::App;

/// The body of a request.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &Arc<App>) -> Result<Self, ApiError> {
        parse(&bytes(request).await?).map(Self)
    }
}

/// The bytes of a body, up to the limit.
pub(crate) async fn bytes(request: Request) -> Result<Bytes, ApiError> {
    check_type(request.headers())?;
    to_bytes(request.into_body(), MAX_REQUEST).await.map_err(|error| {
        if error.into_inner().is::<LengthLimitError>() {
            ApiError::http(HttpCode::TooLarge, "a request has at most 6 MiB")
        } else {
            ApiError::http(HttpCode::MalformedJson, "the request could not be read")
        }
    })
}

/// A body is JSON as it is. Clients that name no type are believed.
fn check_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let unsupported = |detail: &str| Err(ApiError::http(HttpCode::UnsupportedMediaType, detail));
    let coding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
    if coding.is_some_and(|coding| coding != b"identity") {
        return unsupported("the body must not be compressed");
    }
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let essence = content_type.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is_json = essence.eq_ignore_ascii_case("application/json")
        || essence.eq_ignore_ascii_case("application/merge-patch+json");
    if is_json { Ok(()) } else { unsupported("expected application/json") }
}

/// Reads a JSON object.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        // Serde would take a list for the fields in their order.
        return Err(ApiError::pointer("", HttpCode::WrongType, "expected an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() { field_error(&pointer, &inner) } else { malformed(&inner) }
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

fn malformed(error: &serde_json::Error) -> ApiError {
    ApiError::http(HttpCode::MalformedJson, error.to_string())
}

fn field_error(pointer: &str, error: &serde_json::Error) -> ApiError {
    let text = error.to_string();
    // The text of serde ends with the place in the source, which the pointer tells better.
    let detail = text.split(" at line ").next().unwrap_or_default().to_owned();
    let code = if detail.starts_with("unknown field") {
        HttpCode::UnknownField
    } else if detail.starts_with("missing field") {
        HttpCode::MissingField
    } else if detail.starts_with("invalid type") {
        HttpCode::WrongType
    } else {
        HttpCode::InvalidValue
    };
    ApiError::pointer(pointer, code, &detail)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } | Segment::Enum { variant: key } => {
            format!("/{}", key.replace('~', "~0").replace('/', "~1"))
        }
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}
