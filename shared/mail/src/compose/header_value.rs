//! The gate through which every header value goes.
//!
//! It refuses; it does not repair. What an attacker tried to smuggle in is not sent in part.

use std::fmt;

use super::Error;

/// Why a value was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has a line break or another control character.
    Control,
    /// It is longer than this many bytes.
    TooLong(usize),
    /// It does not have the form its place demands.
    Malformed,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control => f.write_str("has a control character"),
            Self::TooLong(bytes) => write!(f, "is longer than {bytes} bytes"),
            Self::Malformed => f.write_str("is malformed"),
        }
    }
}

/// Longest text of a header, in bytes as it is sent: a line has 998 (RFC 5322, section 2.1.1).
const MAX_TEXT: usize = 988;
/// Longest name of a mailbox or a file.
const MAX_NAME: usize = 1024;
/// Longest address (RFC 5321, section 4.5.3.1.3).
const MAX_ADDRESS: usize = 254;
/// Longest identifier. With `<` and `>` and a header name it must fit into one line.
const MAX_ID: usize = 900;
/// Longest media type: names of 127 bytes (RFC 6838, section 4.2) and parameters.
const MAX_MEDIA_TYPE: usize = 512;

/// A value that is safe to stand in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct HeaderValue<'a>(&'a str);

impl<'a> HeaderValue<'a> {
    /// Unstructured text, at most 988 bytes when encoded.
    pub(super) fn text(field: &'static str, text: &'a str) -> Result<Self, Error> {
        Self::new(field, text, MAX_TEXT, encoded_len(text))
    }

    /// The name of a mailbox.
    pub(super) fn name(field: &'static str, name: &'a str) -> Result<Self, Error> {
        Self::new(field, name, MAX_NAME, name.len())
    }

    /// The name of a file, which has to have one.
    pub(super) fn filename(field: &'static str, name: &'a str) -> Result<Self, Error> {
        Self::new(field, name, MAX_NAME, name.len())?.demand(field, |name| !name.trim().is_empty())
    }

    /// An address: dot-atom, `@`, host name. No quotes, comments or routes, on whose reading
    /// mail servers disagree.
    pub(super) fn address(field: &'static str, email: &'a str) -> Result<Self, Error> {
        Self::new(field, email, MAX_ADDRESS, email.len())?.demand(field, is_address)
    }

    /// A message identifier without its brackets (RFC 5322, section 3.6.4). Those of others may have any form, such as
    /// a quoted string or an address literal; only what would end it is refused.
    pub(super) fn id(field: &'static str, id: &'a str) -> Result<Self, Error> {
        let is_id = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic() && !b"<>".contains(&b));
        Self::new(field, id, MAX_ID, id.len())?.demand(field, is_id)
    }

    /// A media type, with parameters if there are any (RFC 2045, section 5.1).
    pub(super) fn media_type(field: &'static str, media_type: &'a str) -> Result<Self, Error> {
        Self::new(field, media_type, MAX_MEDIA_TYPE, media_type.len())?.demand(field, is_media_type)
    }

    /// The value as it came in.
    pub(super) const fn as_str(self) -> &'a str {
        self.0
    }

    fn new(field: &'static str, value: &'a str, max: usize, length: usize) -> Result<Self, Error> {
        let refuse = |reason| Err(Error::Refused { field, reason });
        if value.contains(is_forbidden) {
            refuse(Reason::Control)
        } else if length > max {
            refuse(Reason::TooLong(max))
        } else {
            Ok(Self(value))
        }
    }

    fn demand(self, field: &'static str, form: impl Fn(&str) -> bool) -> Result<Self, Error> {
        if form(self.0) { Ok(self) } else { Err(Error::Refused { field, reason: Reason::Malformed }) }
    }
}

/// Control characters of ASCII but the tab, and what Unicode counts as a line break.
const fn is_forbidden(c: char) -> bool {
    c.is_ascii_control() && c != '\t' || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Length of `text` as base64 encoded words of 45 bytes each, unless it is ASCII (RFC 2047).
const fn encoded_len(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.len().div_ceil(45) * "=?utf-8?B??= ".len() + text.len().div_ceil(3) * 4
    }
}

fn is_address(email: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty() && atom.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    email
        .split_once('@')
        .is_some_and(|(local, domain)| local.split('.').all(is_atom) && domain.split('.').all(is_label))
}

fn is_media_type(media_type: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let named =
        parts.next().and_then(|name| name.split_once('/')).is_some_and(|(main, sub)| is_token(main) && is_token(sub));
    named && parts.all(is_parameter)
}

/// `name=value`, where the value has quotes only if they enclose nothing that needs escaping.
fn is_parameter(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        is_token(name) && is_token(value)
    })
}

/// A token (RFC 2045, section 5.1).
fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
}
