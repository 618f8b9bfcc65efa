//! Paths: each kind of thing is named in one way. An id that cannot be read is as little there as one that is unknown.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::ground::id::{ActivityId, CardId, EventId, ImageId, MessageId, TemplateId, UserId};
use domain::people::record::{RecordId, RecordRef, RecordType};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use super::problem::ApiError;
use super::schema::RecordTypeWord;

/// The thing that a path names.
pub(crate) struct At<P>(pub(crate) P);

impl<P: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Self(path)),
            Err(_) => Err(ApiError::not_found()),
        }
    }
}

/// A message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct MessagePath {
    /// The message's id.
    #[param(value_type = String, example = "msg_0190f3a2b4c87d1e9f00112233445566")]
    pub(crate) id: MessageId,
}

/// A recipient's copy of a message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CopyPath {
    /// The message's id.
    #[param(value_type = String)]
    pub(crate) id: MessageId,
    /// The position in `copies`, from 0.
    pub(crate) n: u16,
}

/// A mail that came back to a message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ReplyPath {
    /// The message's id.
    #[param(value_type = String)]
    pub(crate) id: MessageId,
    /// The id of the event in the message's timeline.
    #[param(value_type = String)]
    pub(crate) event: EventId,
}

/// A file of a message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct AttachmentPath {
    /// The message's id.
    #[param(value_type = String)]
    pub(crate) id: MessageId,
    /// The file's id.
    pub(crate) attachment: String,
}

/// A card.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct CardPath {
    /// The card's id.
    #[param(value_type = String)]
    pub(crate) id: CardId,
}

/// A phone call, a task or an appointment.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ActivityPath {
    /// The activity's id.
    #[param(value_type = String, example = "act_0190f3a2b4c87d1e9f00112233445566")]
    pub(crate) id: ActivityId,
}

/// A template.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct TemplatePath {
    /// The template's id.
    #[param(value_type = String)]
    pub(crate) id: TemplateId,
}

/// A hosted image.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ImagePath {
    /// The image's id.
    #[param(value_type = String)]
    pub(crate) id: ImageId,
}

/// A suppressed address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SuppressionPath {
    /// The address.
    #[param(format = Email)]
    pub(crate) email: String,
}

/// A user.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct UserPath {
    /// The user's id.
    #[param(value_type = String, example = "usr_0190f3a2b4c87d1e9f00112233445566")]
    pub(crate) id: UserId,
}

/// A key.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct KeyPath {
    /// The key's id.
    #[param(example = "key_0190f3a2b4c87d1e9f00112233445566")]
    pub(crate) id: String,
}

/// A record of the CRM.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct RecordPath {
    /// The type of the record.
    #[serde(rename = "type")]
    #[param(rename = "type", value_type = RecordTypeWord)]
    kind: RecordType,
    /// The CRM's own id: 1 to 128 of `A-Za-z0-9._-`.
    #[param(value_type = String, min_length = 1, max_length = 128, example = "c-1")]
    id: RecordId,
}

impl RecordPath {
    /// The reference to the record.
    pub(crate) fn reference(self) -> RecordRef {
        RecordRef { kind: self.kind, id: self.id }
    }
}
