//! Reads a mail that a stranger sent.
//!
//! First one pass over the bytes looks for what would make the parser work too hard, or its nested result too deep to be
//! taken down again: mail-parser drops nested messages by recursion, and some 30,000 of them overflow a usual stack.
//! What passes is parsed on a thread of its own with a large stack, and given up after [`TIME_LIMIT`]. The parser's
//! borrowed result never leaves that thread; [`Received`] has what the rest needs, each part of limited length.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use mail_parser::{Message, MessageParser};

mod letter;
mod prescan;
mod received;
mod report;

pub use letter::{Letter, LetterFile, letter};
pub use prescan::prescan;
pub use received::Received;
pub use report::{DeliveryReport, ReportAction};

/// The longest mail, in bytes. SES takes 40 MB.
pub const MAX_BYTES: usize = 25 * 1024 * 1024;
/// How long a mail may take. Known mails take less than a tenth of a second.
pub const TIME_LIMIT: Duration = Duration::from_secs(5);
/// How much of a header is read of a mail that is too complex.
const HEADER_BYTES: usize = 64 * 1024;
/// Address space for the parser's thread; only what is touched becomes memory.
const STACK: usize = 256 * 1024 * 1024;

/// Why a mail is not read. It is kept, and shown as too complex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooComplex {
    /// More than [`MAX_BYTES`].
    #[error("the mail has more than 25 MB")]
    Size,
    /// Its header has too many lines, or is too long.
    #[error("the mail has a header that is too long")]
    Header,
    /// Too many lines that look like the border of a part.
    #[error("the mail has too many parts")]
    Parts,
    /// Too many messages or multiparts that may lie inside each other.
    #[error("the mail has too many messages inside each other")]
    Nesting,
    /// It took too long, or the parser gave up.
    #[error("the mail cannot be read")]
    Unreadable,
}

impl TooComplex {
    /// A stable name.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Size => "too_large",
            Self::Header => "header_too_long",
            Self::Parts => "too_many_parts",
            Self::Nesting => "nested_too_deep",
            Self::Unreadable => "unreadable",
        }
    }
}

/// Reads a mail.
///
/// # Errors
/// When it is too complex to be read safely.
pub fn parse(raw: &[u8]) -> Result<Received, TooComplex> {
    on_thread(raw, Received::of)
}

/// Reads a mail on a thread of its own, and gives the result of `read`.
fn on_thread<T: Send + 'static>(raw: &[u8], read: fn(&Message<'_>) -> T) -> Result<T, TooComplex> {
    prescan(raw)?;
    let raw = raw.to_vec();
    let (done, result) = mpsc::sync_channel(1);
    let work = move || {
        // Nobody listens any more when the time was over.
        let _ = done.send(MessageParser::default().parse(&raw).map(|message| read(&message)));
    };
    let spawned = thread::Builder::new().name("parse".to_owned()).stack_size(STACK).spawn(work);
    if spawned.is_err() {
        return Err(TooComplex::Unreadable);
    }
    // A panic drops the sender, which ends the wait.
    result.recv_timeout(TIME_LIMIT).ok().flatten().ok_or(TooComplex::Unreadable)
}

/// Reads the header of a mail alone: all that is safe to read of one that is too complex. The text stays empty.
pub fn parse_header(raw: &[u8]) -> Received {
    let mut end = 0;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() || end + line.len() > HEADER_BYTES {
            break;
        }
        end += line.len();
    }
    // The parser reads the fields alone, whatever parts they announce.
    let header = [&raw[..end], b"\r\n"].concat();
    let read = MessageParser::default().parse_headers(&header).map(|message| Received::of(&message));
    read.unwrap_or_default()
}

#[cfg(test)]
mod tests;
