//! Track and don't track, with the preference of each recipient.

use axum::extract::State;
use desk::messages::{MessagePreferences, RecipientPreference};
use domain::message::tracking::UntrackedReason;
use domain::message::{RecipientRole, TrackingState};
use domain::people::consent::Preference;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::{DeciderView, RecordView};
use crate::Shared;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::path::{At, MessagePath};
use crate::http::problem::{ApiError, ReadRefusals, WriteRefusals};
use crate::http::schema::{EffectiveWord, PreferenceWord, RecipientRoleWord, TrackingStateWord, UntrackedReasonWord};

/// Whether a message is tracked, and what its recipients allow now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TrackingPreferences)]
pub(crate) struct TrackingPreferencesView {
    #[schema(value_type = TrackingStateWord)]
    state: TrackingState,
    /// What the author asked for.
    requested: bool,
    /// Why it is not tracked; null when it is.
    #[schema(value_type = Option<UntrackedReasonWord>)]
    reason: Option<UntrackedReason>,
    recipients: Vec<PreferenceView>,
}

/// What a recipient allows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecipientPreference)]
pub(crate) struct PreferenceView {
    #[schema(format = Email)]
    email: String,
    name: Option<String>,
    #[schema(value_type = RecipientRoleWord)]
    role: RecipientRole,
    record: Option<RecordView>,
    /// The preference that stands on the record.
    #[schema(value_type = PreferenceWord)]
    preference: Preference,
    /// The preference that counts, with the account's objection and the rule of the organisation.
    #[schema(value_type = EffectiveWord)]
    effective: Preference,
    /// The record whose preference decides, which may be an account; null when nobody was asked.
    decided_by: Option<DeciderView>,
}

/// Track, or don't track.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TrackingInput)]
pub(crate) struct TrackingBody {
    requested: bool,
}

impl From<RecipientPreference> for PreferenceView {
    fn from(preference: RecipientPreference) -> Self {
        let RecipientPreference { recipient, standing, allowed } = preference;
        Self {
            email: recipient.mailbox.email.into(),
            name: recipient.mailbox.name,
            role: recipient.role,
            record: standing.record.as_ref().map(Into::into),
            preference: standing.own,
            effective: if allowed { Preference::Allow } else { Preference::Deny },
            decided_by: standing.decided_by.map(Into::into),
        }
    }
}

impl From<MessagePreferences> for TrackingPreferencesView {
    fn from(preferences: MessagePreferences) -> Self {
        let MessagePreferences { decision, requested, recipients } = preferences;
        let recipients = recipients.into_iter().map(Into::into).collect();
        Self { state: decision.state, requested, reason: decision.reason, recipients }
    }
}

/// Whether a message is tracked, and what its recipients allow now.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/tracking",
    operation_id = "tracking_get",
    tag = "messages",
    params(MessagePath),
    responses((status = 200, description = "The decision and the preferences", body = TrackingPreferencesView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
) -> Result<axum::Json<TrackingPreferencesView>, ApiError> {
    let stored = app.desk.message(&actor, path.id).await?;
    Ok(axum::Json(app.desk.preferences(&stored).await?.into()))
}

/// Tracks a draft, or stops tracking it. Asked again, the preferences of its recipients are looked up again.
#[utoipa::path(
    put,
    path = "/v1/messages/{id}/tracking",
    operation_id = "tracking_put",
    tag = "messages",
    params(MessagePath),
    request_body = TrackingBody,
    responses((status = 200, description = "The decision and the preferences", body = TrackingPreferencesView), WriteRefusals)
)]
pub(crate) async fn put(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
    Json(input): Json<TrackingBody>,
) -> Result<axum::Json<TrackingPreferencesView>, ApiError> {
    let prepared = app.desk.request_tracking(&actor, path.id, input.requested).await?;
    let stored = app.desk.commit(prepared, None).await?;
    Ok(axum::Json(app.desk.preferences(&stored).await?.into()))
}
