//! Logging: JSON lines that CloudWatch reads, at the level that the deployment sets.

use tracing::Level;

use crate::config;

/// Starts logging, at the level that Lambda sets from the template's `LoggingConfig`. The runtime's own subscriber does
/// the same with a language of filters that nobody here speaks, and that is a fifth of a small function.
pub fn start() {
    let level = config::optional("AWS_LAMBDA_LOG_LEVEL").and_then(|level| level.parse().ok()).unwrap_or(Level::INFO);
    tracing_subscriber::fmt().json().with_max_level(level).with_target(false).without_time().init();
}
