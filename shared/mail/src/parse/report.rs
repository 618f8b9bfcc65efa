//! Delivery reports: what a server says became of an earlier mail.
//!
//! Source: RFC 3464, sections 2.2 and 2.3. A report has fields about the whole, then one group for each recipient.

use mail_parser::{Message, PartType};

use super::received::is_type;

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

/// What a server reports about the first recipient that a mail did not reach, else about the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// What became of it.
    pub action: ReportAction,
    /// The address it was for.
    pub recipient: Option<String>,
    /// An enhanced status code (RFC 3463), as `5.1.1`.
    pub status: Option<String>,
    /// What the other server said.
    pub diagnostic: Option<String>,
}

impl DeliveryReport {
    /// True when the address itself is at fault and will not work later (RFC 3463: permanent, class *addressing*).
    pub fn is_hard(&self) -> bool {
        self.action == ReportAction::Failed && self.status.as_deref().is_some_and(|status| status.starts_with("5.1."))
    }
}

/// The report in a mail, if it has one.
pub(super) fn find(message: &Message<'_>) -> Option<DeliveryReport> {
    let is_status = |part: &&mail_parser::MessagePart<'_>| {
        is_type(part, "message", "delivery-status") || is_type(part, "message", "global-delivery-status")
    };
    let part = message.parts.iter().find(is_status)?;
    let text = match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.to_string(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        // The parser takes the fields for a message of its own.
        PartType::Message(inner) => String::from_utf8_lossy(inner.raw_message()).into_owned(),
        PartType::Multipart(_) => return None,
    };
    let groups: Vec<DeliveryReport> = groups(&text).iter().filter_map(|group| read(group)).collect();
    let failed = groups.iter().find(|report| report.action == ReportAction::Failed);
    failed.or(groups.first()).cloned()
}

/// The groups of fields, which empty lines separate, each field on one line.
fn groups(text: &str) -> Vec<Vec<(String, String)>> {
    let mut groups: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines().take(1000) {
        let Some(group) = groups.last_mut() else { break };
        if line.trim().is_empty() {
            groups.push(Vec::new());
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups
}

fn read(group: &[(String, String)]) -> Option<DeliveryReport> {
    let field = |name: &str| group.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let typed = |value: &str| value.split_once(';').map_or(value, |(_, value)| value).trim().to_owned();
    let action = match field("action")?.split([' ', '(']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "failed" => ReportAction::Failed,
        "delayed" => ReportAction::Delayed,
        _ => ReportAction::Arrived,
    };
    let recipient = field("original-recipient").or(field("final-recipient")).map(typed);
    Some(DeliveryReport {
        action,
        recipient: recipient.map(|address| address.trim_matches(['<', '>']).to_owned()),
        status: field("status").and_then(|status| status.split([' ', '(']).next()).map(str::to_owned),
        diagnostic: field("diagnostic-code").map(typed),
    })
}
