//! Looks at the bytes of a mail before the parser does.
//!
//! Only what says how the mail is built is counted: fields `Content-Type`, and lines with a border that such a field
//! declares. Words in texts and links, and lines of dashes, are no parts.

use std::collections::BTreeSet;

use super::{MAX_BYTES, TooComplex};

/// The longest header section, in bytes.
const MAX_HEADER_BYTES: usize = 1024 * 1024;
/// The most lines of a header section.
const MAX_HEADER_LINES: usize = 20_000;
/// The most lines with a border of a part.
const MAX_BORDERS: usize = 5000;
/// The most messages and multiparts that may lie inside each other.
const MAX_CONTAINERS: usize = 500;

/// Says whether a mail can be parsed safely.
///
/// # Errors
/// The first limit that is exceeded.
pub fn prescan(raw: &[u8]) -> Result<(), TooComplex> {
    if raw.len() > MAX_BYTES {
        return Err(TooComplex::Size);
    }
    check_header(raw)?;
    let types = content_types(raw);
    if types.iter().filter(|of| is_container(of)).count() > MAX_CONTAINERS {
        return Err(TooComplex::Nesting);
    }
    if types.len() > MAX_BORDERS {
        return Err(TooComplex::Parts);
    }

    let borders = Borders::of(&types);
    let lines = raw.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(b"--"));
    if lines.filter(|line| borders.begin(line)).count() > MAX_BORDERS {
        return Err(TooComplex::Parts);
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

/// The fields `Content-Type` wherever they stand, in lower case, each with its folded lines; one too many at most.
fn content_types(raw: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in raw.split(|byte| *byte == b'\n') {
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        inside = is_content_type(line) || (inside && folded);
        if !inside {
            continue;
        }
        let text = String::from_utf8_lossy(line).to_ascii_lowercase();
        match found.last_mut().filter(|_| folded) {
            Some(field) => field.push_str(&text),
            None => found.push(text),
        }
        if found.len() > MAX_BORDERS {
            break;
        }
    }
    found
}

fn is_content_type(line: &[u8]) -> bool {
    const NAME: &[u8] = b"content-type";
    let name = line.get(..NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME));
    name.is_some() && line[NAME.len()..].trim_ascii_start().starts_with(b":")
}

fn is_container(field: &str) -> bool {
    field.contains("multipart/") || field.contains("message/") || field.contains("/digest")
}

/// The borders that fields declare. A parser takes a line for a border that begins with one.
struct Borders {
    names: BTreeSet<Vec<u8>>,
    /// A border is written in a way that is not read here (RFC 2231), so any line may be one.
    any: bool,
}

impl Borders {
    fn of(types: &[String]) -> Self {
        let mut borders = Self { names: BTreeSet::new(), any: false };
        for field in types.iter().filter(|field| is_container(field)) {
            for (at, name) in field.match_indices("boundary") {
                match field[at + name.len()..].trim_start().strip_prefix('=') {
                    Some(value) => borders.declare(value.trim_start()),
                    None => borders.any = true,
                }
            }
        }
        borders
    }

    /// Keeps the shortest of those that begin alike.
    fn declare(&mut self, value: &str) {
        let name = match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => value.split([';', ' ', '\t', '\r']).next().unwrap_or_default(),
        };
        let name = name.trim().as_bytes().to_vec();
        if !self.begin(&name) {
            self.names.retain(|known| !known.starts_with(&name));
            self.names.insert(name);
        }
    }

    /// True when one of them begins the line.
    fn begin(&self, line: &[u8]) -> bool {
        let line = line.to_ascii_lowercase();
        self.any || self.names.range(..=line.clone()).next_back().is_some_and(|name| line.starts_with(name))
    }
}
