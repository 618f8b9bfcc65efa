//! Keys of the organisation.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::api_keys::ApiKeyInput;
use domain::team::api_key::{ApiKey, KeyId};
use domain::team::permission::Scope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::page::{self, Page, PageQuery, Query};
use crate::http::path::{At, KeyPath};
use crate::http::problem::{ActRefusals, ApiError, ListRefusals, WriteRefusals};
use crate::http::schema::{Instant, KeyKindWord, ScopeWord};

/// A key.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct KeyView {
    #[schema(example = "key_0190f3a2b4c87d1e9f00112233445566")]
    id: String,
    name: String,
    /// `user`: it acts as the user. `integration`: it has scopes, and names a user in `Telltale-User` where one is needed.
    #[schema(value_type = KeyKindWord)]
    kind: &'static str,
    /// The user whom it acts for.
    user: Option<String>,
    /// The scopes of an integration; empty for a user's key.
    #[schema(value_type = Vec<ScopeWord>)]
    scopes: BTreeSet<Scope>,
    /// Null for keys from before this was noted.
    created_at: Option<Instant>,
    /// When it was used last, to an hour.
    last_used_at: Option<Instant>,
    /// From then on it is refused.
    expires_at: Option<Instant>,
    /// The whole key. It is shown in the answer that makes it, and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// A new key: for a user, or with scopes for an integration.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApiKeyInput)]
pub(crate) struct KeyBody {
    /// As people call it.
    name: String,
    /// The user whom it acts for.
    user: Option<String>,
    /// The scopes of an integration.
    #[schema(value_type = Option<Vec<ScopeWord>>)]
    scopes: Option<BTreeSet<Scope>>,
    /// From then on it is refused; never when left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl KeyView {
    /// The kind of a key.
    pub(crate) fn kind(key: &ApiKey) -> &'static str {
        if key.user.is_some() { "user" } else { "integration" }
    }
}

impl From<&ApiKey> for KeyView {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            kind: Self::kind(key),
            user: key.user.map(|user| user.to_string()),
            scopes: if key.user.is_some() { BTreeSet::new() } else { key.scopes.clone() },
            created_at: key.created_at.map(Instant),
            last_used_at: key.last_used_at.map(Instant),
            expires_at: key.expires_at.map(Instant),
            secret: None,
        }
    }
}

/// The keys of the organisation that were not taken back, the oldest first; never their secrets.
#[utoipa::path(
    get,
    path = "/v1/keys",
    operation_id = "keys_list",
    tag = "team",
    params(PageQuery),
    responses((status = 200, description = "A page of keys", body = Page<KeyView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<Page<KeyView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let list = format!("{}|keys", actor.org);
    let after: Option<KeyId> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.api_keys(&actor, after.as_ref(), limit).await?;
    let items = found.items.iter().map(KeyView::from).collect();
    Ok(axum::Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// Makes a key, for a user or for an integration.
///
/// `secret` is in this answer and nowhere else: an answer that is replayed for the same `Idempotency-Key` does not have it.
#[utoipa::path(
    post,
    path = "/v1/keys",
    operation_id = "keys_create",
    tag = "team",
    params(IdempotencyKey),
    request_body = KeyBody,
    responses((status = 201, description = "The key with its secret", body = KeyView), WriteRefusals)
)]
pub(crate) async fn create(State(app): Shared, post: Post<KeyBody>) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let KeyBody { name, user, scopes, expires_at } = input;
    let input = ApiKeyInput { name, user, scopes, expires_at };
    let (new, change) = app.desk.create_api_key(&actor, input).await?.take();
    let stored = KeyView::from(&new.key);
    let shown = KeyView { secret: Some(new.text), ..stored.clone() };
    let location = format!("/v1/keys/{}", new.key.id);
    once.created_once(&app, change, &stored, &shown, location).await
}

/// Takes a key back. It is refused within seconds, for good.
#[utoipa::path(
    delete,
    path = "/v1/keys/{id}",
    operation_id = "keys_delete",
    tag = "team",
    params(KeyPath),
    responses((status = 204, description = "The key is refused from now on"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<KeyPath>,
) -> Result<StatusCode, ApiError> {
    let id = KeyId::parse(&path.id).ok_or_else(ApiError::not_found)?;
    app.desk.revoke_api_key(&actor, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
