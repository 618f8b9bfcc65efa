//! What an organisation decided for all of its users.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::people::consent::Preference;
use crate::people::record::{RecordType, RecordUrls};
use crate::team::audit::{AUDIT_DAYS, MAX_AUDIT_DAYS};
use crate::team::visibility::SentVisibility;
use crate::time::delivery_time::WorkingHours;

/// Where recipients' answers go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replies {
    /// To the author's own address. They are counted when a copy reaches us, by journalling or a rule of the mail server.
    #[default]
    Author,
    /// To an address at our inbound domain; each is counted, then passed on to the author.
    InboundDomain,
}

/// What becomes of a followed message when a recipient does not allow it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockedRecipients {
    /// Nobody's copy is followed.
    #[default]
    BlockMessage,
    /// The objecting recipient gets an untouched copy, the others are followed.
    CleanCopy,
}

/// How many days texts, files and what happened to a message are kept, unless the organisation says otherwise.
pub const RETENTION_DAYS: u32 = 730;
/// The longest that can be chosen, in days.
pub const MAX_RETENTION_DAYS: u32 = 3650;

/// How many sites may call the API from a browser.
const MAX_ORIGINS: usize = 20;
/// How many types of record an organisation may have of its own.
const MAX_TYPES: usize = 20;

/// The settings of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Tracking is available at all. Off: everything else stays usable, figures stay empty.
    pub tracking_enabled: bool,
    /// Since when it is available again: a hit from before is not recorded, even if it is looked at later.
    #[serde(with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub enabled_since: Option<Timestamp>,
    /// New messages are followed unless their author says otherwise.
    pub default_tracking: bool,
    /// Where answers to followed messages go.
    pub replies: Replies,
    /// What holds for recipients whom nobody asked: `Allow` or `Deny`.
    pub unknown_consent: Preference,
    /// What one objection does to the message.
    pub blocked_recipients: BlockedRecipients,
    /// When recipients are met at work, on their own clocks.
    pub working_hours: WorkingHours,
    /// How many days after a message left its text, its files, and what happened to it are kept: from 1 to
    /// [`MAX_RETENTION_DAYS`].
    pub retention_days: u32,
    /// The readers of sent mail.
    pub sent_visibility: SentVisibility,
    /// How many days a line of the audit log is kept: from 1 to [`MAX_AUDIT_DAYS`].
    pub audit_days: u32,
    /// Sites whose pages may call the API from a browser.
    pub cors_origins: Vec<String>,
    /// Types of record of the organisation's own.
    pub record_types: Vec<RecordType>,
    /// Where records are found in the CRM.
    pub record_urls: RecordUrls,
    /// Counts every change; the condition of the next one.
    pub version: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tracking_enabled: true,
            enabled_since: None,
            default_tracking: true,
            unknown_consent: Preference::Allow,
            blocked_recipients: BlockedRecipients::default(),
            working_hours: WorkingHours::default(),
            replies: Replies::default(),
            retention_days: RETENTION_DAYS,
            sent_visibility: SentVisibility::default(),
            audit_days: AUDIT_DAYS,
            cors_origins: Vec::new(),
            record_types: Vec::new(),
            record_urls: RecordUrls::default(),
            version: 0,
        }
    }
}

/// A change of the settings; what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// See [`Settings::tracking_enabled`].
    pub tracking_enabled: Option<bool>,
    /// See [`Settings::default_tracking`].
    pub default_tracking: Option<bool>,
    /// See [`Settings::replies`].
    pub replies: Option<Replies>,
    /// See [`Settings::unknown_consent`].
    pub unknown_consent: Option<Preference>,
    /// See [`Settings::blocked_recipients`].
    pub blocked_recipients: Option<BlockedRecipients>,
    /// See [`Settings::working_hours`].
    pub working_hours: Option<WorkingHours>,
    /// See [`Settings::retention_days`].
    pub retention_days: Option<u32>,
    /// See [`Settings::sent_visibility`].
    pub sent_visibility: Option<SentVisibility>,
    /// See [`Settings::audit_days`].
    pub audit_days: Option<u32>,
    /// See [`Settings::cors_origins`].
    pub cors_origins: Option<Vec<String>>,
    /// See [`Settings::record_types`].
    pub record_types: Option<Vec<RecordType>>,
    /// See [`Settings::record_urls`].
    pub record_urls: Option<RecordUrls>,
}

/// A setting that cannot have the value that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSetting {
    /// `unknown_consent` decides for those whom nobody asked, so it cannot be *unknown* itself.
    #[error("expected `allow` or `deny`")]
    UnknownConsent,
    /// See [`MAX_RETENTION_DAYS`].
    #[error("from 1 to 3650 days")]
    RetentionDays,
    /// See [`MAX_AUDIT_DAYS`].
    #[error("from 1 to 3650 days")]
    AuditDays,
    /// An origin has a scheme and a host, and nothing behind them (RFC 6454).
    #[error("at most 20 origins such as https://crm.example.com")]
    CorsOrigins,
    /// See [`Settings::record_types`].
    #[error("at most 20 types beside contact, lead, account and opportunity, each once")]
    RecordTypes,
    /// Answers can only come to an inbound domain that is there.
    #[error("this installation receives no mail")]
    NoInboundDomain,
}

impl Settings {
    /// These settings with a change. `receives_mail` says whether the installation has an inbound domain.
    ///
    /// # Errors
    /// [`InvalidSetting`] names the setting that cannot be so.
    pub fn changed(&self, change: SettingsChange, receives_mail: bool, now: Timestamp) -> Result<Self, InvalidSetting> {
        let tracking_enabled = change.tracking_enabled.unwrap_or(self.tracking_enabled);
        let switched_on = tracking_enabled && !self.tracking_enabled;
        let after = Self {
            tracking_enabled,
            enabled_since: if switched_on { Some(now) } else { self.enabled_since },
            default_tracking: change.default_tracking.unwrap_or(self.default_tracking),
            replies: change.replies.unwrap_or(self.replies),
            unknown_consent: change.unknown_consent.unwrap_or(self.unknown_consent),
            blocked_recipients: change.blocked_recipients.unwrap_or(self.blocked_recipients),
            working_hours: change.working_hours.unwrap_or_else(|| self.working_hours.clone()),
            retention_days: change.retention_days.unwrap_or(self.retention_days),
            sent_visibility: change.sent_visibility.unwrap_or(self.sent_visibility),
            audit_days: change.audit_days.unwrap_or(self.audit_days),
            cors_origins: change.cors_origins.unwrap_or_else(|| self.cors_origins.clone()),
            record_types: change.record_types.unwrap_or_else(|| self.record_types.clone()),
            record_urls: change.record_urls.unwrap_or_else(|| self.record_urls.clone()),
            version: self.version,
        };
        after.check(receives_mail)?;
        Ok(after)
    }

    fn check(&self, receives_mail: bool) -> Result<(), InvalidSetting> {
        if self.unknown_consent == Preference::Unknown {
            return Err(InvalidSetting::UnknownConsent);
        }
        if !(1..=MAX_RETENTION_DAYS).contains(&self.retention_days) {
            return Err(InvalidSetting::RetentionDays);
        }
        if !(1..=MAX_AUDIT_DAYS).contains(&self.audit_days) {
            return Err(InvalidSetting::AuditDays);
        }
        if self.cors_origins.len() > MAX_ORIGINS || !self.cors_origins.iter().all(|origin| is_origin(origin)) {
            return Err(InvalidSetting::CorsOrigins);
        }
        let own = |kind: &RecordType| matches!(kind, RecordType::Custom(_));
        let different: BTreeSet<&RecordType> = self.record_types.iter().filter(|kind| own(kind)).collect();
        if different.len() > MAX_TYPES || different.len() < self.record_types.len() {
            return Err(InvalidSetting::RecordTypes);
        }
        if self.replies == Replies::InboundDomain && !receives_mail {
            return Err(InvalidSetting::NoInboundDomain);
        }
        Ok(())
    }

    /// The preference that counts: the organisation decides for those whom nobody asked.
    pub fn effective(&self, preference: Preference) -> Preference {
        if preference == Preference::Unknown { self.unknown_consent } else { preference }
    }

    /// True when records of this type may be saved.
    pub fn knows(&self, kind: &RecordType) -> bool {
        !matches!(kind, RecordType::Custom(_)) || self.record_types.contains(kind)
    }

    /// How long a line of the audit log is kept.
    pub fn audit_retention(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.audit_days))
    }

    /// How long a message is kept after it left.
    pub fn retention(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.retention_days))
    }

    /// True when a hit at this instant may be recorded at all.
    pub fn records(&self, at: Timestamp) -> bool {
        self.tracking_enabled && self.enabled_since.is_none_or(|since| at >= since)
    }
}

/// True for an origin as browsers write it (RFC 6454 section 6.2): a scheme, a host in lower case, perhaps a port.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let may_stand = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b);
    !host.is_empty() && host.bytes().all(may_stand)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_change_keeps_the_rest_and_notes_when_tracking_began_again() {
        let off = SettingsChange { tracking_enabled: Some(false), ..SettingsChange::default() };
        let settings = Settings::default().changed(off, false, now()).unwrap();
        assert_eq!((settings.tracking_enabled, settings.enabled_since), (false, None));
        assert!(!settings.records(now()));

        let on = SettingsChange { tracking_enabled: Some(true), ..SettingsChange::default() };
        let settings = settings.changed(on.clone(), false, now()).unwrap();
        assert!(settings.records(now()) && !settings.records(now() - SignedDuration::from_millis(1)));

        let again = settings.changed(on, false, now() + SignedDuration::from_hours(1)).unwrap();
        assert_eq!(again.enabled_since, Some(now()), "it was on already");
        assert_eq!(again, settings);
    }

    #[test]
    fn a_setting_that_cannot_be_so_is_named() {
        let change = SettingsChange::default;
        let kind = |name: &&str| RecordType::try_from((*name).to_owned()).unwrap();
        let types = |names: &[&str]| {
            let record_types = Some(names.iter().map(kind).collect());
            SettingsChange { record_types, ..SettingsChange::default() }
        };
        let origins = |origin: &str| SettingsChange { cors_origins: Some(vec![origin.to_owned()]), ..change() };
        for (change, receives_mail, want) in [
            (
                SettingsChange { unknown_consent: Some(Preference::Unknown), ..change() },
                true,
                InvalidSetting::UnknownConsent,
            ),
            (SettingsChange { retention_days: Some(0), ..change() }, true, InvalidSetting::RetentionDays),
            (SettingsChange { retention_days: Some(3651), ..change() }, true, InvalidSetting::RetentionDays),
            (SettingsChange { audit_days: Some(0), ..change() }, true, InvalidSetting::AuditDays),
            (origins("https://crm.example.com/"), true, InvalidSetting::CorsOrigins),
            (origins("*"), true, InvalidSetting::CorsOrigins),
            (origins("null"), true, InvalidSetting::CorsOrigins),
            (types(&["contact"]), true, InvalidSetting::RecordTypes),
            (types(&["project", "project"]), true, InvalidSetting::RecordTypes),
            (
                SettingsChange { replies: Some(Replies::InboundDomain), ..change() },
                false,
                InvalidSetting::NoInboundDomain,
            ),
        ] {
            assert_eq!(Settings::default().changed(change, receives_mail, now()), Err(want));
        }
    }
}
