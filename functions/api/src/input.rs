//! Requests as JSON: read strictly, with the field that is wrong in every refusal.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::App;
use crate::problem::{ApiError, FieldError};

/// The body of a request.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, ApiError> {
        parse(&bytes(request, app).await?).map(Self)
    }
}

/// The bytes of a body, up to the limit.
pub(crate) async fn bytes(request: Request, app: &Arc<App>) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, app).await.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(),
        _ => ApiError::malformed("the request could not be read"),
    })
}

/// Reads JSON; nothing at all is an empty object.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let bytes = if bytes.is_empty() { b"{}" } else { bytes };
    if bytes.trim_ascii_start().starts_with(b"[") {
        // Serde would take a list for the fields in their order.
        return Err(ApiError::field("", "wrong_type", "expected an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            ApiError::invalid(vec![field_error(pointer, &inner)])
        } else {
            ApiError::malformed(inner.to_string())
        }
    })?;
    json.end().map_err(|error| ApiError::malformed(error.to_string()))?;
    Ok(value)
}

fn field_error(pointer: String, error: &serde_json::Error) -> FieldError {
    let text = error.to_string();
    // What serde says ends in the place in the text, which the pointer says better.
    let detail = text.split(" at line ").next().unwrap_or_default().to_owned();
    let code = match () {
        () if detail.starts_with("unknown field") => "unknown_field",
        () if detail.starts_with("missing field") => "missing_field",
        () if detail.starts_with("invalid type") => "wrong_type",
        () => "invalid_value",
    };
    FieldError { pointer, detail, code }
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

/// For fields of a change: left out is `None`, `null` is `Some(None)`.
pub(crate) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(json: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(json).map(Some)
}

/// Collects what is wrong with the fields of a request.
#[derive(Default)]
pub(crate) struct Checks(Vec<FieldError>);

impl Checks {
    /// Notes what is wrong with a field.
    pub(crate) fn add(&mut self, pointer: impl Into<String>, code: &'static str, detail: impl std::fmt::Display) {
        self.0.push(FieldError { pointer: pointer.into(), detail: detail.to_string(), code });
    }

    /// Keeps what was read, or notes why it was not.
    pub(crate) fn keep<T, E: std::fmt::Display>(
        &mut self,
        pointer: impl Into<String>,
        code: &'static str,
        read: Result<T, E>,
    ) -> Option<T> {
        read.map_err(|error| self.add(pointer, code, error)).ok()
    }

    /// Refuses the request if anything was wrong.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.0.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.0)) }
    }
}
