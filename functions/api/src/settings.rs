//! The settings of an organisation.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::people::consent::Preference;
use domain::people::record::{InvalidRecordUrl, RecordType, RecordUrls};
use domain::team::settings::{BlockedRecipients, Replies, Settings, SettingsChange};
use domain::team::visibility::SentVisibility;
use domain::time::delivery_time::WorkingHours;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::problem::{ApiError, HttpCode, ReadRefusals, WriteRefusals};
use crate::http::schema::{
    BlockedRecipientsWord, EffectiveWord, RecordTypeWord, RepliesWord, SentVisibilityWord, WeekdayWord,
};

/// The settings of an organisation.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Settings)]
pub(crate) struct SettingsView {
    /// Tracking is available at all. Off: everything else stays usable, figures stay empty.
    tracking_enabled: bool,
    /// New messages are tracked unless their author says otherwise.
    default_tracking: bool,
    /// Where answers to tracked messages go: `author`, to the author's own address, or `inbound_domain`, to an address of
    /// ours, from which they are passed on.
    #[schema(value_type = RepliesWord)]
    replies: Replies,
    /// The rule for recipients whom nobody asked.
    #[schema(value_type = EffectiveWord)]
    unknown_consent: Preference,
    /// What one recipient who does not allow it does to a tracked message: `block_message` (nobody's copy is tracked)
    /// or `clean_copy` (only theirs is not).
    #[schema(value_type = BlockedRecipientsWord)]
    blocked_recipients: BlockedRecipients,
    /// When recipients are met at work, on their own clocks.
    #[schema(value_type = WorkingHoursView)]
    working_hours: WorkingHours,
    /// How many days after a message left its text, files and events are kept. Figures stay.
    #[schema(minimum = 1, maximum = 3650)]
    retention_days: u32,
    /// The readers of sent mail: everybody in the organisation, or its owner and managers.
    #[schema(value_type = SentVisibilityWord)]
    sent_visibility: SentVisibility,
    /// How many days a line of the audit log is kept, counted from when it is written.
    #[schema(minimum = 1, maximum = 3650)]
    audit_days: u32,
    /// Sites whose pages may call the API from a browser, such as `https://crm.example.com`.
    #[schema(max_items = 20)]
    cors_origins: Vec<String>,
    /// Types of record of the organisation's own, beside contact, lead, account and opportunity.
    #[schema(value_type = Vec<RecordTypeWord>, max_items = 20)]
    record_types: Vec<RecordType>,
    /// Where records are found in the CRM, by type: an address with places for `{id}`, and perhaps `{type}`.
    record_urls: BTreeMap<String, String>,
}

/// The days and times at which people are at work.
#[derive(Debug, ToSchema)]
#[schema(as = WorkingHours)]
#[expect(dead_code, reason = "the shape of `WorkingHours` for the document")]
pub(crate) struct WorkingHoursView {
    #[schema(example = "08:00")]
    start: String,
    /// The end does not belong to them.
    #[schema(example = "17:00")]
    end: String,
    #[schema(value_type = Vec<WeekdayWord>)]
    days: Vec<String>,
}

/// A change of the settings. What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SettingsInput)]
pub(crate) struct SettingsBody {
    tracking_enabled: Option<bool>,
    default_tracking: Option<bool>,
    #[schema(value_type = Option<RepliesWord>)]
    replies: Option<Replies>,
    #[schema(value_type = Option<EffectiveWord>)]
    unknown_consent: Option<Preference>,
    #[schema(value_type = Option<BlockedRecipientsWord>)]
    blocked_recipients: Option<BlockedRecipients>,
    #[schema(value_type = Option<WorkingHoursView>)]
    working_hours: Option<WorkingHours>,
    #[schema(minimum = 1, maximum = 3650)]
    retention_days: Option<u32>,
    #[schema(value_type = Option<SentVisibilityWord>)]
    sent_visibility: Option<SentVisibility>,
    #[schema(minimum = 1, maximum = 3650)]
    audit_days: Option<u32>,
    #[schema(max_items = 20)]
    cors_origins: Option<Vec<String>>,
    #[schema(value_type = Option<Vec<RecordTypeWord>>, max_items = 20)]
    record_types: Option<Vec<RecordType>>,
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    record_urls: Option<BTreeMap<RecordType, String>>,
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
            sent_visibility: settings.sent_visibility,
            audit_days: settings.audit_days,
            cors_origins: settings.cors_origins,
            record_types: settings.record_types,
            record_urls: settings
                .record_urls
                .iter()
                .map(|(kind, url)| (kind.as_str().to_owned(), url.to_owned()))
                .collect(),
        }
    }
}

impl TryFrom<SettingsBody> for SettingsChange {
    type Error = ApiError;

    fn try_from(body: SettingsBody) -> Result<Self, ApiError> {
        let record_urls = body.record_urls.map(RecordUrls::read).transpose();
        let invalid =
            |error: InvalidRecordUrl| ApiError::pointer("/record_urls", HttpCode::InvalidValue, &error.to_string());
        Ok(Self {
            tracking_enabled: body.tracking_enabled,
            default_tracking: body.default_tracking,
            replies: body.replies,
            unknown_consent: body.unknown_consent,
            blocked_recipients: body.blocked_recipients,
            working_hours: body.working_hours,
            retention_days: body.retention_days,
            sent_visibility: body.sent_visibility,
            audit_days: body.audit_days,
            cors_origins: body.cors_origins,
            record_types: body.record_types,
            record_urls: record_urls.map_err(invalid)?,
        })
    }
}

/// The settings of the caller's organisation.
#[utoipa::path(
    get,
    path = "/v1/settings",
    operation_id = "settings_get",
    tag = "settings",
    responses((status = 200, description = "The settings", body = SettingsView), ReadRefusals)
)]
pub(crate) async fn get(State(app): Shared, Caller(actor): Caller) -> Result<axum::Json<SettingsView>, ApiError> {
    Ok(axum::Json(app.desk.settings(&actor).await?.into()))
}

/// Changes the settings; what is left out stays as it is.
#[utoipa::path(
    patch,
    path = "/v1/settings",
    operation_id = "settings_update",
    tag = "settings",
    request_body = SettingsBody,
    responses((status = 200, description = "The settings as they are now", body = SettingsView), WriteRefusals)
)]
pub(crate) async fn patch(
    State(app): Shared,
    Caller(actor): Caller,
    Json(input): Json<SettingsBody>,
) -> Result<axum::Json<SettingsView>, ApiError> {
    Ok(axum::Json(app.desk.change_settings(&actor, input.try_into()?).await?.into()))
}

/// Changes the settings, as PATCH does. Earlier clients use it.
#[utoipa::path(
    put,
    path = "/v1/settings",
    operation_id = "settings_put",
    tag = "settings",
    request_body = SettingsBody,
    responses((status = 200, description = "The settings as they are now", body = SettingsView), WriteRefusals)
)]
pub(crate) async fn put(
    app: Shared,
    caller: Caller,
    input: Json<SettingsBody>,
) -> Result<axum::Json<SettingsView>, ApiError> {
    patch(app, caller, input).await
}
