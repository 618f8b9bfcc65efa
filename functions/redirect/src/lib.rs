//! The redirect: sends a recipient on to the author's address, and tells that the link was followed.
//!
//! - Trigger: `GET` or `HEAD` of `/c/{token}`.
//! - Reads: nothing but the token, which carries its destination; for a token whose key was taken out of the ring,
//!   the addresses that were stored with the message.
//! - Writes: one task on the events queue.
//! - On failure: the visitor is sent on all the same; a hit that could not be queued is logged whole.

use aws::config::{self, ConfigError, names};
use aws::edge::{Direct, Hits, Links};
use aws::lambda::hit;
use aws::lambda::http::{Request, Response};
use domain::ground::token::{InvalidToken, Token, TokenKind, TokenSigner};
use domain::signs::event::HitAction;

/// What the redirect touches.
pub struct App {
    /// Verifies tokens.
    pub signer: TokenSigner,
    /// Takes hits.
    pub events: Hits,
    /// Knows the addresses of old messages.
    pub links: Links,
}

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self {
            signer: TokenSigner::new(&config::json(names::TRACKING_KEYS)?),
            events: Hits::from_env(Direct::from_env("sqs")?)?,
            links: Links::from_env(Direct::from_env("dynamodb")?)?,
        })
    }
}

/// Sends the visitor on, or answers the same page for everything that is no link of ours.
pub async fn handle(app: &App, request: Request) -> Response {
    match app.signer.verify_requested(TokenKind::Click, &request.path_parameters.token) {
        Ok(token) => {
            app.events.record(hit::of(&request, &token, HitAction::Click(token.index))).await;
            Response::redirect(&token.destination)
        }
        Err(InvalidToken::UnknownKey(claimed)) => from_stored_links(app, &claimed).await,
        Err(InvalidToken::Forged) => Response::not_found(),
    }
}

/// Nothing that the token claims can be believed, so it leads only where the message really led, and counts nothing.
async fn from_stored_links(app: &App, claimed: &Token) -> Response {
    match app.links.link(claimed.message, claimed.index).await {
        Some(url) => Response::redirect(&url),
        None => Response::not_found(),
    }
}
