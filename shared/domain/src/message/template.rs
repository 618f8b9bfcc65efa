//! Templates: text that an organisation sends often, with values that are filled in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::TemplateId;
use crate::team::audit::ActorId;

/// The longest HTML of a template, in bytes. With the text it must fit one item of the table (400 KB).
pub const MAX_HTML: usize = 200 * 1024;
/// The longest plain text of a template, in bytes.
pub const MAX_TEXT: usize = 100 * 1024;

/// A template of an organisation, for all of its users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its id.
    pub id: TemplateId,
    /// As people call it.
    pub name: String,
    /// In which language it is (RFC 5646), such as `de` or `pt-BR`.
    pub language: String,
    /// The subject it gives.
    #[serde(default)]
    pub subject: String,
    /// The HTML part; derived from `text` where it is applied when there is none.
    #[serde(default)]
    pub html: Option<String>,
    /// The text part; derived from `html` where it is applied when there is none.
    #[serde(default)]
    pub text: Option<String>,
    /// Counts every change; the condition of the next one.
    pub version: u32,
    /// Who saved it last.
    pub changed_by: ActorId,
    /// When it was first saved.
    #[serde(with = "crate::time::instant::millis")]
    pub created_at: Timestamp,
    /// When it was last saved.
    #[serde(with = "crate::time::instant::millis")]
    pub changed_at: Timestamp,
}

/// How often a template is filled for a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateFill {
    /// Once, for all copies.
    #[default]
    Once,
    /// For each copy, when it leaves.
    PerCopy,
}

impl TemplateFill {
    /// True when all copies are alike.
    pub fn is_once(&self) -> bool {
        *self == Self::Once
    }
}

/// A template that is filled for each copy of a message, for its own recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerCopy {
    /// The subject as the template has it; `None` when the author wrote one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The HTML part as the template has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The text part as the template has it. With neither part, the author wrote the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The values that were given for all copies, by name.
    pub values: BTreeMap<String, String>,
    /// The other values of each recipient, by what the template calls them; in the order of recipients, and none before the
    /// message is released.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<BTreeMap<String, String>>,
}

/// Why a text is not a language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a language tag such as de or pt-BR")]
pub struct InvalidLanguage;

/// Checks the form of a language tag (RFC 5646, section 2.1): two or three letters, then subtags of one to eight.
///
/// # Errors
/// When it has another form.
pub fn language(tag: &str) -> Result<(), InvalidLanguage> {
    let mut parts = tag.split('-');
    let primary =
        parts.next().is_some_and(|part| matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    if tag.len() <= 35 && primary && parts.all(subtag) { Ok(()) } else { Err(InvalidLanguage) }
}

impl Template {
    /// Whether it is in the language asked for: `de` also finds `de-AT`.
    pub fn speaks(&self, language: &str) -> bool {
        let (own, asked) = (self.language.to_ascii_lowercase(), language.to_ascii_lowercase());
        own.strip_prefix(&asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// The language without its regions, in small letters: `de-AT` and `de` are one language.
    pub fn primary_language(&self) -> String {
        self.language.split('-').next().unwrap_or_default().to_ascii_lowercase()
    }

    /// Whether all words of `query` stand in its name, subject or text.
    pub fn matches(&self, query: &str) -> bool {
        let body = self.text.as_deref().or(self.html.as_deref()).unwrap_or_default();
        let all = format!("{}\n{}\n{body}", self.name, self.subject).to_lowercase();
        query.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        Template {
            id: TemplateId::from_bytes([1; 16]),
            name: "Terminbestätigung".into(),
            language: "de-AT".into(),
            subject: "Unser Treffen".into(),
            html: Some("<p>Wir freuen uns</p>".into()),
            text: None,
            version: 1,
            changed_by: crate::ground::id::UserId::from_bytes([2; 16]).into(),
            created_at: Timestamp::UNIX_EPOCH,
            changed_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_language_has_the_form_of_a_tag() {
        for (tag, good) in [("de", true), ("pt-BR", true), ("zh-Hant-TW", true), ("", false), ("d", false)] {
            assert_eq!(language(tag).is_ok(), good, "{tag}");
        }
        for tag in ["german", "de_AT", "de-", "de-äö", "1de", "de at", "de-123456789"] {
            assert!(language(tag).is_err(), "{tag}");
        }
    }

    #[test]
    fn a_language_finds_its_regions_and_a_query_all_of_its_words() {
        assert!(template().speaks("de") && template().speaks("DE-at"));
        assert_eq!(template().primary_language(), "de");
        assert!(!template().speaks("d") && !template().speaks("de-DE") && !template().speaks("en"));
        assert!(
            template().matches("treffen TERMINBESTÄTIGUNG") && template().matches("freuen") && template().matches("")
        );
        assert!(!template().matches("treffen morgen"));
    }
}
