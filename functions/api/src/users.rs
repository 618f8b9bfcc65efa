//! Users of the organisation.

use axum::extract::State;
use axum::response::Response;
use desk::Patch;
use domain::ground::id::UserId;
use domain::team::permission::Role;
use domain::team::user::{Language, User, UserChange, UserStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post, PostOrEmpty};
use crate::http::page::{self, Page, PageQuery, Query};
use crate::http::path::{At, UserPath};
use crate::http::problem::{ApiError, ListRefusals, ReadRefusals, WriteRefusals};
use crate::http::schema::{Instant, LanguageWord, RoleWord, UserStatusWord, patch};

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    id: String,
    /// The address that messages come from.
    #[schema(format = Email)]
    email: String,
    /// The name that messages come from.
    name: Option<String>,
    #[schema(value_type = RoleWord)]
    role: Role,
    #[schema(value_type = UserStatusWord)]
    status: UserStatus,
    /// The IANA name of the user's zone; UTC counts when there is none.
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
    #[schema(value_type = LanguageWord)]
    language: Language,
    /// It goes below the text of a new draft.
    signature: Option<SignatureView>,
    created_at: Instant,
}

/// A signature.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Signature)]
pub(crate) struct SignatureView {
    /// At most 16 KiB.
    pub(crate) html: String,
}

/// A new user.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserInput)]
pub(crate) struct UserBody {
    /// The address that messages come from. No two users of an organisation have the same one.
    #[schema(format = Email)]
    email: String,
    name: Option<String>,
    /// `seller` when left out.
    #[schema(value_type = Option<RoleWord>)]
    role: Option<Role>,
    #[schema(example = "Europe/Berlin")]
    time_zone: Option<String>,
    #[schema(value_type = Option<LanguageWord>)]
    language: Option<Language>,
}

/// A change of a user. A field that is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
pub(crate) struct UserChangeBody {
    #[schema(format = Email)]
    email: Option<String>,
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    #[schema(value_type = Option<RoleWord>)]
    role: Option<Role>,
    /// `active` lets somebody in again who was deactivated.
    #[schema(value_type = Option<UserStatusWord>)]
    status: Option<UserStatus>,
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    time_zone: Patch<String>,
    #[schema(value_type = Option<LanguageWord>)]
    language: Option<Language>,
}

/// The heir of the open work of somebody who leaves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeactivateInput)]
pub(crate) struct DeactivateBody {
    /// The id of an active user, who gets drafts, scheduled mail, reminders and cards.
    #[schema(example = "usr_0190f3a2b4c87d1e9f00112233445566")]
    hand_over_to: Option<String>,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.mailbox.email.as_str().to_owned(),
            name: user.mailbox.name.clone(),
            role: user.role,
            status: user.status,
            time_zone: user.time_zone.clone(),
            language: user.language,
            signature: user.signature.clone().map(|html| SignatureView { html }),
            created_at: user.created_at().into(),
        }
    }
}

/// A change in the words of the domain: kept, cleared, or set.
pub(crate) fn change<T>(patch: Patch<T>) -> Option<Option<T>> {
    match patch {
        Patch::Keep => None,
        Patch::Clear => Some(None),
        Patch::Set(value) => Some(Some(value)),
    }
}

impl From<UserBody> for UserChange {
    fn from(body: UserBody) -> Self {
        let UserBody { email, name, role, time_zone, language } = body;
        Self {
            email: Some(email),
            name: name.map(Some),
            role,
            time_zone: time_zone.map(Some),
            language,
            ..Self::default()
        }
    }
}

impl From<UserChangeBody> for UserChange {
    fn from(body: UserChangeBody) -> Self {
        let UserChangeBody { email, name, role, status, time_zone, language } = body;
        Self { email, name: change(name), role, status, time_zone: change(time_zone), language, signature: None }
    }
}

/// The users of the organisation, the oldest first.
#[utoipa::path(
    get,
    path = "/v1/users",
    operation_id = "users_list",
    tag = "team",
    params(PageQuery),
    responses((status = 200, description = "A page of users", body = Page<UserView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<Page<UserView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let list = format!("{}|users", actor.org);
    let after: Option<UserId> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.users(&actor, after, limit).await?;
    let items = found.items.iter().map(UserView::from).collect();
    Ok(axum::Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// Adds a user to the organisation.
///
/// The answer is 409 `user_exists` when somebody has the address already.
#[utoipa::path(
    post,
    path = "/v1/users",
    operation_id = "users_create",
    tag = "team",
    params(IdempotencyKey),
    request_body = UserBody,
    responses((status = 201, description = "The user", body = UserView), WriteRefusals)
)]
pub(crate) async fn create(State(app): Shared, post: Post<UserBody>) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let (user, change) = app.desk.create_user(&actor, input.into()).await?.take();
    once.created(&app, change, &UserView::from(&user), format!("/v1/users/{}", user.id)).await
}

/// A user of the organisation.
#[utoipa::path(
    get,
    path = "/v1/users/{id}",
    operation_id = "users_get",
    tag = "team",
    params(UserPath),
    responses((status = 200, description = "The user", body = UserView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<UserPath>,
) -> Result<axum::Json<UserView>, ApiError> {
    Ok(axum::Json(UserView::from(&app.desk.colleague(&actor, path.id).await?)))
}

/// Changes a user.
///
/// The answer is 409 `last_administrator` when the organisation would be left without one.
#[utoipa::path(
    patch,
    path = "/v1/users/{id}",
    operation_id = "users_update",
    tag = "team",
    params(UserPath),
    request_body = UserChangeBody,
    responses((status = 200, description = "The user as it is now", body = UserView), WriteRefusals)
)]
pub(crate) async fn patch_user(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<UserPath>,
    Json(input): Json<UserChangeBody>,
) -> Result<axum::Json<UserView>, ApiError> {
    Ok(axum::Json(UserView::from(&app.desk.change_user(&actor, path.id, input.into()).await?)))
}

/// Deactivates a user, whose keys are refused from then on. Mail that was sent stays theirs.
///
/// Open work (drafts, scheduled mail, reminders, cards) goes to the user named in `hand_over_to`. When nobody is named and
/// there is some, the answer is 409 `has_open_work` with the counts. The call can be repeated.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/deactivate",
    operation_id = "users_deactivate",
    tag = "team",
    params(UserPath),
    request_body = Option<DeactivateBody>,
    responses((status = 200, description = "The user as it is now", body = UserView), WriteRefusals)
)]
pub(crate) async fn deactivate(
    State(app): Shared,
    At(path): At<UserPath>,
    PostOrEmpty(post): PostOrEmpty<DeactivateBody>,
) -> Result<axum::Json<UserView>, ApiError> {
    let Post { actor, input, .. } = post;
    let user = app.desk.deactivate_user(&actor, path.id, input.hand_over_to.as_deref()).await?;
    Ok(axum::Json(UserView::from(&user)))
}
