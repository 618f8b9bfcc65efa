//! One-line texts that people write: display names, subjects, file names.
//!
//! They end in mail headers, so nothing that could end a line, reorder it or hide in it gets in.

/// The longest display name or title, in characters.
pub const MAX_NAME: usize = 256;
/// The longest subject, in octets: one unfolded line of RFC 5322 section 2.1.1, less its name.
pub const MAX_SUBJECT: usize = 988;
/// The longest file name, in octets.
pub const MAX_FILENAME: usize = 200;

/// Why a text cannot be used as one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Line breaks, control characters, or marks that reorder text.
    #[error("line breaks and control characters are not allowed")]
    Control,
    /// Over the limit.
    #[error("longer than {0} allowed")]
    TooLong(&'static str),
    /// Nothing is left.
    #[error("must not be empty")]
    Empty,
    /// A path, not a name.
    #[error("must be a plain file name without a path")]
    Path,
}

/// True for characters that end a line or that a reader cannot see: C0, DEL, C1, U+2028, U+2029.
pub fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// True for marks that change the direction of what follows (U+202A to U+202E, U+2066 to U+2069).
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Checks a display name or a title.
pub fn display_name(text: &str) -> Result<(), InvalidName> {
    if text.chars().any(is_control) {
        return Err(InvalidName::Control);
    }
    if text.chars().count() > MAX_NAME { Err(InvalidName::TooLong("the 256 characters")) } else { Ok(()) }
}

/// Checks a subject; it may be empty. Its length counts as it is sent: text that is not ASCII grows by a third and more
/// (RFC 2047, words of 45 octets).
pub fn subject(text: &str) -> Result<(), InvalidName> {
    if text.chars().any(is_control) {
        return Err(InvalidName::Control);
    }
    let words = text.len().div_ceil(45) * "=?utf-8?B??= ".len();
    let sent = if text.is_ascii() { text.len() } else { words + text.len().div_ceil(3) * 4 };
    if sent > MAX_SUBJECT { Err(InvalidName::TooLong("the 988 octets")) } else { Ok(()) }
}

/// Checks the name of a file.
pub fn filename(text: &str) -> Result<(), InvalidName> {
    if text.chars().any(|c| is_control(c) || is_bidi(c)) {
        return Err(InvalidName::Control);
    }
    if text.trim().is_empty() {
        return Err(InvalidName::Empty);
    }
    if text.contains(['/', '\\']) || text == "." || text == ".." {
        return Err(InvalidName::Path);
    }
    if text.len() > MAX_FILENAME { Err(InvalidName::TooLong("the 200 octets")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_lines() {
        for text in ["a\r\nBcc: b@example.com", "a\nb", "a\0b", "a\u{85}b", "a\u{2028}b", "a\tb", "\u{7f}"] {
            assert_eq!(subject(text), Err(InvalidName::Control), "{text:?}");
            assert_eq!(display_name(text), Err(InvalidName::Control), "{text:?}");
            assert_eq!(filename(text), Err(InvalidName::Control), "{text:?}");
        }
        assert_eq!(subject("Angebot für Ω – 你好 👋"), Ok(()));
        assert_eq!(subject(&"a".repeat(988)), Ok(()));
        for long in ["a".repeat(989), "ä".repeat(400)] {
            assert_eq!(subject(&long), Err(InvalidName::TooLong("the 988 octets")));
        }
    }

    #[test]
    fn file_names_are_names() {
        for (text, want) in [
            ("offer.pdf", Ok(())),
            ("Übersicht 2026.xlsx", Ok(())),
            ("", Err(InvalidName::Empty)),
            ("  ", Err(InvalidName::Empty)),
            ("../x", Err(InvalidName::Path)),
            ("a\\b", Err(InvalidName::Path)),
            ("..", Err(InvalidName::Path)),
            ("a\u{202e}fdp.exe", Err(InvalidName::Control)),
        ] {
            assert_eq!(filename(text), want, "{text:?}");
        }
        assert_eq!(filename(&"a".repeat(201)), Err(InvalidName::TooLong("the 200 octets")));
    }
}
