//! The settings of an organisation.

use aws::store::Next;
use domain::team::audit::AuditAction;
use domain::team::settings::{InvalidSetting, Settings, SettingsChange};

use crate::{Actor, Code, Desk, Prepared, Refused, TRIES};

impl Desk {
    /// The settings of the actor's organisation.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn settings(&self, actor: &Actor) -> Result<Settings, Refused> {
        Ok(self.store.settings(actor.org).await?)
    }

    /// Changes the settings.
    ///
    /// # Errors
    /// The setting that cannot be so.
    pub async fn change_settings(&self, actor: &Actor, change: SettingsChange) -> Result<Settings, Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let before = self.store.settings(actor.org).await?;
            let after = before.changed(change.clone(), self.inbound_domain.is_some(), actor.now)?;
            let line = self.audit_line(actor, &after, AuditAction::SettingsChanged, "settings")?;
            let next = Next::settings(actor.org, &before, after)?;
            match self.commit(Prepared::of(actor, next).with([line]), None).await {
                Err(aws::store::Error::Conflict) if tries < TRIES => {}
                written => return Ok(written?),
            }
        }
    }
}

impl From<InvalidSetting> for Refused {
    fn from(invalid: InvalidSetting) -> Self {
        let (field, code) = match invalid {
            InvalidSetting::UnknownConsent => ("/unknown_consent", Code::InvalidValue),
            InvalidSetting::RetentionDays => ("/retention_days", Code::InvalidValue),
            InvalidSetting::AuditDays => ("/audit_days", Code::InvalidValue),
            InvalidSetting::CorsOrigins => ("/cors_origins", Code::InvalidValue),
            InvalidSetting::RecordTypes => ("/record_types", Code::InvalidValue),
            InvalidSetting::NoInboundDomain => ("/replies", Code::NoInboundDomain),
        };
        Self::field(field, code, invalid)
    }
}
