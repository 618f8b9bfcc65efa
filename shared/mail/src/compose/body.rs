//! The parts of a message: bodies and attached files (RFC 2046).

use mail_builder::headers::HeaderType;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

use super::header_value::HeaderValue;
use super::{Attached, Error, Mail, words};

/// The body of `mail` with its files. A mail without a body has an empty text.
pub(super) fn build<'a>(mail: &Mail<'a>) -> Result<MimePart<'a>, Error> {
    let mut bodies: Vec<_> = [("plain", mail.text), ("html", mail.html)]
        .into_iter()
        .filter_map(|(subtype, body)| Some(body_part(subtype, body?)))
        .collect();
    let body = match (bodies.pop(), bodies.is_empty()) {
        (Some(last), false) => {
            bodies.push(last);
            multipart("multipart/alternative", boundary(mail, "a"), bodies)
        }
        (Some(only), true) => only,
        (None, _) => body_part("plain", ""),
    };
    if mail.attachments.is_empty() {
        return Ok(body);
    }
    let mut parts = vec![body];
    for file in &mail.attachments {
        parts.push(attachment(file)?);
    }
    Ok(multipart("multipart/mixed", boundary(mail, "m"), parts))
}

fn multipart<'a>(kind: &'static str, boundary: String, parts: Vec<MimePart<'a>>) -> MimePart<'a> {
    MimePart::new(ContentType::new(kind).attribute("boundary", boundary), parts)
}

/// A body, as `mail-builder` finds best: 7bit, quoted-printable or base64.
///
/// It would also leave control characters as they are, which servers drop or break lines at;
/// such a body is sent in base64.
fn body_part<'a>(subtype: &str, body: &'a str) -> MimePart<'a> {
    if has_fragile_bytes(body) {
        base64_part(format!("text/{subtype}; charset=utf-8"), body.as_bytes())
    } else {
        MimePart::new(ContentType::new(format!("text/{subtype}")).attribute("charset", "utf-8"), body)
    }
}

fn has_fragile_bytes(body: &str) -> bool {
    let mut bytes = body.bytes().peekable();
    while let Some(byte) = bytes.next() {
        let lone_return = byte == b'\r' && bytes.peek() != Some(&b'\n');
        if lone_return || byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r') {
            return true;
        }
    }
    false
}

/// A part in base64 whatever its type: `mail-builder` looks into a type it parsed itself only.
fn base64_part(content_type: String, bytes: &[u8]) -> MimePart<'_> {
    MimePart { headers: vec![("Content-Type".into(), Raw::new(content_type).into())], contents: BodyPart::from(bytes) }
}

/// A file. Always base64, so that every byte arrives.
fn attachment<'a>(file: &Attached<'a>) -> Result<MimePart<'a>, Error> {
    let filename = HeaderValue::filename("attachment name", file.filename)?;
    let content_type = HeaderValue::media_type("attachment type", sendable_type(file.content_type))?;
    let mut part = base64_part(content_type.as_str().to_owned(), file.bytes);
    part.headers.push(("Content-Disposition".into(), disposition(filename)));
    Ok(part)
}

/// Longer parameters are split by `mail-builder`, shorter ones quoted if they are ASCII.
const MAX_QUOTED: usize = 78;

/// `mail-builder` writes short ASCII names in quotes, where readers differ about escapes and
/// about what looks like an encoded word. Such names take the form of RFC 2231 instead.
fn disposition(filename: HeaderValue<'_>) -> HeaderType<'_> {
    let name = filename.as_str();
    let quoted = name.is_ascii() && name.len() <= MAX_QUOTED;
    if words::reads_differently(name) || quoted && name.contains(['"', '\\']) {
        let encoded: String = name.bytes().map(extended).collect();
        Raw::new(format!("attachment; filename*=UTF-8''{encoded}")).into()
    } else {
        ContentType::new("attachment").attribute("filename", name).into()
    }
}

/// A byte in a parameter of RFC 2231: letters, digits and a few marks stay.
fn extended(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// The type a file is sent as.
pub(super) fn sendable_type(content_type: &str) -> &str {
    let composite = ["message/", "multipart/"]
        .iter()
        .any(|kind| content_type.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind)));
    if composite { "application/octet-stream" } else { content_type }
}

/// A border between parts that stands in no body, the same for the same mail.
fn boundary(mail: &Mail<'_>, kind: &str) -> String {
    let bodies = [mail.text.unwrap_or_default(), mail.html.unwrap_or_default()];
    (0..u64::MAX)
        .map(|attempt| format!("=_{kind}{:016x}", fingerprint(mail.boundary_seed, attempt)))
        .find(|boundary| !bodies.iter().any(|body| body.contains(boundary)))
        .unwrap_or_default()
}

/// FNV-1a: spreads the seed over 64 bits, and will do so in the same way for ever.
fn fingerprint(seed: &str, attempt: u64) -> u64 {
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    seed.bytes().chain(attempt.to_le_bytes()).fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}
