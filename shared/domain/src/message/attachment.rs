//! Files that belong to a message: uploaded straight to storage, then attached or linked.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ground::id::AttachmentId;

/// The largest file, in bytes.
pub const MAX_SIZE: u64 = 25 * 1024 * 1024;
/// The most files of one message.
pub const MAX_COUNT: usize = 10;
/// How long an upload address is valid.
pub const UPLOAD_TIME: SignedDuration = SignedDuration::from_mins(15);

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id; the order of ids is the order of files.
    pub id: AttachmentId,
    /// As the recipient sees it.
    pub filename: String,
    /// As the author declared it.
    pub content_type: String,
    /// In bytes, as announced.
    pub size: u64,
    /// Linked and counted, or attached as it is.
    pub tracked: bool,
    /// Whether the bytes arrived.
    pub upload: Upload,
    /// Downloads end at this instant.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Downloads were ended by the author.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoked: bool,
    /// Counts every change; the condition of the next one.
    #[serde(default)]
    pub version: u32,
}

/// Whether the bytes of a file arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Upload {
    /// Not yet; the address to put them to is valid until then.
    Pending {
        /// The end of the address.
        #[serde(with = "crate::time::instant::millis")]
        expires_at: Timestamp,
    },
    /// Yes. Where storage keeps versions, the one that was checked.
    Ready {
        /// The version to read from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
    },
}

/// How a file leaves in one recipient's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeavesAs {
    /// A link whose downloads count.
    Link,
    /// In the mail itself.
    Attached,
    /// A link whose downloads nobody notes: the file does not fit into the mail, and it or its recipient is not tracked.
    UnloggedLink,
}

impl Attachment {
    /// True when the bytes arrived.
    pub fn is_ready(&self) -> bool {
        matches!(self.upload, Upload::Ready { .. })
    }

    /// True while recipients may download it.
    pub fn is_available(&self, now: Timestamp) -> bool {
        self.is_ready() && !self.revoked && self.expires_at.is_none_or(|end| now < end)
    }

    /// The type a browser may be told.
    pub fn served_type(&self) -> &str {
        served_type(&self.content_type)
    }
}

/// The type a browser may be told of a file: only what it shows without running anything, else a plain download.
pub fn served_type(content_type: &str) -> &str {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if SERVED_AS_THEY_ARE.contains(&essence) { essence } else { "application/octet-stream" }
}

/// The files that are linked, in the order of their tokens' indices.
pub fn tracked(files: &[Attachment]) -> impl Iterator<Item = &Attachment> {
    files.iter().filter(|file| file.tracked)
}

const SERVED_AS_THEY_ARE: [&str; 8] = [
    "application/pdf",
    "image/png",
    "image/jpeg",
    "text/plain",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

/// The longest content type that is taken, in octets.
const MAX_CONTENT_TYPE: usize = 512;

/// True for `type/subtype` of RFC 6838 section 4.2, and parameters as RFC 2045 section 5.1 writes them, such as the
/// `method` of an invitation (RFC 6047), with nothing that could end a header.
pub fn is_content_type(text: &str) -> bool {
    let mut parts = text.split(';').map(|part| part.trim_matches([' ', '\t']));
    let essence = parts.next().unwrap_or_default();
    text.len() <= MAX_CONTENT_TYPE
        && essence.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
        && parts.all(is_parameter)
}

fn is_name(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= 127
        && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
}

/// A value in quotes is taken when it would need none: readers differ about escapes.
fn is_parameter(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?=".contains(&b))
    };
    text.split_once('=').is_some_and(|(name, value)| {
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
        token(name) && token(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(content_type: &str) -> Attachment {
        Attachment {
            id: AttachmentId::new(Timestamp::UNIX_EPOCH, [0; 10]),
            filename: "offer.pdf".into(),
            content_type: content_type.into(),
            size: 1,
            tracked: true,
            upload: Upload::Ready { version: None },
            expires_at: None,
            revoked: false,
            version: 0,
        }
    }

    #[test]
    fn nothing_that_runs_is_served_as_itself() {
        assert_eq!(file("application/pdf").served_type(), "application/pdf");
        for dangerous in ["text/html", "image/svg+xml", "application/javascript", "text/xml"] {
            assert_eq!(file(dangerous).served_type(), "application/octet-stream");
        }
    }

    #[test]
    fn downloads_end() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        assert!(file("text/csv").is_available(now));
        assert!(!Attachment { revoked: true, ..file("text/csv") }.is_available(now));
        assert!(!Attachment { expires_at: Some(now), ..file("text/csv") }.is_available(now));
    }

    #[test]
    fn content_types_are_types() {
        for (text, want) in [
            ("application/pdf", true),
            ("image/svg+xml", true),
            ("", false),
            ("pdf", false),
            ("a/b\r\nX: y", false),
            ("a/b; c=d", true),
            ("text/calendar; method=REQUEST", true),
            ("text/calendar;method=REQUEST;charset=\"utf-8\"", true),
            ("a/b;", false),
            ("a/b; c", false),
            ("a/b; c=d e", false),
            ("a/b; c=\"d\r\nX: y\"", false),
        ] {
            assert_eq!(is_content_type(text), want, "{text:?}");
        }
    }
}
