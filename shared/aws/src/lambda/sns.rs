//! What SNS puts around a message on its way into a queue, unless raw delivery is on.
//!
//! Source: Amazon SNS developer guide, "Amazon SNS message and JSON formats".

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Type")]
    kind: String,
    #[serde(rename = "Message")]
    message: String,
}

/// The message of a notification; what is no notification is the message itself.
///
/// # Errors
/// When the message is not JSON.
pub(crate) fn message(body: Value) -> serde_json::Result<Value> {
    match Envelope::deserialize(&body) {
        Ok(envelope) if envelope.kind == "Notification" => serde_json::from_str(&envelope.message),
        _ => Ok(body),
    }
}
