//! The caller.

use axum::Json;
use axum::extract::State;
use desk::{Actor, Patch};
use domain::team::permission::{Permission, Scope};
use domain::team::user::{Language, UserChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::problem::{ApiError, ReadRefusals, WriteRefusals};
use crate::http::schema::{KeyKindWord, LanguageWord, PermissionWord, ScopeWord, patch};
use crate::users::{SignatureView, UserView, change};

/// The caller: user, organisation, key, and what they may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// The user whom the caller acts for; null when an integration names nobody.
    user: Option<UserView>,
    /// The id of the organisation.
    organisation: String,
    /// The key by which the caller came.
    key: Option<MyKey>,
    /// The permissions of the caller.
    #[schema(value_type = Vec<PermissionWord>)]
    may: Vec<Permission>,
}

/// The key of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MyKey {
    id: String,
    #[schema(value_type = KeyKindWord)]
    kind: &'static str,
    #[schema(value_type = Vec<ScopeWord>)]
    scopes: Vec<Scope>,
}

/// A change of the caller's own profile. A field that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MeChange)]
pub(crate) struct MeBody {
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// An IANA name. It is the zone of wall times that name none.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    time_zone: Patch<String>,
    #[schema(value_type = Option<LanguageWord>)]
    language: Option<Language>,
    /// Goes below the text of a new draft.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<SignatureView>)]
    signature: Patch<SignatureView>,
}

impl Me {
    fn of(actor: Actor) -> Self {
        let scopes = actor.rights.scopes.clone();
        let kind = if scopes.is_some() { "integration" } else { "user" };
        let scopes: Vec<Scope> = scopes.unwrap_or_default().into_iter().collect();
        Self {
            user: actor.user.as_ref().map(UserView::from),
            organisation: actor.org.to_string(),
            key: actor.key.map(|key| MyKey { id: key.to_string(), kind, scopes }),
            may: actor.rights.permissions(),
        }
    }
}

impl From<MeBody> for UserChange {
    fn from(body: MeBody) -> Self {
        let MeBody { name, time_zone, language, signature } = body;
        let signature = change(signature).map(|signature| signature.map(|signature| signature.html));
        Self { name: change(name), time_zone: change(time_zone), language, signature, ..Self::default() }
    }
}

/// The caller: user, organisation, key, and what they may do.
#[utoipa::path(
    get,
    path = "/v1/me",
    operation_id = "me_get",
    tag = "team",
    responses((status = 200, description = "The caller", body = Me), ReadRefusals)
)]
pub(crate) async fn get(Caller(actor): Caller) -> Json<Me> {
    Json(Me::of(actor))
}

/// Changes the caller's own name, zone, language and signature.
#[utoipa::path(
    patch,
    path = "/v1/me",
    operation_id = "me_update",
    tag = "team",
    request_body = MeBody,
    responses((status = 200, description = "The caller as it is now", body = Me), WriteRefusals)
)]
pub(crate) async fn patch_me(
    State(app): Shared,
    Caller(actor): Caller,
    body::Json(input): body::Json<MeBody>,
) -> Result<Json<Me>, ApiError> {
    let user = app.desk.change_profile(&actor, input.into()).await?;
    Ok(Json(Me::of(Actor { user: Some(user), ..actor })))
}
