//! The OpenAPI 3.1 document: generated from the routes, served, and committed as `docs/openapi.json`.

use axum::Json;
use utoipa::OpenApi;
use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi as Document, OpenApiBuilder, RefOr, ServerBuilder};

use super::access::Access;
use super::problem::{FieldProblem, Problem, ProblemCode, WorkCounts};

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
    components(schemas(Problem, FieldProblem, WorkCounts, ProblemCode)),
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
        (name = "team", description = "The caller, users, keys, and who did what"),
        (name = "service", description = "This document"),
    )
)]
struct Empty;

/// A route as the document shows it.
pub(crate) struct DocumentedRoute {
    path: String,
    methods: Vec<HttpMethod>,
    access: Access,
}

impl DocumentedRoute {
    /// The route of a handler.
    pub(crate) fn of<P: utoipa::Path>(access: Access) -> Self {
        Self { path: P::path(), methods: P::methods(), access }
    }
}

/// Gives every operation a description (one of a single sentence has only a summary by itself), the permission that it needs,
/// and the header in which an integration names a user.
pub(crate) fn described(mut document: Document, routes: &[DocumentedRoute]) -> Document {
    for DocumentedRoute { path, methods, access } in routes {
        let Some(item) = document.paths.paths.get_mut(path) else { continue };
        for method in methods {
            let Some(operation) = operation(item, method) else { continue };
            let summary = operation.summary.clone();
            let description = operation.description.take().or(summary).unwrap_or_default();
            operation.description = Some(match access {
                Access::May(permission) => format!("{description}\n\nNeeds the permission `{}`.", permission.as_str()),
                Access::AnyKey | Access::Public => description,
            });
            if takes_user(*access) {
                operation.parameters.get_or_insert_default().push(RefOr::T(user_header()));
            }
        }
    }
    document
}

fn operation<'a>(item: &'a mut PathItem, method: &HttpMethod) -> Option<&'a mut Operation> {
    match method {
        HttpMethod::Get => item.get.as_mut(),
        HttpMethod::Put => item.put.as_mut(),
        HttpMethod::Post => item.post.as_mut(),
        HttpMethod::Patch => item.patch.as_mut(),
        HttpMethod::Delete => item.delete.as_mut(),
        _ => None,
    }
}

fn takes_user(access: Access) -> bool {
    match access {
        Access::Public => false,
        Access::AnyKey => true,
        Access::May(permission) => permission.needs_user(),
    }
}

fn user_header() -> Parameter {
    ParameterBuilder::new()
        .name("Telltale-User")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "The user for whom an integration acts: 422 `user_needed` when it is missing, 422 `unknown_user` when it names no \
             active user. A user's own key does not need it.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).examples(["usr_0190f3a2b4c87d1e9f00112233445566"])))
        .build()
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
