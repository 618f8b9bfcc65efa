//! Files of a message. The bytes go straight to storage; here is only what is said about them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ground::id::{AttachmentId, MessageId};
use domain::ground::name;
use domain::message::attachment::{Attachment, MAX_COUNT, MAX_SIZE, UPLOAD_TIME, Upload, is_content_type};
use domain::message::{Message, MessageState};
use domain::time::instant;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::App;
use crate::Shared;
use crate::caller::Caller;
use crate::idempotency::Post;
use crate::input::{Checks, Json, nullable};
use crate::problem::{ApiError, Problem};
use crate::view::{AttachmentView, UploadView};

/// A file that will be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttachmentInput {
    /// A plain file name, up to 200 octets.
    filename: String,
    /// `type/subtype`.
    content_type: String,
    /// In bytes, 1 to 25 MiB. Exactly this many are let in.
    size: u64,
    /// Link and count it (true), or attach it as it is. True when left out.
    tracked: Option<bool>,
}

/// A change of a file. `tracked` can change until the message is sent, the others at any time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttachmentChange {
    /// Link and count it, or attach it as it is.
    tracked: Option<bool>,
    /// Ends downloads, or allows them again.
    revoked: Option<bool>,
    /// Downloads end at this instant; null for never.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    expires_at: Option<Option<Timestamp>>,
}

impl AttachmentInput {
    fn check(&self) -> Result<(), ApiError> {
        let mut checks = Checks::default();
        checks.keep("/filename", "invalid_filename", name::filename(&self.filename));
        if !is_content_type(&self.content_type) {
            checks.add("/content_type", "invalid_content_type", "expected type/subtype");
        }
        if !(1..=MAX_SIZE).contains(&self.size) {
            checks.add("/size", "invalid_size", "from 1 byte to 25 MiB");
        }
        checks.finish()
    }
}

/// Announces a file and says how to upload it.
#[utoipa::path(post, path = "/v1/messages/{id}/attachments", tag = "attachments", params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable for 48 hours")),
    request_body = AttachmentInput,
    responses((status = 201, body = AttachmentView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(
    State(app): Shared,
    Path(id): Path<String>,
    post: Post<AttachmentInput>,
) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    let message = draft(&app, &caller, &id).await?;
    input.check()?;
    if app.store.attachments(message.id).await?.len() >= MAX_COUNT {
        return Err(ApiError::unprocessable("too_many_attachments", "a message has at most 10 files"));
    }
    let file = Attachment {
        id: AttachmentId::new(caller.now, app.ids.next()),
        filename: input.filename,
        content_type: input.content_type,
        size: input.size,
        tracked: input.tracked.unwrap_or(true),
        upload: Upload::Pending { expires_at: caller.now + UPLOAD_TIME },
        expires_at: None,
        revoked: false,
    };
    let view = view(&app, message.id, &file).await?;
    let write = async |answer: Option<&_>| app.store.create_attachment(message.org, message.id, &file, answer).await;
    once.answer(&app, StatusCode::CREATED, &view, write).await
}

/// A file, and how to upload it while it is awaited.
#[utoipa::path(get, path = "/v1/messages/{id}/attachments/{attachment}", tag = "attachments",
    params(("id" = String, Path), ("attachment" = String, Path)),
    responses((status = 200, body = AttachmentView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path((id, attachment)): Path<(String, String)>,
) -> Result<axum::Json<AttachmentView>, ApiError> {
    let message = super::stored(&app, &caller, &id).await?.message;
    let mut file = find(&app, &message, &attachment).await?;
    if !file.is_ready() && message.state == MessageState::Draft {
        file.upload = Upload::Pending { expires_at: caller.now + UPLOAD_TIME };
        app.store.put_attachment(message.id, &file).await?;
    }
    Ok(axum::Json(view(&app, message.id, &file).await?))
}

/// Changes a file.
#[utoipa::path(patch, path = "/v1/messages/{id}/attachments/{attachment}", tag = "attachments",
    params(("id" = String, Path), ("attachment" = String, Path)), request_body = AttachmentChange,
    responses((status = 200, body = AttachmentView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn patch(
    State(app): Shared,
    caller: Caller,
    Path((id, attachment)): Path<(String, String)>,
    Json(change): Json<AttachmentChange>,
) -> Result<axum::Json<AttachmentView>, ApiError> {
    let message = super::stored(&app, &caller, &id).await?.message;
    let file = find(&app, &message, &attachment).await?;
    if change.tracked.is_some() && message.state != MessageState::Draft {
        return Err(ApiError::not_editable());
    }
    let file = Attachment {
        tracked: change.tracked.unwrap_or(file.tracked),
        revoked: change.revoked.unwrap_or(file.revoked),
        expires_at: change.expires_at.unwrap_or(file.expires_at),
        ..file
    };
    app.store.put_attachment(message.id, &file).await?;
    Ok(axum::Json(view(&app, message.id, &file).await?))
}

/// Removes a file from a draft.
#[utoipa::path(delete, path = "/v1/messages/{id}/attachments/{attachment}", tag = "attachments",
    params(("id" = String, Path), ("attachment" = String, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(
    State(app): Shared,
    caller: Caller,
    Path((id, attachment)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let message = draft(&app, &caller, &id).await?;
    let file = find(&app, &message, &attachment).await?;
    app.store.delete_attachment(message.id, file.id).await?;
    app.blobs.delete_file(message.id, file.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The files of a message, with what arrived of them by now.
pub(crate) async fn current(app: &App, message: &Message) -> Result<Vec<Attachment>, ApiError> {
    let mut files = app.store.attachments(message.id).await?;
    if message.state == MessageState::Draft {
        for file in files.iter_mut().filter(|file| !file.is_ready()) {
            refresh(app, message.id, file).await?;
        }
    }
    Ok(files)
}

/// Notes the arrival of a file that has exactly the announced size.
async fn refresh(app: &App, message: MessageId, file: &mut Attachment) -> Result<(), ApiError> {
    if let Some(uploaded) = app.blobs.uploaded(message, file.id).await?.filter(|uploaded| uploaded.size == file.size) {
        file.upload = Upload::Ready { version: uploaded.version };
        app.store.put_attachment(message, file).await?;
    }
    Ok(())
}

/// Checks that a message can leave with these files.
///
/// # Errors
/// When one of them has not arrived, or not as it was announced.
pub(crate) async fn all_ready(
    app: &App,
    message: MessageId,
    files: &[Attachment],
    now: Timestamp,
) -> Result<(), ApiError> {
    for file in files {
        let Upload::Pending { expires_at } = file.upload else { continue };
        let (code, detail) = match app.blobs.uploaded(message, file.id).await? {
            Some(_) => ("attachment_size_mismatch", "was uploaded with another size than announced"),
            None if now < expires_at => ("attachment_pending", "has not been uploaded yet"),
            None => ("upload_expired", "was not uploaded in time; GET it for a new address, or DELETE it"),
        };
        return Err(ApiError::conflict(code, format!("{} {detail}", file.id)));
    }
    Ok(())
}

async fn draft(app: &Arc<App>, caller: &Caller, id: &str) -> Result<Message, ApiError> {
    let message = super::stored(app, caller, id).await?.message;
    if message.state == MessageState::Draft { Ok(message) } else { Err(ApiError::not_editable()) }
}

async fn find(app: &App, message: &Message, id: &str) -> Result<Attachment, ApiError> {
    let files = current(app, message).await?;
    files.into_iter().find(|file| file.id.to_string() == id).ok_or_else(ApiError::not_found)
}

async fn view(app: &App, message: MessageId, file: &Attachment) -> Result<AttachmentView, ApiError> {
    let mut view = AttachmentView::from(file);
    if let Upload::Pending { expires_at } = file.upload {
        let request = app.blobs.presign_upload(message, file).await?;
        let headers = request.headers.into_iter().collect();
        view.upload =
            Some(UploadView { method: "PUT", url: request.url, headers, expires_at: instant::format(expires_at) });
    }
    Ok(view)
}
