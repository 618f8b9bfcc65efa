//! Follow and don't follow, with what each recipient allows.

use aws::store::StoredMessage;
use axum::extract::{Path, State};
use domain::message::{Message, MessageState, Recipient, RecipientRole, TrackingState};
use domain::people::consent::{Preference, Standing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::compose::RecordView;
use crate::input::Json;
use crate::problem::{ApiError, Problem};
use crate::{App, Shared, standing};

/// Whether a message is followed, and what its recipients allow.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrackingDetails {
    /// `on`, `off` or `blocked`.
    #[schema(value_type = String)]
    state: TrackingState,
    /// What the author asked for.
    requested: bool,
    recipients: Vec<PreferenceView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreferenceView {
    email: String,
    name: Option<String>,
    /// `to`, `cc` or `bcc`.
    #[schema(value_type = String)]
    role: RecipientRole,
    record: Option<RecordView>,
    /// `allow`, `deny` or `unknown`.
    #[schema(value_type = String)]
    preference: Preference,
}

/// Follow, or don't follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrackingInput {
    requested: bool,
}

/// Whether a message is followed.
#[utoipa::path(get, path = "/v1/messages/{id}/tracking", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = TrackingDetails), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<TrackingDetails>, ApiError> {
    let stored = super::stored(&app, &caller, &id).await?;
    details(&app, &stored).await
}

/// Follows a draft, or stops following it. Asked again, what its recipients allow by now is looked up again.
#[utoipa::path(put, path = "/v1/messages/{id}/tracking", tag = "messages", params(("id" = String, Path)), request_body = TrackingInput,
    responses((status = 200, body = TrackingDetails), (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Json(input): Json<TrackingInput>,
) -> Result<axum::Json<TrackingDetails>, ApiError> {
    let before = super::stored(&app, &caller, &id).await?.message;
    if before.state != MessageState::Draft {
        return Err(ApiError::not_editable());
    }
    let after = Message { tracking_requested: input.requested, version: before.version + 1, ..before.clone() };
    app.store.update_message(&before, &after).await?;
    details(&app, &StoredMessage { message: after, copies: Vec::new() }).await
}

async fn details(app: &App, stored: &StoredMessage) -> Result<axum::Json<TrackingDetails>, ApiError> {
    let StoredMessage { message, copies } = stored;
    let settings = app.store.settings(message.org).await?;
    let standings = standing::of(app, message.org, &message.recipients).await?;
    let decision = message.tracking(copies, &settings, &standings);
    let preference = |(recipient, standing): (&Recipient, &Standing)| PreferenceView {
        email: recipient.mailbox.email.as_str().to_owned(),
        name: recipient.mailbox.name.clone(),
        role: recipient.role,
        record: standing.record.as_ref().map(Into::into),
        preference: standing.preference,
    };
    Ok(axum::Json(TrackingDetails {
        state: decision.state,
        requested: message.tracking_requested,
        recipients: message.recipients.iter().zip(&standings).map(preference).collect(),
    }))
}
