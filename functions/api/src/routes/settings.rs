//! What the organisation decided for all of its users.

use axum::extract::State;
use domain::people::consent::Preference;
use domain::team::settings::{BlockedRecipients, MAX_RETENTION_DAYS, Replies, Settings};
use domain::time::delivery_time::WorkingHours;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::caller::Caller;
use crate::input::Json;
use crate::problem::{ApiError, Problem};

/// The settings of an organisation. In a change, what is left out stays as it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettingsView {
    /// Tracking is available at all. Off: everything else stays usable, figures stay empty.
    tracking_enabled: bool,
    /// New messages are followed unless their author says otherwise.
    default_tracking: bool,
    /// Where answers to followed messages go: `author`, to the author's own address, or `inbound_domain`, to an address of
    /// ours, from which they are passed on.
    #[schema(value_type = String)]
    replies: Replies,
    /// Recipients whom nobody asked: `allow` or `deny`.
    #[schema(value_type = String)]
    unknown_consent: Preference,
    /// What one recipient who does not allow it does to a followed message: `block_message` (nobody's copy is followed)
    /// or `clean_copy` (only theirs is not).
    #[schema(value_type = String)]
    blocked_recipients: BlockedRecipients,
    /// When recipients are met at work, on their own clocks.
    #[schema(value_type = WorkingHoursView)]
    working_hours: WorkingHours,
    /// How many days after a message left its text, files and events are kept, from 1 to 3650. Figures stay.
    retention_days: u32,
}

/// The days and times at which people are at work.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "the shape of `WorkingHours` for the document")]
pub(crate) struct WorkingHoursView {
    /// `08:00`.
    start: String,
    /// `17:00`; the end does not belong to them.
    end: String,
    /// Of `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.
    days: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsInput {
    tracking_enabled: Option<bool>,
    default_tracking: Option<bool>,
    #[schema(value_type = Option<String>)]
    replies: Option<Replies>,
    #[schema(value_type = Option<String>)]
    unknown_consent: Option<Preference>,
    #[schema(value_type = Option<String>)]
    blocked_recipients: Option<BlockedRecipients>,
    #[schema(value_type = Option<WorkingHoursView>)]
    working_hours: Option<WorkingHours>,
    retention_days: Option<u32>,
}

impl From<Settings> for SettingsView {
    fn from(settings: Settings) -> Self {
        Self {
            replies: settings.replies,
            tracking_enabled: settings.tracking_enabled,
            default_tracking: settings.default_tracking,
            unknown_consent: settings.unknown_consent,
            blocked_recipients: settings.blocked_recipients,
            working_hours: settings.working_hours,
            retention_days: settings.retention_days,
        }
    }
}

/// The settings of the caller's organisation.
#[utoipa::path(get, path = "/v1/settings", tag = "settings",
    responses((status = 200, body = SettingsView), (status = 401, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(State(app): Shared, caller: Caller) -> Result<axum::Json<SettingsView>, ApiError> {
    Ok(axum::Json(app.store.settings(caller.org).await?.into()))
}

/// Changes the settings.
#[utoipa::path(put, path = "/v1/settings", tag = "settings", request_body = SettingsInput,
    responses((status = 200, body = SettingsView), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Json(input): Json<SettingsInput>,
) -> Result<axum::Json<SettingsView>, ApiError> {
    if input.unknown_consent == Some(Preference::Unknown) {
        return Err(ApiError::field("/unknown_consent", "invalid_value", "expected `allow` or `deny`"));
    }
    let before = app.store.settings(caller.org).await?;
    let tracking_enabled = input.tracking_enabled.unwrap_or(before.tracking_enabled);
    let switched_on = tracking_enabled && !before.tracking_enabled;
    let after = Settings {
        tracking_enabled,
        enabled_since: if switched_on { Some(app.clock.now()) } else { before.enabled_since },
        default_tracking: input.default_tracking.unwrap_or(before.default_tracking),
        replies: input.replies.unwrap_or(before.replies),
        unknown_consent: input.unknown_consent.unwrap_or(before.unknown_consent),
        blocked_recipients: input.blocked_recipients.unwrap_or(before.blocked_recipients),
        working_hours: input.working_hours.unwrap_or(before.working_hours),
        retention_days: input.retention_days.unwrap_or(before.retention_days),
    };
    if !(1..=MAX_RETENTION_DAYS).contains(&after.retention_days) {
        return Err(ApiError::field("/retention_days", "invalid_value", "from 1 to 3650 days"));
    }
    if after.replies == Replies::InboundDomain && app.inbound_domain.is_none() {
        return Err(ApiError::field("/replies", "no_inbound_domain", "this installation receives no mail"));
    }
    app.store.put_settings(caller.org, &after).await?;
    Ok(axum::Json(after.into()))
}
