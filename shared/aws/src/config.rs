//! Configuration: the only reader of the environment, used once, at cold start.
//!
//! A missing or malformed variable stops the cold start with its name in the message; values are never shown.

use std::str::FromStr;

use aws_credential_types::Credentials;

/// The variables that functions read, as `template.yaml` sets them.
pub mod names {
    /// The table.
    pub const TABLE: &str = "TABLE_NAME";
    /// The bucket of bodies and files.
    pub const BUCKET: &str = "BUCKET_NAME";
    /// The queue of hits, read by the recorder.
    pub const EVENTS_QUEUE: &str = "EVENTS_QUEUE_URL";
    /// The queue of send tasks, read by the sender.
    pub const SENDS_QUEUE: &str = "SENDS_QUEUE_URL";
    /// The queue of what the mail service tells, read by the feedback function.
    pub const FEEDBACK_QUEUE: &str = "FEEDBACK_QUEUE_URL";
    /// The domain whose mail comes to us; optional.
    pub const INBOUND_DOMAIN: &str = "INBOUND_DOMAIN";
    /// The ring of keys that sign tokens and cursors, as JSON.
    pub const TRACKING_KEYS: &str = "TRACKING_KEYS";
    /// How many requests a minute each API key may make.
    pub const REQUESTS_PER_MINUTE: &str = "REQUESTS_PER_MINUTE";
    /// Where recipients reach the tracking endpoints, without a slash at the end.
    pub const TRACKING_URL: &str = "TRACKING_URL";
    /// The SES configuration set whose events come back to us; optional.
    pub const CONFIGURATION_SET: &str = "SES_CONFIGURATION_SET";
}

/// Why a function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The variable is not set, or empty.
    #[error("environment variable {0} is not set")]
    Missing(&'static str),
    /// The variable does not have the form it needs.
    #[error("environment variable {name} is malformed: {reason}")]
    Malformed {
        /// Which.
        name: &'static str,
        /// Without the value.
        reason: String,
    },
}

/// The value of a variable that must be there.
///
/// # Errors
/// When it is not set or empty.
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name))
}

/// The value of a variable that may be missing; empty counts as missing.
#[expect(clippy::disallowed_methods, reason = "this file is the one that reads the environment")]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A required variable that is parsed.
///
/// # Errors
/// When it is missing or does not parse.
pub fn parsed<T: FromStr<Err: std::fmt::Display>>(name: &'static str) -> Result<T, ConfigError> {
    let parse = |text: String| text.parse().map_err(|error: T::Err| malformed(name, &error));
    required(name).and_then(parse)
}

/// A required variable that holds JSON.
///
/// # Errors
/// When it is missing or does not have the form of `T`.
pub fn json<T: serde::de::DeserializeOwned>(name: &'static str) -> Result<T, ConfigError> {
    let parse = |text: String| serde_json::from_str(&text).map_err(|error| malformed(name, &error));
    required(name).and_then(parse)
}

/// The credentials that Lambda gives every function.
///
/// # Errors
/// When they are missing.
pub(crate) fn credentials() -> Result<Credentials, ConfigError> {
    let (key, secret) = (required("AWS_ACCESS_KEY_ID")?, required("AWS_SECRET_ACCESS_KEY")?);
    Ok(Credentials::new(key, secret, optional("AWS_SESSION_TOKEN"), None, "environment"))
}

fn malformed(name: &'static str, reason: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Malformed { name, reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let error = required("TELLTALE_NOT_SET").unwrap_err();
        assert_eq!(error.to_string(), "environment variable TELLTALE_NOT_SET is not set");
        assert_eq!(optional("TELLTALE_NOT_SET"), None);
    }

    #[test]
    fn what_is_malformed_is_named_without_its_value() {
        let error = parsed::<u16>("PATH").unwrap_err().to_string();
        assert!(error.starts_with("environment variable PATH is malformed"), "{error}");
    }
}
