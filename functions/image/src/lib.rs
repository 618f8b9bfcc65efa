//! The image function: serves hosted images, and tells that a recipient's copy showed one.
//!
//! - Trigger: `GET` or `HEAD` of `/i/{image}`, where a recipient's copy has a token and everybody else the image's id.
//! - Reads: the image, from storage.
//! - Writes: for a token, one task on the events queue.
//! - On failure: a page that asks to try again; a hit that could not be queued is logged whole.

use aws::blobs::{self, Blobs};
use aws::clients::Aws;
use aws::config::{self, ConfigError, names};
use aws::edge::Hits;
use aws::lambda::hit;
use aws::lambda::http::{Request, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ground::id::ImageId;
use domain::ground::token::{InvalidToken, TokenKind, TokenSigner};
use domain::signs::event::HitAction;

/// What the function touches.
pub struct App {
    /// Verifies tokens.
    pub signer: TokenSigner,
    /// Takes hits.
    pub events: Hits,
    /// Has the images.
    pub blobs: Blobs,
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
            blobs: Blobs::from_env(aws.s3())?,
        })
    }
}

/// Answers the image. What a recipient's copy shows is an open, whether the image is still there or not.
pub async fn handle(app: &App, request: Request) -> Response {
    let name = &request.path_parameters.token;
    if let Ok(id) = name.parse() {
        return serve(app, id, true).await;
    }
    let token = match app.signer.verify(TokenKind::Image, name) {
        Ok(token) => {
            app.events.record(hit::of(&request, &token, HitAction::Open)).await;
            token
        }
        // Who knows the id of an image may see it, so a key that was given up takes nothing away. Nothing is counted.
        Err(InvalidToken::UnknownKey(token)) => *token,
        Err(InvalidToken::Forged) => return Response::not_found(),
    };
    match token.destination.parse() {
        Ok(id) => serve(app, id, false).await,
        Err(_) => Response::not_found(),
    }
}

async fn serve(app: &App, id: ImageId, keep: bool) -> Response {
    match app.blobs.image(id).await {
        Ok((content_type, bytes)) => Response::image(&content_type, STANDARD.encode(bytes), keep),
        Err(blobs::Error::Missing) => Response::not_found(),
        Err(error) => {
            tracing::error!(%error, "image not readable");
            Response::unavailable()
        }
    }
}
