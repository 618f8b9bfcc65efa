//! Organisations, their settings, users and API keys.

use domain::ground::id::{OrgId, UserId};
use domain::team::api_key::ApiKey;
use domain::team::settings::Settings;
use domain::team::user::User;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item};
use super::{Error, Next, Store, keys};

#[derive(Serialize, Deserialize)]
struct Organisation {
    id: OrgId,
    name: String,
}

impl Next<Settings> {
    /// The next version of an organisation's settings.
    ///
    /// # Errors
    /// When the settings cannot be serialized.
    pub fn settings(org: OrgId, before: &Settings, after: Settings) -> Result<Self, Error> {
        Self::version(&keys::settings(org), Some(before), after)
    }
}

impl Store {
    /// Saves an organisation.
    pub async fn put_organisation(&self, id: OrgId, name: &str) -> Result<(), Error> {
        let item = Item::new(&keys::org(id), &Organisation { id, name: name.to_owned() })?;
        self.table.put(item, Condition::Any).await
    }

    /// True when the organisation is there.
    pub async fn has_organisation(&self, id: OrgId) -> Result<bool, Error> {
        Ok(self.table.get::<Organisation>(&keys::org(id)).await?.is_some())
    }

    /// The settings of an organisation; the defaults when it never changed them.
    pub async fn settings(&self, org: OrgId) -> Result<Settings, Error> {
        Ok(self.table.get(&keys::settings(org)).await?.unwrap_or_default())
    }

    /// A user of the organisation.
    pub async fn user(&self, org: OrgId, user: UserId) -> Result<Option<User>, Error> {
        self.table.get_eventual(&keys::user(org, user)).await
    }

    /// Saves a user.
    pub async fn put_user(&self, org: OrgId, user: &User) -> Result<(), Error> {
        self.table.put(Item::new(&keys::user(org, user.id), user)?, Condition::Any).await
    }

    /// The API key with this public part.
    pub async fn api_key(&self, id: &str) -> Result<Option<ApiKey>, Error> {
        self.table.get_eventual(&keys::api_key(id)).await
    }

    /// Saves an API key.
    pub async fn put_api_key(&self, key: &ApiKey) -> Result<(), Error> {
        self.table.put(Item::new(&keys::api_key(&key.id), key)?, Condition::Any).await
    }
}
