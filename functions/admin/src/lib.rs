//! Administration: organisations, users and API keys.
//!
//! - Trigger: invoked by hand or by a deployment script; there is no public route.
//! - Reads: organisations and users.
//! - Writes: organisations, users, keys, each with its line in the audit log. The secret of a key is in the answer and nowhere else.
//! - On failure: an `error` in the answer; nothing half written.

use std::collections::BTreeSet;

use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::ConfigError;
use aws::ids::Ids;
use aws::store::{self, Next, Store, Write};
use domain::ground::id::{AuditId, OrgId, UserId};
use domain::ground::name;
use domain::message::Mailbox;
use domain::people::address::EmailAddress;
use domain::team::api_key::{self, ApiKey, KeyId};
use domain::team::audit::{AuditAction, AuditLine, Door};
use domain::team::organisation::Organisation;
use domain::team::permission::{Role, Scope};
use domain::team::user::User;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What administration touches.
pub struct App {
    /// Organisations, users, keys.
    pub store: Store,
    /// Makes ids and secrets.
    pub ids: Ids,
    /// Dates ids.
    pub clock: Clock,
}

/// What is to be done.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// A new tenant.
    CreateOrganisation {
        /// As people call it.
        name: String,
    },
    /// A new user, who can be the author of messages.
    CreateUser {
        /// Of which organisation.
        org: OrgId,
        /// Messages come from this address; SES must have verified it or its domain.
        email: String,
        /// Messages come from this name.
        #[serde(default)]
        name: Option<String>,
        /// An administrator when left out, who makes all further users over the API.
        #[serde(default)]
        role: Role,
    },
    /// A new API key.
    CreateKey {
        /// Of which organisation.
        org: OrgId,
        /// Acts for this user; without one it is an integration's, which names a user where one is needed.
        #[serde(default)]
        user: Option<UserId>,
        /// The scopes of an integration; all when left out.
        #[serde(default)]
        scopes: Option<BTreeSet<Scope>>,
        /// As people call it.
        #[serde(default)]
        name: String,
        /// Not valid from this instant on.
        #[serde(default)]
        expires_at: Option<Timestamp>,
    },
    /// Ends an API key.
    RevokeKey {
        /// The id, `key_…`, or its digits, which stand between `tt_` and the second underscore.
        id: String,
    },
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// The organisation's id.
    Organisation {
        /// The new id.
        org: OrgId,
    },
    /// The user's id.
    User {
        /// The new id.
        user: UserId,
    },
    /// The key. It is shown this once.
    Key {
        /// The whole key.
        api_key: String,
        /// Its id.
        id: String,
    },
    /// The key is ended.
    Revoked {
        /// Its id.
        revoked: String,
    },
    /// Nothing was done.
    Error {
        /// Why.
        error: String,
    },
}

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let store = Store::from_env(Aws::from_env()?.dynamodb())?;
        Ok(Self { store, ids: Ids::System, clock: Clock::system() })
    }
}

/// Does what the command says.
pub async fn handle(app: &App, command: Command) -> Answer {
    let answer = match command {
        Command::CreateOrganisation { name } => create_organisation(app, &name).await,
        Command::CreateUser { org, email, name, role } => create_user(app, org, email, name, role).await,
        Command::CreateKey { org, user, scopes, name, expires_at } => {
            let of = |key| ApiKey { user, name, expires_at, ..key };
            create_key(app, org, scopes, of).await
        }
        Command::RevokeKey { id } => revoke_key(app, &id).await,
    };
    answer.unwrap_or_else(|error| Answer::Error { error })
}

async fn create_organisation(app: &App, name: &str) -> Result<Answer, String> {
    name::display_name(name).map_err(|error| format!("name: {error}"))?;
    let org = OrgId::new(app.clock.now(), app.ids.next());
    let organisation = Organisation { id: org, name: name.to_owned(), version: 0 };
    let next = Next::new_organisation(organisation).map_err(unavailable)?;
    save(app, org, next, AuditAction::OrganisationCreated, &org).await?;
    Ok(Answer::Organisation { org })
}

async fn create_user(app: &App, org: OrgId, email: String, name: Option<String>, role: Role) -> Result<Answer, String> {
    name::display_name(name.as_deref().unwrap_or_default()).map_err(|error| format!("name: {error}"))?;
    let address = EmailAddress::parse(&email).map_err(|error| format!("email: {error}"))?;
    known_organisation(app, org).await?;
    let id = UserId::new(app.clock.now(), app.ids.next());
    let user = User { mailbox: Mailbox { email: address.clone(), name }, ..User::new(id, address, role) };
    if app.store.user_with(org, &user.mailbox.email).await.map_err(unavailable)?.is_some() {
        return Err("email: a user of this organisation has this address".to_owned());
    }
    let next = Next::user(org, None, user).map_err(unavailable)?;
    save(app, org, next, AuditAction::UserCreated, &id).await?;
    Ok(Answer::User { user: id })
}

async fn create_key(
    app: &App,
    org: OrgId,
    scopes: Option<BTreeSet<Scope>>,
    of: impl FnOnce(ApiKey) -> ApiKey,
) -> Result<Answer, String> {
    known_organisation(app, org).await?;
    let now = app.clock.now();
    let minted = api_key::mint(KeyId::new(now, app.ids.next()), app.ids.bytes());
    let key = of(ApiKey::new(minted.stored, org, now));
    let key = match key.user {
        Some(user) => {
            let known = app.store.user(org, user).await.map_err(unavailable)?;
            known.ok_or("user: no such user in this organisation")?;
            key
        }
        None => ApiKey { scopes: scopes.unwrap_or_else(|| Scope::ALL.iter().copied().collect()), ..key },
    };
    let id = key.id.clone();
    let next = Next::api_key(None, key).map_err(unavailable)?;
    save(app, org, next, AuditAction::KeyCreated, &id).await?;
    Ok(Answer::Key { api_key: minted.text, id: id.to_string() })
}

async fn revoke_key(app: &App, id: &str) -> Result<Answer, String> {
    let id = KeyId::parse(id).or_else(|| KeyId::of_public_part(id)).ok_or("id: no such key")?;
    let key = app.store.api_key_now(&id).await.map_err(unavailable)?.ok_or("id: no such key")?;
    let org = key.org;
    let next = Next::api_key(Some(&key), ApiKey { revoked: true, ..key.clone() }).map_err(unavailable)?;
    save(app, org, next, AuditAction::KeyRevoked, &id).await?;
    Ok(Answer::Revoked { revoked: id.to_string() })
}

/// Stores a change with its line in the audit log.
async fn save<T>(
    app: &App,
    org: OrgId,
    next: Next<T>,
    action: AuditAction,
    target: &impl std::fmt::Display,
) -> Result<(), String> {
    let now = app.clock.now();
    let settings = app.store.settings(org).await.map_err(unavailable)?;
    let line = AuditLine {
        id: AuditId::new(now, app.ids.next()),
        at: now,
        actor: None,
        key: None,
        door: Door::Admin,
        action,
        target: target.to_string(),
        request_id: String::new(),
        expires_at: now + settings.audit_retention(),
    };
    let line = Write::audit(org, &line).map_err(unavailable)?;
    let writes = next.writes.into_iter().chain([line]).collect();
    app.store.commit(writes, None).await.map_err(unavailable)
}

async fn known_organisation(app: &App, org: OrgId) -> Result<(), String> {
    let known = app.store.organisation(org).await.map_err(unavailable)?;
    known.map(drop).ok_or_else(|| "org: no such organisation".to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err asks for")]
fn unavailable(error: store::Error) -> String {
    error.to_string()
}
