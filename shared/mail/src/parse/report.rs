//! Delivery reports: what a server says became of an earlier mail.
//!
//! Source: RFC 3464, sections 2.2 and 2.3. A report has fields about the whole, then one group for each recipient. Servers
//! that write no such fields say it in the text alone.

use mail_parser::{Message, PartType};

use super::received::is_type;

mod cause;
mod fields;
mod words;

/// The most of a text that is looked at for the reason, in characters.
const MAX_WORDS: usize = 4000;

/// What became of a mail for one recipient (RFC 3464, section 2.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportAction {
    /// It will not arrive.
    Failed,
    /// It has not arrived yet.
    Delayed,
    /// It arrived, was passed on, or was handed to a list.
    Arrived,
}

/// The report of a server about one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// What became of it.
    pub action: ReportAction,
    /// The addresses it was for, as they were written and as servers changed them.
    pub recipients: Vec<String>,
    /// An enhanced status code (RFC 3463), as `5.1.1`.
    pub status: Option<String>,
    /// What the other server said.
    pub diagnostic: Option<String>,
}

impl DeliveryReport {
    /// True when the address itself is at fault and will not work later.
    pub fn is_hard(&self) -> bool {
        let said = self.diagnostic.as_deref().unwrap_or_default();
        self.action == ReportAction::Failed && cause::is_hard(said, self.status.as_deref(), &self.recipients)
    }
}

/// The reports in a mail, one for each recipient.
pub(super) fn find(message: &Message<'_>, text: &str) -> Vec<DeliveryReport> {
    let is_status = |part: &&mail_parser::MessagePart<'_>| {
        is_type(part, "message", "delivery-status") || is_type(part, "message", "global-delivery-status")
    };
    let Some(part) = message.parts.iter().find(is_status) else { return Vec::new() };
    let fields = match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        // The parser takes the fields for a message of its own.
        PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
        PartType::Multipart(_) => return Vec::new(),
    };
    let mut reports = fields::read(&fields);
    // The text for people also has footers of others, so it only speaks where no field does.
    let is_silent = |report: &&mut DeliveryReport| {
        report.diagnostic.is_none() && report.status.as_deref().is_none_or(|status| !cause::tells(status))
    };
    for report in reports.iter_mut().filter(is_silent) {
        report.diagnostic = Some(own_words(text)).filter(|words| !words.is_empty());
    }
    reports
}

/// The report that a text makes (qmail, Exim and others write no fields): who is named in it, and what was said.
pub(crate) fn of_text(text: &str) -> DeliveryReport {
    let words = own_words(text);
    let edges = |c: char| !(c.is_alphanumeric() || "@.+-_=".contains(c));
    let named =
        words.split(|c: char| c.is_whitespace() || "<>()[]\"',;:".contains(c)).map(|word| word.trim_matches(edges));
    let mut recipients: Vec<String> = Vec::new();
    for address in named.filter(|word| word.contains('@')).map(|word| word.trim_end_matches('.')) {
        if !recipients.iter().any(|known| known == address) {
            recipients.push(address.to_owned());
        }
    }
    DeliveryReport { action: ReportAction::Failed, recipients, status: None, diagnostic: Some(words) }
}

/// The text up to the mail that it returns.
fn own_words(text: &str) -> String {
    let begins = |line: &str| {
        let line = line.trim_start_matches(['>', ' ', '-', '*']).to_ascii_lowercase();
        [
            "return-path:",
            "received:",
            "message-id:",
            "mime-version:",
            "original message",
            "below this line is a copy",
            "this is a copy of",
            "unsent message",
            "message header",
            "included is a copy",
            "returned message",
        ]
        .iter()
        .any(|start| line.starts_with(start))
    };
    let own: Vec<&str> = text.lines().take_while(|line| !begins(line)).collect();
    own.join("\n").chars().take(MAX_WORDS).collect()
}
