//! Organisations and their settings.

use domain::ground::id::OrgId;
use domain::team::organisation::Organisation;
use domain::team::settings::Settings;

use super::{Error, Next, Store, Write, keys};

impl Next<Settings> {
    /// The next version of an organisation's settings.
    ///
    /// # Errors
    /// When the settings cannot be serialized.
    pub fn settings(org: OrgId, before: &Settings, after: Settings) -> Result<Self, Error> {
        Self::version(&keys::settings(org), Some(before), after)
    }
}

impl Next<Organisation> {
    /// A new organisation.
    ///
    /// # Errors
    /// When the organisation cannot be serialized.
    pub fn new_organisation(organisation: Organisation) -> Result<Self, Error> {
        Self::version(&keys::org(organisation.id), None, organisation)
    }
}

impl Write {
    /// Counts a change for which the whole organisation matters: of two at once, one starts over.
    ///
    /// # Errors
    /// When the organisation cannot be serialized.
    pub fn touched_organisation(before: &Organisation) -> Result<Vec<Self>, Error> {
        Ok(Next::version(&keys::org(before.id), Some(before), before.clone())?.writes)
    }
}

impl Store {
    /// An organisation.
    pub async fn organisation(&self, id: OrgId) -> Result<Option<Organisation>, Error> {
        self.table.get(&keys::org(id)).await
    }

    /// The settings of an organisation; the defaults when it never changed them.
    pub async fn settings(&self, org: OrgId) -> Result<Settings, Error> {
        Ok(self.table.get(&keys::settings(org)).await?.unwrap_or_default())
    }
}
