//! Builds the MIME message that is handed to SES, and reads it back before it leaves.
//!
//! The message is `multipart/alternative` (text, HTML), inside `multipart/mixed` when files are
//! attached. Everything is 7-bit with lines any server takes, because SES v1 passes on nothing
//! else. Header values come in through one gate, `HeaderValue`, that refuses what could start
//! another header. The same [`Mail`] always gives the same bytes.

mod body;
mod check;
mod header_value;
mod headers;
mod words;

use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;

pub use header_value::Reason;

/// Longest message, in bytes as sent. SES takes 10 MB, including what it adds itself.
pub const MAX_BYTES: usize = 9_500_000;

/// A mailbox in a header (RFC 5322, section 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailbox<'a> {
    /// Name people see, at most 1,024 bytes: 256 characters of UTF-8.
    pub name: Option<&'a str>,
    /// Address: one dot-atom of ASCII, `@`, and a domain in ASCII.
    pub email: &'a str,
}

/// A file that goes along in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attached<'a> {
    /// Name people see, at most 1,024 bytes: 256 characters of UTF-8.
    pub filename: &'a str,
    /// Media type such as `application/pdf`, with parameters if need be. `message/…` and
    /// `multipart/…` are sent as `application/octet-stream`: they may not be encoded (RFC 2046).
    pub content_type: &'a str,
    /// Content.
    pub bytes: &'a [u8],
}

/// A message for one recipient. There is no `Bcc`: who gets it, is said beside the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail<'a> {
    /// Author.
    pub from: Mailbox<'a>,
    /// Where replies go, if not to the author.
    pub reply_to: Option<Mailbox<'a>>,
    /// Visible recipients.
    pub to: Vec<Mailbox<'a>>,
    /// Visible recipients of a copy.
    pub cc: Vec<Mailbox<'a>>,
    /// Subject, at most 988 bytes when encoded.
    pub subject: &'a str,
    /// Body as HTML.
    pub html: Option<&'a str>,
    /// Body as plain text.
    pub text: Option<&'a str>,
    /// Identifier without `<` and `>` (RFC 5322, section 3.6.4).
    pub message_id: &'a str,
    /// Identifiers of the messages before it in its thread, oldest first.
    pub references: Vec<&'a str>,
    /// Identifier of the message it answers.
    pub in_reply_to: Option<&'a str>,
    /// When it was sent, in seconds since 1970-01-01T00:00:00Z.
    pub date_unix_seconds: i64,
    /// Further headers, named `X-…` but not `X-SES-…`: those would give orders to SES.
    pub headers: Vec<(&'a str, &'a str)>,
    /// Anything that is different for each message; the borders between its parts are made of it.
    pub boundary_seed: &'a str,
    /// Files that go along.
    pub attachments: Vec<Attached<'a>>,
}

/// Why a message cannot be built. Names the part at fault and never quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A header value was refused.
    #[error("{field} {reason}")]
    Refused {
        /// Header or part of the message.
        field: &'static str,
        /// What is wrong with it.
        reason: Reason,
    },
    /// It would be longer than [`MAX_BYTES`].
    #[error("the message has {bytes} bytes, more than {MAX_BYTES}")]
    TooLarge {
        /// Its length, or a lower bound when it was not even built.
        bytes: usize,
    },
    /// Read back, it does not say what was meant. It must not be sent.
    #[error("the finished message does not say what was meant: {field}")]
    Mismatch {
        /// Header or part that differs.
        field: &'static str,
    },
}

/// The bytes of `mail` (RFC 5322, MIME), ready to be sent.
pub fn compose(mail: &Mail<'_>) -> Result<Vec<u8>, Error> {
    // Base64 takes four bytes for three; nothing is encoded in less than its own length.
    let attached: usize = mail.attachments.iter().map(|file| file.bytes.len().div_ceil(3) * 4).sum();
    let bodies = mail.html.map_or(0, str::len) + mail.text.map_or(0, str::len);
    within_limit(attached + bodies)?;
    let mut message = MessageBuilder::new().body(body::build(mail)?);
    for (name, value) in headers::build(mail)? {
        message = message.header(name, value);
    }
    let mut bytes = Vec::new();
    message.serialize(&mut bytes);
    within_limit(bytes.len())?;
    check::check(mail, &bytes)?;
    Ok(bytes)
}

/// The headers of `mail` but those of MIME, in the order they are sent.
pub(crate) fn headers<'a>(mail: &Mail<'a>) -> Result<Vec<(&'a str, HeaderType<'a>)>, Error> {
    headers::build(mail)
}

/// Those of the ids that can be written into a header. Strangers write anything into theirs.
pub fn usable_ids<'a>(ids: &[&'a str]) -> Vec<&'a str> {
    ids.iter().copied().filter(|id| header_value::HeaderValue::id("id", id).is_ok()).collect()
}

const fn within_limit(bytes: usize) -> Result<(), Error> {
    if bytes > MAX_BYTES { Err(Error::TooLarge { bytes }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
