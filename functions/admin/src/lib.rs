//! Administration: organisations, users and API keys.
//!
//! - Trigger: invoked by hand or by a deployment script; there is no public route.
//! - Reads: organisations and users.
//! - Writes: organisations, users, keys. The secret of a key is in the answer and nowhere else.
//! - On failure: an `error` in the answer; nothing half written.

use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::ConfigError;
use aws::ids::Ids;
use aws::store::{self, Store};
use domain::ground::id::{OrgId, UserId};
use domain::ground::name;
use domain::message::Mailbox;
use domain::people::address::EmailAddress;
use domain::team::api_key;
use domain::team::api_key::ApiKey;
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
    },
    /// A new API key.
    CreateKey {
        /// Of which organisation.
        org: OrgId,
        /// Acts for this user; without one it may name a user in each request (`integration`).
        #[serde(default)]
        user: Option<UserId>,
        /// Not valid from this instant on.
        #[serde(default)]
        expires_at: Option<Timestamp>,
    },
    /// Ends an API key.
    RevokeKey {
        /// The public part: the twelve digits after `tt_`.
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
        /// Its public part.
        id: String,
    },
    /// The key is ended.
    Revoked {
        /// Its public part.
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
        Command::CreateUser { org, email, name } => create_user(app, org, &email, name).await,
        Command::CreateKey { org, user, expires_at } => create_key(app, org, user, expires_at).await,
        Command::RevokeKey { id } => revoke_key(app, &id).await,
    };
    answer.unwrap_or_else(|error| Answer::Error { error })
}

async fn create_organisation(app: &App, name: &str) -> Result<Answer, String> {
    name::display_name(name).map_err(|error| format!("name: {error}"))?;
    let org = OrgId::new(app.clock.now(), app.ids.next());
    app.store.put_organisation(org, name).await.map_err(unavailable)?;
    Ok(Answer::Organisation { org })
}

async fn create_user(app: &App, org: OrgId, email: &str, name: Option<String>) -> Result<Answer, String> {
    name::display_name(name.as_deref().unwrap_or_default()).map_err(|error| format!("name: {error}"))?;
    let email = EmailAddress::parse(email).map_err(|error| format!("email: {error}"))?;
    known_organisation(app, org).await?;
    let user = UserId::new(app.clock.now(), app.ids.next());
    app.store.put_user(org, &User { id: user, mailbox: Mailbox { email, name } }).await.map_err(unavailable)?;
    Ok(Answer::User { user })
}

async fn create_key(
    app: &App,
    org: OrgId,
    user: Option<UserId>,
    expires_at: Option<Timestamp>,
) -> Result<Answer, String> {
    known_organisation(app, org).await?;
    if let Some(user) = user {
        app.store.user(org, user).await.map_err(unavailable)?.ok_or("user: no such user in this organisation")?;
    }
    let minted = api_key::mint(app.ids.bytes(), app.ids.bytes());
    let api_key::PresentedKey { id, secret_hash } = minted.stored;
    let key = ApiKey { id: id.clone(), secret_hash, org, user, expires_at, revoked: false };
    app.store.put_api_key(&key).await.map_err(unavailable)?;
    Ok(Answer::Key { api_key: minted.text, id })
}

async fn revoke_key(app: &App, id: &str) -> Result<Answer, String> {
    let key = app.store.api_key(id).await.map_err(unavailable)?.ok_or("id: no such key")?;
    app.store.put_api_key(&ApiKey { revoked: true, ..key }).await.map_err(unavailable)?;
    Ok(Answer::Revoked { revoked: id.to_owned() })
}

async fn known_organisation(app: &App, org: OrgId) -> Result<(), String> {
    let known = app.store.has_organisation(org).await.map_err(unavailable)?;
    if known { Ok(()) } else { Err("org: no such organisation".to_owned()) }
}

#[expect(clippy::needless_pass_by_value, reason = "the form that map_err asks for")]
fn unavailable(error: store::Error) -> String {
    error.to_string()
}
