//! What SES does to a mail's headers on the way: it refuses doubled ones, drops its own, and writes `Message-ID` and `Date`.

use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// Headers that a mail has once at most, by RFC 5322.
const SINGLE: [&str; 10] =
    ["from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to"];

/// Why SES would not take these headers.
pub(super) fn check_headers(raw: &[u8]) -> Result<(), String> {
    let (head, _) = split(raw);
    let names: Vec<String> = fields(head).iter().map(|field| name(field)).collect();
    let doubled = SINGLE.iter().find(|single| names.iter().filter(|name| name == *single).count() > 1);
    if let Some(name) = doubled {
        return Err(format!("Duplicate header '{name}'."));
    }
    if !names.iter().any(|name| name == "from") {
        return Err("Missing required header 'From'.".to_owned());
    }
    Ok(())
}

/// The mail as it is delivered.
pub(super) fn headers_by_ses(raw: &[u8], id: &str, at: Timestamp) -> Vec<u8> {
    let (head, body) = split(raw);
    let date = rfc2822::to_string(&at.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default();
    let mut delivered = format!("Message-ID: <{id}@email.amazonses.com>\r\nDate: {date}\r\n").into_bytes();
    for field in fields(head).iter().filter(|field| !is_of_ses(&name(field))) {
        delivered.extend_from_slice(field);
    }
    delivered.extend_from_slice(body);
    delivered
}

fn is_of_ses(name: &str) -> bool {
    name == "message-id" || name == "date" || name.starts_with("x-ses-")
}

/// The header section, and the rest from the empty line on.
fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let end = lines(raw).scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let empty = end.into_iter().find(|(_, line)| line.trim_ascii().is_empty() && !line.starts_with(b" "));
    raw.split_at(empty.map_or(raw.len(), |(start, _)| start))
}

/// Each header field with its folded lines and its line ends.
fn fields(head: &[u8]) -> Vec<Vec<u8>> {
    lines(head).fold(Vec::new(), |mut fields: Vec<Vec<u8>>, line| {
        match fields.last_mut() {
            Some(field) if line.starts_with(b" ") || line.starts_with(b"\t") => field.extend_from_slice(line),
            _ => fields.push(line.to_vec()),
        }
        fields
    })
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

fn name(field: &[u8]) -> String {
    let name = field.split(|byte| *byte == b':').next().unwrap_or_default();
    String::from_utf8_lossy(name).trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &[u8] =
        b"From: sales@example.com\r\nDate: Thu, 1 Jan 1970 00:00:00 +0000\r\nMessage-ID:\r\n <own@example.com>\r\n\
        Subject: An offer\r\n that is folded\r\nX-SES-MESSAGE-TAGS: a=b\r\n\r\nMessage-ID: not a header\r\n";

    #[test]
    fn ses_writes_id_and_date_and_keeps_the_rest() {
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let delivered = String::from_utf8(headers_by_ses(RAW, "0100", at)).unwrap();
        assert_eq!(
            delivered,
            "Message-ID: <0100@email.amazonses.com>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\nFrom: sales@example.com\r\n\
             Subject: An offer\r\n that is folded\r\n\r\nMessage-ID: not a header\r\n"
        );
    }

    #[test]
    fn doubled_and_missing_headers_are_refused() {
        assert_eq!(check_headers(RAW), Ok(()));
        assert!(check_headers(b"From: a@example.com\r\nSubject: a\r\nsubject: b\r\n\r\n").is_err());
        assert!(check_headers(b"Subject: a\r\n\r\nFrom: body@example.com").is_err());
    }
}
