//! The check of a message before it leaves.

use axum::extract::State;
use desk::FieldError;
use desk::messages::{CopyCheck, MessageCheck, OpensExpected, Warning};
use domain::ground::id::AttachmentId;
use domain::message::attachment::LeavesAs;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Shared;
use crate::delivery_time::DeliveryTimeView;
use crate::http::caller::Caller;
use crate::http::path::{At, MessagePath};
use crate::http::problem::{ApiError, ProblemCode, ReadRefusals};
use crate::http::schema::{LeavesAsWord, OpensExpectedWord, WarningWord};

/// The check of a message before it leaves.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageCheck)]
pub(crate) struct CheckView {
    /// *Send* would take it now.
    ready: bool,
    /// The obstacles that keep it from leaving. *Send* refuses with the same.
    problems: Vec<ObstacleView>,
    /// Warnings for its author. It leaves all the same.
    warnings: Vec<WarningView>,
    /// How each copy would leave, in the order of recipients.
    copies: Vec<CopyCheckView>,
    delivery_time: DeliveryTimeView,
}

/// Something that keeps a message from leaving.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Obstacle)]
pub(crate) struct ObstacleView {
    #[schema(value_type = ProblemCode)]
    code: &'static str,
    /// In words.
    detail: String,
    /// The field of the message: a JSON pointer (RFC 6901), empty for the message as a whole.
    pointer: String,
}

/// Something that the author of a message should know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub(crate) struct WarningView {
    #[schema(value_type = WarningWord)]
    code: &'static str,
    /// In words.
    detail: String,
    /// The field of the message: a JSON pointer (RFC 6901), empty for the message as a whole.
    pointer: String,
}

/// How a copy would leave.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CopyCheck)]
pub(crate) struct CopyCheckView {
    #[schema(format = Email)]
    recipient: String,
    /// It leaves with the means to track it.
    tracked: bool,
    /// The size of the mail: not less than it will have.
    bytes: usize,
    files: Vec<FileLeavesView>,
    /// Whether an open will be seen.
    #[schema(value_type = OpensExpectedWord)]
    opens_expected: &'static str,
    /// Why, in words.
    why: &'static str,
}

/// How a file would leave in a copy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileLeaves)]
pub(crate) struct FileLeavesView {
    id: String,
    #[schema(value_type = LeavesAsWord)]
    leaves_as: LeavesAs,
}

impl From<MessageCheck> for CheckView {
    fn from(check: MessageCheck) -> Self {
        let MessageCheck { problems, warnings, copies, delivery_time } = check;
        Self {
            ready: problems.is_empty(),
            problems: problems.into_iter().map(Into::into).collect(),
            warnings: warnings.into_iter().map(Into::into).collect(),
            copies: copies.into_iter().map(Into::into).collect(),
            delivery_time: delivery_time.map_or_else(Into::into, Into::into),
        }
    }
}

impl From<FieldError> for ObstacleView {
    fn from(error: FieldError) -> Self {
        let FieldError { field, code, detail } = error;
        Self { code: code.as_str(), detail, pointer: field }
    }
}

impl From<Warning> for WarningView {
    fn from(warning: Warning) -> Self {
        let Warning { code, detail, field } = warning;
        Self { code: code.as_str(), detail, pointer: field }
    }
}

impl From<CopyCheck> for CopyCheckView {
    fn from(copy: CopyCheck) -> Self {
        let CopyCheck { recipient, tracked, bytes, files, opens, why } = copy;
        let file = |(id, leaves_as): (AttachmentId, LeavesAs)| FileLeavesView { id: id.to_string(), leaves_as };
        let opens_expected = match opens {
            OpensExpected::Likely => "likely",
            OpensExpected::Unreliable => "unreliable",
            OpensExpected::Unlikely => "unlikely",
        };
        let recipient = recipient.mailbox.email.into();
        Self { recipient, tracked, bytes, files: files.into_iter().map(file).collect(), opens_expected, why }
    }
}

/// Looks at a message as *send* would, and changes nothing.
#[utoipa::path(
    post,
    path = "/v1/messages/{id}/check",
    operation_id = "messages_check",
    tag = "messages",
    params(MessagePath),
    responses((status = 200, description = "The obstacles, the warnings, and how each copy would leave", body = CheckView), ReadRefusals)
)]
pub(crate) async fn post(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
) -> Result<axum::Json<CheckView>, ApiError> {
    Ok(axum::Json(app.desk.check_message(&actor, path.id).await?.into()))
}
