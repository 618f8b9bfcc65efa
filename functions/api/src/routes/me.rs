//! Who the caller is.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::problem::Problem;

/// The user that the caller acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    id: String,
    organisation: String,
    email: String,
    name: Option<String>,
}

/// Who the caller is.
#[utoipa::path(get, path = "/v1/me", tag = "service",
    responses((status = 200, body = Me), (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn me(caller: Caller) -> Json<Me> {
    let mailbox = caller.user.mailbox;
    Json(Me {
        id: caller.user.id.to_string(),
        organisation: caller.org.to_string(),
        email: mailbox.email.as_str().to_owned(),
        name: mailbox.name,
    })
}
