//! The fields of a delivery report (RFC 3464, sections 2.1 to 2.3): groups that empty lines separate.

use super::{DeliveryReport, ReportAction};

/// The most lines of a report that are read.
const MAX_LINES: usize = 2000;

/// The fields that name a recipient (RFC 3464, sections 2.3.1 and 2.3.2), and what servers write beside them.
const NAMES: &[&str] = &["original-recipient", "final-recipient", "x-actual-recipient", "actual-recipient"];

/// The report of each group with a recipient. Some servers write the fields of the whole into the same group.
pub(super) fn read(text: &str) -> Vec<DeliveryReport> {
    groups(text).iter().filter_map(|group| report(group)).collect()
}

fn groups(text: &str) -> Vec<Vec<(String, String)>> {
    let mut groups: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for line in text.lines().take(MAX_LINES) {
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

fn report(group: &[(String, String)]) -> Option<DeliveryReport> {
    let field = |name: &str| group.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    let named = NAMES.iter().filter_map(|name| field(name)).map(address).filter(|address| !address.is_empty());
    let recipients: Vec<String> = named.collect();
    let status = field("status").and_then(|status| status.split([' ', '(']).find(|part| !part.is_empty()));
    if field("action").is_none() && (recipients.is_empty() || status.is_none()) {
        return None;
    }
    Some(DeliveryReport {
        action: action(field("action").unwrap_or_default(), status),
        recipients,
        status: status.map(str::to_owned),
        diagnostic: field("diagnostic-code").map(|value| untyped(value).to_owned()),
    })
}

/// RFC 3464, section 2.3.3, knows five words. Of any other, the class of the status tells (RFC 3463, section 2).
fn action(value: &str, status: Option<&str>) -> ReportAction {
    let word = value.split([' ', '(', ';']).next().unwrap_or_default().to_ascii_lowercase();
    match (word.as_str(), status.and_then(|status| status.chars().next())) {
        ("delivered" | "relayed" | "expanded", _) => ReportAction::Arrived,
        ("delayed", _) => ReportAction::Delayed,
        ("failed" | "failure" | "error" | "expired", _) | (_, Some('5')) => ReportAction::Failed,
        (_, Some('4')) => ReportAction::Delayed,
        _ => ReportAction::Arrived,
    }
}

/// The value behind its type, as `rfc822;`.
fn untyped(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, value)| value).trim()
}

/// An address in plain characters: xtext (RFC 3461, section 4) and utf-8-addr-xtext (RFC 6533, section 3) undone.
fn address(value: &str) -> String {
    let (kind, rest) = value.split_once(';').unwrap_or(("rfc822", value));
    let plain = rest.split('(').next().unwrap_or_default().trim().trim_matches(['<', '>', '"', ' ']);
    if kind.trim().eq_ignore_ascii_case("utf-8") { unescaped(plain) } else { xtext(plain) }
}

/// `+2B` is a plus sign; what is no such pair is left as it is.
fn xtext(text: &str) -> String {
    let mut parts = text.split('+');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part.get(..2).filter(|hex| hex.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)));
        let code = code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii_graphic);
        // A tag such as `+2026` is no pair: only signs are escaped.
        if let Some(byte) = code.filter(|byte| !byte.is_ascii_alphanumeric()) {
            plain.push(char::from(byte));
            plain.push_str(&part[2..]);
        } else {
            plain.push('+');
            plain.push_str(part);
        }
    }
    plain
}

/// `\x{E4}` is the letter with this number.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\x{");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let read = part
            .split_once('}')
            .and_then(|(hex, rest)| Some((u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)?, rest)));
        match read {
            Some((letter, rest)) => {
                plain.push(letter);
                plain.push_str(rest);
            }
            None => plain.push_str(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_a_recipient_is_read_in_plain_characters() {
        let text = "Reporting-MTA: dns; mx.example.com\n\nOriginal-Recipient: rfc822;ann+2Bsales@example.org\n\
                    Final-Recipient: utf-8;j\\x{FC}rgen@example.org (Jürgen)\nX-Actual-Recipient: rfc822; <ann+2026@example.org>\n\
                    Action: failure\nStatus: 5.1.1 (bad\n address)\n\n\
                    Final-Recipient: rfc822;bob@example.org\nAction: expired\n";
        let reports = read(text);
        assert_eq!(reports[0].recipients, ["ann+sales@example.org", "jürgen@example.org", "ann+2026@example.org"]);
        assert_eq!(reports[0].status.as_deref(), Some("5.1.1"));
        assert_eq!(reports[1].recipients, ["bob@example.org"]);
        assert!(reports.iter().all(|report| report.action == ReportAction::Failed));
    }

    #[test]
    fn of_an_unknown_action_the_class_of_the_status_tells() {
        for (value, status, want) in [
            ("error", None, ReportAction::Failed),
            ("bounced", Some("5.0.0"), ReportAction::Failed),
            ("pending", Some("4.4.1"), ReportAction::Delayed),
            ("relayed", Some("5.0.0"), ReportAction::Arrived),
            ("Delayed (later)", Some("5.0.0"), ReportAction::Delayed),
        ] {
            assert_eq!(action(value, status), want, "{value}");
        }
    }
}
