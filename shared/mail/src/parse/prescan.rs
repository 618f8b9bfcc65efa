//! Looks at the bytes of a mail before the parser does.

use super::{MAX_BYTES, TooComplex};

/// The longest header section, in bytes.
const MAX_HEADER_BYTES: usize = 256 * 1024;
/// The most lines of a header section.
const MAX_HEADER_LINES: usize = 1000;
/// The most lines that begin as the border of a part does.
const MAX_BORDERS: usize = 2000;
/// The most messages inside of messages, and digests of them.
const MAX_MESSAGES: usize = 20;
/// The most multiparts.
const MAX_MULTIPARTS: usize = 50;

/// Says whether a mail can be parsed safely. One pass, no memory.
///
/// # Errors
/// The first limit that is exceeded.
pub fn prescan(raw: &[u8]) -> Result<(), TooComplex> {
    if raw.len() > MAX_BYTES {
        return Err(TooComplex::Size);
    }
    check_header(raw)?;
    let borders =
        raw.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"--") && line.trim_ascii().len() > 2);
    if borders.count() > MAX_BORDERS {
        return Err(TooComplex::Parts);
    }
    // Names of types may be broken by nothing but the slash, so they are found wherever they stand.
    if count(raw, b"message/") + count(raw, b"/digest") > MAX_MESSAGES || count(raw, b"multipart/") > MAX_MULTIPARTS {
        return Err(TooComplex::Nesting);
    }
    Ok(())
}

fn check_header(raw: &[u8]) -> Result<(), TooComplex> {
    let (mut bytes, mut lines) = (0, 0);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        (bytes, lines) = (bytes + line.len(), lines + 1);
        if bytes > MAX_HEADER_BYTES || lines > MAX_HEADER_LINES {
            return Err(TooComplex::Header);
        }
    }
    Ok(())
}

/// How often a word stands in the bytes, in any case. It is found by its last letter that can have no case.
fn count(raw: &[u8], word: &[u8]) -> usize {
    let Some(slash) = word.iter().position(|byte| *byte == b'/') else { return 0 };
    let slashes = raw.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    let stands = |at: usize| {
        let start = at.checked_sub(slash)?;
        raw.get(start..start + word.len()).filter(|found| found.eq_ignore_ascii_case(word))
    };
    slashes.filter(|(at, _)| stands(*at).is_some()).count()
}
