//! The text of a message.

use serde::{Deserialize, Serialize};

use super::template::PerCopy;

/// The text of a message, kept in object storage so that no figure ever rewrites it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The HTML part, as the author wrote it.
    pub html: String,
    /// The text part, as the author wrote it or derived from the HTML part.
    pub text: String,
    /// The part that was derived from the other; it follows the other's changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub derived: Option<BodyPart>,
    /// The template that is filled for each copy; both parts above are what the first recipient gets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_copy: Option<PerCopy>,
}

/// A part of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyPart {
    /// The HTML part.
    Html,
    /// The text part.
    Text,
}

impl Body {
    /// Nothing yet.
    pub const fn empty() -> Self {
        Self { html: String::new(), text: String::new(), derived: None, per_copy: None }
    }
}
