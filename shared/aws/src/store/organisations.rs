//! Organisations, their settings, users and API keys.

use domain::ground::id::{OrgId, UserId};
use domain::message::Mailbox;
use domain::team::settings::Settings;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item};
use super::{Error, Store, keys};

/// A user of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name and address that messages come from.
    #[serde(flatten)]
    pub mailbox: Mailbox,
}

/// What is stored of an API key: never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The public part of the key.
    pub id: String,
    /// SHA-256 of the secret part, in hexadecimal. The secret is random, so a slow hash would only cost time.
    pub secret_hash: String,
    /// The organisation: the only source of the tenant.
    pub org: OrgId,
    /// The user it acts for; none when it may name one (`integration`).
    #[serde(default)]
    pub user: Option<UserId>,
    /// Not valid from this instant on.
    #[serde(default, with = "domain::time::instant::optional_millis")]
    pub expires_at: Option<Timestamp>,
    /// Taken back.
    #[serde(default)]
    pub revoked: bool,
}

#[derive(Serialize, Deserialize)]
struct Organisation {
    id: OrgId,
    name: String,
}

impl Store {
    /// Saves an organisation.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_organisation(&self, id: OrgId, name: &str) -> Result<(), Error> {
        let item = Item::new(&keys::org(id), &Organisation { id, name: name.to_owned() })?;
        self.table.put(item, Condition::Any).await
    }

    /// True when the organisation is there.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn has_organisation(&self, id: OrgId) -> Result<bool, Error> {
        Ok(self.table.get::<Organisation>(&keys::org(id)).await?.is_some())
    }

    /// The settings of an organisation; the defaults when it never changed them.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn settings(&self, org: OrgId) -> Result<Settings, Error> {
        Ok(self.table.get(&keys::settings(org)).await?.unwrap_or_default())
    }

    /// Saves the settings of an organisation.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_settings(&self, org: OrgId, settings: &Settings) -> Result<(), Error> {
        self.table.put(Item::new(&keys::settings(org), settings)?, Condition::Any).await
    }

    /// A user of the organisation.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn user(&self, org: OrgId, user: UserId) -> Result<Option<User>, Error> {
        self.table.get_eventual(&keys::user(org, user)).await
    }

    /// Saves a user.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_user(&self, org: OrgId, user: &User) -> Result<(), Error> {
        self.table.put(Item::new(&keys::user(org, user.id), user)?, Condition::Any).await
    }

    /// The API key with this public part.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn api_key(&self, id: &str) -> Result<Option<ApiKey>, Error> {
        self.table.get_eventual(&keys::api_key(id)).await
    }

    /// Saves an API key.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_api_key(&self, key: &ApiKey) -> Result<(), Error> {
        self.table.put(Item::new(&keys::api_key(&key.id), key)?, Condition::Any).await
    }
}
