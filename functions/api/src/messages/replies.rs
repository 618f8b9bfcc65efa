//! Answers, to be read.

use axum::extract::State;
use desk::replies::{ReplyDetails, ReplyFile};
use serde::Serialize;
use utoipa::ToSchema;

use crate::Shared;
use crate::http::caller::Caller;
use crate::http::path::{At, ReplyPath};
use crate::http::problem::{ApiError, OpenRefusals};
use crate::http::schema::Instant;

mod safe_html;

/// A mail that came back to a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReplyContent)]
pub(crate) struct ReplyContentView {
    from: ReplySenderView,
    subject: String,
    received_at: Instant,
    /// The writer's own words, without the mail that is answered.
    text: String,
    /// All of the mail, safe to be shown: without scripts, styles, forms, images of others and pixels. Images that came with
    /// the mail lead to their addresses in `attachments`.
    html: String,
    attachments: Vec<ReplyFileView>,
}

/// The sender of a mail, as the mail says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReplySender)]
pub(crate) struct ReplySenderView {
    /// Null when the mail names none, or several.
    #[schema(format = Email)]
    email: Option<String>,
    name: Option<String>,
}

/// A file that came with a mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReplyFile)]
pub(crate) struct ReplyFileView {
    filename: String,
    /// In bytes.
    size: usize,
    /// Where it is downloaded, for five minutes.
    #[schema(format = "uri")]
    url: String,
}

impl From<ReplyDetails> for ReplyContentView {
    fn from(details: ReplyDetails) -> Self {
        let ReplyDetails { from: (email, name), subject, received_at, text, html, files } = details;
        let named = files.iter().filter_map(|file| Some((file.content_id.clone()?, file.url.clone())));
        let html = safe_html::of(&html, named.collect());
        let file = |ReplyFile { filename, size, url, .. }| ReplyFileView { filename, size, url };
        let attachments = files.into_iter().map(file).collect();
        Self {
            from: ReplySenderView { email, name },
            subject,
            received_at: received_at.into(),
            text,
            html,
            attachments,
        }
    }
}

/// A mail that came back to a message, by its event in the timeline. It can be read for as long as the mail itself is kept.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/replies/{event}",
    operation_id = "replies_get",
    tag = "messages",
    params(ReplyPath),
    responses((status = 200, description = "The mail", body = ReplyContentView), OpenRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<ReplyPath>,
) -> Result<axum::Json<ReplyContentView>, ApiError> {
    Ok(axum::Json(app.desk.reply(&actor, path.id, path.event).await?.into()))
}
