//! The OpenAPI 3.1 document: generated from the routes, served, and committed as `docs/openapi.json`.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi as Document, OpenApiBuilder, ServerBuilder};

use super::problem::{FieldProblem, Problem, ProblemCode};

/// Everything but the routes.
pub(crate) fn base() -> Document {
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let mut components = Empty::openapi().components.unwrap_or_default();
    components.add_security_scheme("api_key", bearer);
    OpenApiBuilder::from(Empty::openapi())
        .info(
            InfoBuilder::new()
                .title("Telltale")
                .version("1")
                .description(Some(DESCRIPTION))
                .license(Some(
                    LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build(),
                ))
                .build(),
        )
        .servers(Some([ServerBuilder::new().url("/").description(Some("Where this document was served")).build()]))
        .components(Some(components))
        .security(Some([SecurityRequirement::new::<_, [String; 0], String>("api_key", [])]))
        .build()
}

const DESCRIPTION: &str = "Email engagement for sales teams. Instants are RFC 3339 in UTC with milliseconds. \
    Unknown fields and parameters are refused. Errors are problem documents (RFC 9457) with a stable `code`. Every POST that \
    creates, sends or acts takes an `Idempotency-Key`: the same key and body give the same answer for 48 hours.";

#[derive(OpenApi)]
#[openapi(
    components(schemas(Problem, FieldProblem, ProblemCode)),
    tags(
        (name = "messages", description = "Messages: written, sent, tracked, looked at"),
        (name = "attachments", description = "Files of messages"),
        (name = "reminders", description = "The reminder of a message"),
        (name = "cards", description = "Cards of the assistant"),
        (name = "records", description = "Records of the CRM, their activities and their consent"),
        (name = "templates", description = "Templates and how well they do"),
        (name = "images", description = "Hosted images"),
        (name = "suppressions", description = "Addresses that the organisation no longer sends to"),
        (name = "settings", description = "Settings of the organisation"),
        (name = "service", description = "The caller, and this document"),
    )
)]
struct Empty;

/// Gives every operation a description; one of a single sentence has only a summary by itself.
pub(crate) fn described(mut document: Document) -> Document {
    for path in document.paths.paths.values_mut() {
        let methods = [&mut path.get, &mut path.put, &mut path.post, &mut path.patch, &mut path.delete];
        for operation in methods.into_iter().flatten() {
            let summary = operation.summary.clone();
            operation.description = operation.description.take().or(summary);
        }
    }
    document
}

/// The document itself.
///
/// It needs no key.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    operation_id = "document_get",
    tag = "service",
    security(()),
    responses(
        (status = 200, description = "This document", body = Object),
        (status = 429, description = "Too many requests at once")
    )
)]
pub(crate) async fn openapi_json() -> Json<Document> {
    Json(crate::openapi())
}
