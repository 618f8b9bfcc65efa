//! The API: the door for CRM integrations. It translates JSON into what the desk does, and back.
//!
//! - Trigger: `/v1/*` through API Gateway.
//! - Reads and writes: through the desk: messages, copies, files, records, templates, settings; figures and log are only
//!   read.
//! - On failure: a problem document (RFC 9457) with a stable `code`; nothing half written. A request with an
//!   `Idempotency-Key` may be repeated and gets the same answer.
//!
//! `http` holds what all operations share. Each noun has a module with its input, its view and its handlers.

use std::sync::{Arc, Mutex};

use aws::blobs::Blobs;
use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::{self, ConfigError, names};
use aws::ids::Ids;
use aws::queue::Queue;
use aws::store::Store;
use axum::Router;
use desk::Desk;
use domain::ground::keyring::KeyRing;
use domain::team::rate::RequestRate;

mod activities;
mod api_keys;
mod audit;
mod cards;
mod delivery_time;
mod http;
mod images;
mod me;
mod messages;
mod people;
mod records;
mod settings;
mod suppressions;
mod templates;
mod users;

/// What the API touches.
pub struct App {
    /// The desk, which reaches the table, storage and the queue of send tasks.
    pub desk: Desk,
    /// Signs cursors.
    pub keys: KeyRing,
    /// Counts the requests of each key.
    pub rate: Mutex<RequestRate>,
    /// The time of day, taken once for each request.
    pub clock: Clock,
}

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = Aws::from_env()?;
        let desk = Desk {
            store: Store::from_env(aws.dynamodb())?,
            blobs: Blobs::from_env(aws.s3())?,
            sends: Queue::from_env(aws.sqs(), names::SENDS_QUEUE)?,
            inbound_domain: config::optional(names::INBOUND_DOMAIN),
            ids: Ids::System,
        };
        let rate = Mutex::new(RequestRate::new(config::parsed(names::REQUESTS_PER_MINUTE)?));
        Ok(Self { desk, keys: config::json(names::TRACKING_KEYS)?, rate, clock: Clock::system() })
    }
}

type Shared = axum::extract::State<Arc<App>>;

/// The OpenAPI document of all routes, as it is served and committed.
pub use http::routing::openapi;

/// All routes.
pub fn router(app: App) -> Router {
    http::router(app)
}
