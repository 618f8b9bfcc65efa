//! The caller.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::caller::Caller;
use crate::http::problem::{ApiError, ReadRefusals};

/// The user that the caller acts for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    id: String,
    organisation: String,
    #[schema(format = Email)]
    email: String,
    name: Option<String>,
}

/// The user that the caller acts for.
#[utoipa::path(
    get,
    path = "/v1/me",
    operation_id = "me_get",
    tag = "service",
    responses((status = 200, description = "The user and the organisation", body = Me), ReadRefusals)
)]
pub(crate) async fn get(Caller(actor): Caller) -> Result<Json<Me>, ApiError> {
    let mailbox = actor.user.mailbox;
    Ok(Json(Me {
        id: actor.user.id.to_string(),
        organisation: actor.org.to_string(),
        email: mailbox.email.into(),
        name: mailbox.name,
    }))
}
