//! Reads a finished message with another library and compares it with what was meant.
//!
//! The last gate before SES. Whatever got past the first one, a message that has one header or
//! part too many, or says anything else than intended, is not sent.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::{Address, HeaderForm, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders as _, PartType};

use super::headers::has_no_visible_recipient;
use super::{Attached, Error, Mail, Mailbox, body};

/// Longest line without its end (RFC 5322, section 2.1.1).
const MAX_LINE: usize = 998;

/// Headers each part may have.
const PART_HEADERS: &[&str] = &["Content-Type", "Content-Transfer-Encoding", "Content-Disposition"];

/// Refuses `bytes` unless they say what `mail` means.
pub(super) fn check(mail: &Mail<'_>, bytes: &[u8]) -> Result<(), Error> {
    same("bytes", is_transportable(bytes))?;
    let message = MessageParser::new().parse(bytes);
    let message = message.ok_or(Error::Mismatch { field: "structure" })?;
    header_names(mail, &message)?;
    header_values(mail, &message)?;
    parts(mail, &message)
}

fn same(field: &'static str, is_same: bool) -> Result<(), Error> {
    if is_same { Ok(()) } else { Err(Error::Mismatch { field }) }
}

/// Printable ASCII in lines of bearable length, which end with CRLF and in no other way. SMTP ends the last.
fn is_transportable(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
    let mut lines = bytes.split(|&b| b == b'\n').peekable();
    while let Some(line) = lines.next() {
        let line = if lines.peek().is_some() { line.strip_suffix(b"\r") } else { Some(line) };
        if !line.is_some_and(is_line) {
            return false;
        }
    }
    true
}

fn is_line(line: &[u8]) -> bool {
    line.len() <= MAX_LINE && line.iter().all(|&b| b == b'\t' || b == b' ' || b.is_ascii_graphic())
}

/// No header is missing, none is there twice, none is there that was not meant.
fn header_names(mail: &Mail<'_>, message: &Message<'_>) -> Result<(), Error> {
    let optional = [
        (mail.reply_to.is_some(), "Reply-To"),
        (!mail.to.is_empty() || has_no_visible_recipient(mail), "To"),
        (!mail.cc.is_empty(), "Cc"),
        (mail.in_reply_to.is_some(), "In-Reply-To"),
        (!mail.references.is_empty(), "References"),
        (!message.root_part().is_multipart(), "Content-Transfer-Encoding"),
    ];
    let mut meant = vec!["From", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"];
    meant.extend(optional.iter().filter(|(is_there, _)| *is_there).map(|(_, name)| name));
    meant.extend(mail.headers.iter().map(|(name, _)| name));
    let mut found: Vec<&str> = message.headers().iter().map(mail_parser::Header::name).collect();
    meant.sort_unstable();
    found.sort_unstable();
    same("headers", meant == found)
}

fn header_values(mail: &Mail<'_>, message: &Message<'_>) -> Result<(), Error> {
    let reply_to: Vec<_> = mail.reply_to.into_iter().collect();
    same("From", same_mailboxes(&[mail.from], message.from()))?;
    same("Reply-To", same_mailboxes(&reply_to, message.reply_to()))?;
    let names_nobody = || message.to().is_some_and(|to| to.first().is_none());
    same("To", if has_no_visible_recipient(mail) { names_nobody() } else { same_mailboxes(&mail.to, message.to()) })?;
    same("Cc", same_mailboxes(&mail.cc, message.cc()))?;
    same("Subject", mail.subject == message.subject().unwrap_or_default())?;
    same("Date", message.date().is_some_and(|date| date.to_timestamp() == mail.date_unix_seconds))?;
    same("Message-ID", message.message_id() == Some(mail.message_id))?;
    same("References", same_ids(&mail.references, message.references()))?;
    let in_reply_to: Vec<_> = mail.in_reply_to.into_iter().collect();
    same("In-Reply-To", same_ids(&in_reply_to, message.in_reply_to()))?;
    for (name, _) in &mail.headers {
        let meant = mail.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let found = message.header_as(*name, HeaderForm::Text);
        same("header", meant.eq(found.iter().map(|value| value.as_text().unwrap_or_default())))?;
    }
    Ok(())
}

fn same_mailboxes(meant: &[Mailbox<'_>], found: Option<&Address<'_>>) -> bool {
    let meant = meant.iter().map(|mailbox| (mailbox.name.filter(|name| !name.trim().is_empty()), Some(mailbox.email)));
    match found {
        Some(Address::List(found)) => meant.eq(found.iter().map(|address| (address.name(), address.address()))),
        Some(Address::Group(_)) => false,
        None => meant.len() == 0,
    }
}

fn same_ids(meant: &[&str], found: &HeaderValue<'_>) -> bool {
    match found {
        HeaderValue::Empty => meant.is_empty(),
        HeaderValue::Text(id) => meant == [id.as_ref()],
        HeaderValue::TextList(ids) => ids == meant,
        _ => false,
    }
}

/// The bodies and files are there, in order, and nothing else.
fn parts(mail: &Mail<'_>, message: &Message<'_>) -> Result<(), Error> {
    let (containers, leaves): (Vec<_>, Vec<_>) = message.parts.iter().partition(|part| part.is_multipart());
    let bodies = usize::from(mail.text.is_some()) + usize::from(mail.html.is_some());
    let meant = usize::from(bodies > 1) + usize::from(!mail.attachments.is_empty());
    same("structure", containers.len() == meant && leaves.len() == bodies.max(1) + mail.attachments.len())?;
    let extra = message
        .parts
        .iter()
        .skip(1)
        .flat_map(|part| &part.headers)
        .any(|header| !PART_HEADERS.contains(&header.name()));
    same("part headers", !extra)?;
    let mut leaves = leaves.into_iter();
    if let Some(text) = mail.text.or((bodies == 0).then_some("")) {
        same(
            "text",
            leaves.next().is_some_and(|part| matches!(&part.body, PartType::Text(found) if same_text(text, found))),
        )?;
    }
    if let Some(html) = mail.html {
        same(
            "html",
            leaves.next().is_some_and(|part| matches!(&part.body, PartType::Html(found) if same_text(html, found))),
        )?;
    }
    let files = leaves.zip(&mail.attachments).all(|(part, file)| same_file(file, part, message));
    same("attachments", files)
}

/// Equal but for line ends, which MIME writes as CRLF.
fn same_text(meant: &str, found: &str) -> bool {
    meant == found || meant.replace("\r\n", "\n") == found.replace("\r\n", "\n")
}

fn same_file(meant: &Attached<'_>, found: &MessagePart<'_>, message: &Message<'_>) -> bool {
    let media_type = found.content_type().is_some_and(|found| {
        let name = body::sendable_type(meant.content_type).split(';').next().unwrap_or_default().trim();
        name.split_once('/').is_some_and(|(main, sub)| {
            main.eq_ignore_ascii_case(found.ctype())
                && found.subtype().is_some_and(|found| found.eq_ignore_ascii_case(sub))
        })
    });
    let is_attached = found.content_disposition().is_some_and(mail_parser::ContentType::is_attachment);
    // The parser decodes the character set of text; a file must arrive byte for byte.
    let encoded = found.raw_body_offset() as usize..found.raw_end_offset() as usize;
    let encoded = message.raw_message.get(encoded).unwrap_or_default();
    let content = if encoded.trim_ascii().is_empty() { Some(Vec::new()) } else { base64_decode(encoded) };
    media_type
        && is_attached
        && found.attachment_name() == Some(meant.filename)
        && content.as_deref() == Some(meant.bytes)
}
