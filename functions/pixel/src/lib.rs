//! The pixel: tells that a recipient's software fetched a message.
//!
//! - Trigger: `GET` or `HEAD` of `/o/{token}`.
//! - Reads: nothing but the token.
//! - Writes: one task on the events queue.
//! - On failure: the GIF all the same; a hit that could not be queued is logged whole, to be replayed.

use aws::config::{self, ConfigError, names};
use aws::edge::{Direct, Hits};
use aws::lambda::hit;
use aws::lambda::http::{Request, Response};
use domain::ground::token::{TokenKind, TokenSigner};
use domain::signs::event::HitAction;

/// What the pixel touches.
pub struct App {
    /// Verifies tokens.
    pub signer: TokenSigner,
    /// Takes hits.
    pub events: Hits,
}

/// A transparent GIF of one pixel (42 bytes) in base64.
const GIF: &str = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            signer: TokenSigner::new(&config::json(names::TRACKING_KEYS)?),
            events: Hits::from_env(Direct::from_env("sqs")?)?,
        })
    }
}

/// Answers the GIF, whatever happened.
pub async fn handle(app: &App, request: Request) -> Response {
    if let Ok(token) = app.signer.verify(TokenKind::Open, &request.path_parameters.token) {
        app.events.record(hit::of(&request, &token, HitAction::Open)).await;
    }
    Response::gif(GIF)
}
