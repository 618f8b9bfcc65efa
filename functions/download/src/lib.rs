//! The download: gives a recipient a file that was linked, and tells that it was fetched if the file and its recipient are
//! tracked.
//!
//! - Trigger: `GET` or `HEAD` of `/a/{token}`.
//! - Reads: the files of the message.
//! - Writes: one task on the events queue; nothing for a link that records nothing.
//! - On failure: a page that asks to try again; a hit that could not be queued is logged whole.

use aws::blobs::Blobs;
use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::{self, ConfigError, names};
use aws::edge::Hits;
use aws::lambda::hit;
use aws::lambda::http::{Request, Response};
use aws::store::Store;
use domain::ground::token::{Token, TokenKind, TokenSigner};
use domain::message::attachment::{self, Attachment};
use domain::signs::event::HitAction;

/// What the download touches.
pub struct App {
    /// Verifies tokens.
    pub signer: TokenSigner,
    /// Takes hits.
    pub events: Hits,
    /// Knows the files of a message.
    pub store: Store,
    /// Signs addresses of files.
    pub blobs: Blobs,
    /// Tells whether a file has expired.
    pub clock: Clock,
}

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = Aws::from_env()?;
        Ok(Self {
            signer: TokenSigner::new(&config::json(names::TRACKING_KEYS)?),
            events: Hits::from_env(aws.direct("sqs"))?,
            store: Store::from_env(aws.dynamodb())?,
            blobs: Blobs::from_env(aws.s3())?,
            clock: Clock::system(),
        })
    }
}

/// Sends the visitor on to the file, or says that it is gone.
pub async fn handle(app: &App, request: Request) -> Response {
    let segment = &request.path_parameters.token;
    let tracked = app.signer.verify_requested(TokenKind::Download, segment);
    let Ok(token) = tracked.or_else(|_| app.signer.verify_requested(TokenKind::File, segment)) else {
        return Response::not_found();
    };
    let files = match app.store.attachments(token.message).await {
        Ok(files) => files,
        Err(error) => {
            tracing::error!(%error, "files not readable");
            return Response::unavailable();
        }
    };
    let place = usize::from(token.index);
    let file = if token.kind == TokenKind::File { files.get(place) } else { attachment::tracked(&files).nth(place) };
    match file {
        None => Response::not_found(),
        Some(file) if !file.is_available(app.clock.now()) => Response::gone(),
        Some(file) => send_on(app, &request, &token, file).await,
    }
}

async fn send_on(app: &App, request: &Request, token: &Token, file: &Attachment) -> Response {
    match app.blobs.presign_download(token.message, file).await {
        Ok(address) => {
            if token.kind == TokenKind::Download {
                app.events.record(hit::of(request, token, HitAction::AttachmentView(token.index))).await;
            }
            Response::redirect(&address)
        }
        Err(error) => {
            tracing::error!(%error, "file not signed");
            Response::unavailable()
        }
    }
}
