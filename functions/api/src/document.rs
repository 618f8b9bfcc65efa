//! The OpenAPI 3.1 document: generated from the routes, served, and committed as `docs/openapi.json`.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi as Document, OpenApiBuilder};

/// Everything but the routes.
pub(crate) fn base() -> Document {
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let mut components = Components::new();
    components.add_security_scheme("api_key", bearer);
    OpenApiBuilder::from(Empty::openapi())
        .info(InfoBuilder::new().title("Telltale").version("1").description(Some(DESCRIPTION)).build())
        .components(Some(components))
        .security(Some([SecurityRequirement::new::<_, [String; 0], String>("api_key", [])]))
        .build()
}

const DESCRIPTION: &str = "Email engagement for sales teams. Instants are RFC 3339 in UTC with milliseconds. \
    Unknown fields are refused. Errors are problem documents (RFC 9457) with a stable `code`. Every POST takes an \
    `Idempotency-Key`: the same key and body give the same answer for 48 hours.";

#[derive(OpenApi)]
struct Empty;

/// The document itself.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "service", security(()), responses((status = 200, description = "This document")))]
pub(crate) async fn openapi_json() -> Json<Document> {
    Json(crate::openapi())
}
