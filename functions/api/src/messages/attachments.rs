//! Files of a message. The client puts the bytes straight to storage.

use std::collections::BTreeMap;

use aws::blobs::Presigned;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Patch;
use desk::messages::{FileAnnouncement, FileChange, FileDetails};
use domain::message::attachment::{Attachment, LeavesAs};
use domain::time::schedule::When;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::http::body::Json;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::page::Page;
use crate::http::path::{At, AttachmentPath, MessagePath};
use crate::http::problem::{ActRefusals, ApiError, ReadRefusals, WriteRefusals};
use crate::http::schema::{Instant, LeavesAsWord, UploadStatusWord, WhenInput, patch as patched};

/// A file that will be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttachmentInput)]
pub(crate) struct AttachmentBody {
    /// A plain file name, up to 200 octets.
    #[schema(example = "offer.pdf")]
    filename: String,
    /// `type/subtype`, with parameters if there are any, such as `text/calendar; method=REQUEST`.
    #[schema(example = "application/pdf")]
    content_type: String,
    /// In bytes, 1 to 25 MiB. Exactly this many are let in.
    #[schema(minimum = 1, maximum = 26_214_400)]
    size: u64,
    /// Link and count it (true), which needs a tracked message, or attach it as it is. When left out, true on a message that
    /// is tracked.
    tracked: Option<bool>,
}

/// A change of a file. `tracked` can change until the message is sent, the others at any time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttachmentChange)]
pub(crate) struct AttachmentPatch {
    /// Link and count it, or attach it as it is.
    tracked: Option<bool>,
    /// Ends downloads, or allows them again.
    revoked: Option<bool>,
    /// Downloads end at this instant; null for never.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<WhenInput>)]
    expires_at: Patch<When>,
}

/// A file of a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub(crate) struct AttachmentView {
    id: String,
    filename: String,
    content_type: String,
    /// In bytes.
    size: u64,
    tracked: bool,
    /// How it leaves, or left, in the copies that are tracked as the message is: a file that does not fit into the mail leaves
    /// as a link, which records nothing when the file or the recipient is not tracked.
    #[schema(value_type = LeavesAsWord)]
    leaves_as: LeavesAs,
    #[schema(value_type = UploadStatusWord)]
    status: &'static str,
    /// Downloads were ended.
    revoked: bool,
    /// Downloads end at this instant.
    expires_at: Option<Instant>,
    /// The request that uploads the bytes, while they are awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadView>,
}

/// A request that the client makes itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Upload)]
pub(crate) struct UploadView {
    /// `PUT`.
    method: &'static str,
    #[schema(format = "uri")]
    url: String,
    /// Headers to send.
    headers: BTreeMap<String, String>,
    /// The request is valid until then.
    expires_at: Instant,
}

impl From<(Presigned, Timestamp)> for UploadView {
    fn from((request, until): (Presigned, Timestamp)) -> Self {
        let Presigned { url, headers } = request;
        Self { method: "PUT", url, headers: headers.into_iter().collect(), expires_at: until.into() }
    }
}

impl AttachmentView {
    /// A file that leaves in this way.
    pub(crate) fn of(file: &Attachment, leaves_as: LeavesAs) -> Self {
        Self {
            id: file.id.to_string(),
            filename: file.filename.clone(),
            content_type: file.content_type.clone(),
            size: file.size,
            tracked: file.tracked,
            leaves_as,
            status: if file.is_ready() { "ready" } else { "pending" },
            revoked: file.revoked,
            expires_at: file.expires_at.map(Instant),
            upload: None,
        }
    }
}

impl From<FileDetails> for AttachmentView {
    fn from(details: FileDetails) -> Self {
        let FileDetails { file, leaves_as, upload } = details;
        Self { upload: upload.map(Into::into), ..Self::of(&file, leaves_as) }
    }
}

/// The files of a message.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/attachments",
    operation_id = "attachments_list",
    tag = "attachments",
    params(MessagePath),
    responses((status = 200, description = "All files of the message", body = Page<AttachmentView>), ReadRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
) -> Result<axum::Json<Page<AttachmentView>>, ApiError> {
    let files = app.desk.list_files(&actor, path.id).await?;
    Ok(axum::Json(Page::only(files.into_iter().map(Into::into).collect())))
}

/// Announces a file and says how to upload it.
#[utoipa::path(
    post,
    path = "/v1/messages/{id}/attachments",
    operation_id = "attachments_create",
    tag = "attachments",
    params(MessagePath, IdempotencyKey),
    request_body = AttachmentBody,
    responses((status = 201, description = "The file, and the request that uploads it", body = AttachmentView), WriteRefusals)
)]
pub(crate) async fn create(
    State(app): Shared,
    At(path): At<MessagePath>,
    post: Post<AttachmentBody>,
) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let AttachmentBody { filename, content_type, size, tracked } = input;
    let announcement = FileAnnouncement { filename, content_type, size, tracked };
    let prepared = app.desk.announce_file(&actor, path.id, announcement).await?;
    let (details, change) = prepared.take();
    let location = format!("/v1/messages/{}/attachments/{}", path.id, details.file.id);
    once.created(&app, change, &AttachmentView::from(details), location).await
}

/// A file, and how to upload it while its bytes are awaited.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/attachments/{attachment}",
    operation_id = "attachments_get",
    tag = "attachments",
    params(AttachmentPath),
    responses((status = 200, description = "The file", body = AttachmentView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<AttachmentPath>,
) -> Result<axum::Json<AttachmentView>, ApiError> {
    Ok(axum::Json(app.desk.file(&actor, path.id, &path.attachment).await?.into()))
}

/// Changes a file.
#[utoipa::path(
    patch,
    path = "/v1/messages/{id}/attachments/{attachment}",
    operation_id = "attachments_update",
    tag = "attachments",
    params(AttachmentPath),
    request_body = AttachmentPatch,
    responses((status = 200, description = "The file as it is now", body = AttachmentView), WriteRefusals)
)]
pub(crate) async fn patch(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<AttachmentPath>,
    Json(change): Json<AttachmentPatch>,
) -> Result<axum::Json<AttachmentView>, ApiError> {
    let AttachmentPatch { tracked, revoked, expires_at } = change;
    let expires_at = expires_at.try_map(|at| actor.instant(&at, "/expires_at"))?;
    let change = FileChange { tracked, revoked, expires_at };
    Ok(axum::Json(app.desk.change_file(&actor, path.id, &path.attachment, change).await?.into()))
}

/// Removes a file from a draft.
#[utoipa::path(
    delete,
    path = "/v1/messages/{id}/attachments/{attachment}",
    operation_id = "attachments_delete",
    tag = "attachments",
    params(AttachmentPath),
    responses((status = 204, description = "The file is removed"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<AttachmentPath>,
) -> Result<StatusCode, ApiError> {
    app.desk.remove_file(&actor, path.id, &path.attachment).await?;
    Ok(StatusCode::NO_CONTENT)
}
