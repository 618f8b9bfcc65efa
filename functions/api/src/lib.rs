//! The API: what CRM integrations call.
//!
//! - Trigger: `/v1/*` through API Gateway.
//! - Reads and writes: messages, copies, files, settings; the figures and the log are only read.
//! - On failure: a problem document (RFC 9457) with a stable `code`; nothing half written. A request with an
//!   `Idempotency-Key` may be repeated and gets the same answer.

use std::sync::Arc;

use aws::blobs::Blobs;
use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::{self, ConfigError, names};
use aws::ids::Ids;
use aws::queue::Queue;
use aws::store::Store;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use domain::ground::keyring::KeyRing;
use domain::ground::task::SendTask;

mod caller;
mod compose;
mod cursor;
mod document;
mod erase;
mod fill;
mod idempotency;
mod input;
mod paging;
mod problem;
mod release;
mod routes;
mod routing;
mod standing;
mod view;

/// What the API touches.
pub struct App {
    /// The table.
    pub store: Store,
    /// Bodies, files, long answers.
    pub blobs: Blobs,
    /// Takes send tasks.
    pub sends: Queue<SendTask>,
    /// Signs cursors.
    pub keys: KeyRing,
    /// The domain whose mail comes to us.
    pub inbound_domain: Option<String>,
    /// The time of day.
    pub clock: Clock,
    /// Makes ids.
    pub ids: Ids,
}

/// The largest request: what Lambda takes.
const MAX_REQUEST: usize = 6 * 1024 * 1024;

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = Aws::from_env()?;
        Ok(Self {
            store: Store::from_env(aws.dynamodb())?,
            blobs: Blobs::from_env(aws.s3())?,
            sends: Queue::from_env(aws.sqs(), names::SENDS_QUEUE)?,
            keys: config::json(names::TRACKING_KEYS)?,
            inbound_domain: config::optional(names::INBOUND_DOMAIN),
            clock: Clock::system(),
            ids: Ids::System,
        })
    }
}

type Shared = axum::extract::State<Arc<App>>;

/// The OpenAPI document of all routes, as it is served and committed.
pub use routing::openapi;

/// All routes.
pub fn router(app: App) -> Router {
    routing::router()
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .with_state(Arc::new(app))
}
