//! Encoded words (RFC 2047) for the short texts `mail-builder` writes as they are although a
//! reader would then see something else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// `mail-builder` encodes every text that is longer than this, or is not ASCII.
const ALWAYS_ENCODED_ABOVE: usize = 77;

/// Bytes in one encoded word: with its frame it has 72 characters of at most 75.
const WORD: usize = 45;

/// Whether `text`, written as it is, would read differently: it looks encoded already, or has
/// white space that readers drop.
pub(super) fn reads_differently(text: &str) -> bool {
    text.is_ascii()
        && text.len() <= ALWAYS_ENCODED_ABOVE
        && (text.contains("=?") || text.contains("  ") || text.contains('\t') || text.trim() != text)
}

/// `text` as encoded words with a space between them, split between characters.
pub(super) fn encode(text: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.floor_char_boundary(WORD));
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
        rest = after;
    }
    words.join(" ")
}
