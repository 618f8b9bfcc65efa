//! Finds web addresses in running text, as mail clients do when they make them clickable.

use std::ops::{Range, RangeInclusive};

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Closing punctuation that ends a sentence rather than an address.
const TRAILING: &[char] = &['.', ',', ';', ':', '!', '?', '\'', '"', '»', '>'];

/// Marks outside ASCII that addresses do have inside, as those of encyclopedias, but not at their end: dashes, middle
/// dots, and the joiners of Persian and Indic words.
const INNER: &[RangeInclusive<char>] =
    &['·'..='·', '\u{200c}'..='\u{200d}', '‐'..='―', '•'..='•', '〜'..='〜', '・'..='・'];

fn is_inner(c: char) -> bool {
    INNER.iter().any(|range| range.contains(&c))
}

/// Whether an address ends before `c`. None of these is legal in an address (RFC 3986).
fn is_end(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_control() || matches!(c, ' ' | '<' | '>' | '"')
    } else {
        c.is_whitespace() || c.is_control() || (!is_inner(c) && is_mark(c))
    }
}

/// Characters outside ASCII at which a reader sees an address end: invisible ones, the punctuation of all scripts, and the
/// full-width forms of ASCII's marks.
fn is_mark(c: char) -> bool {
    let group = c.general_category_group();
    let invisible = c.general_category() == GeneralCategory::Format;
    invisible || group == GeneralCategoryGroup::Punctuation || matches!(c, '！'..='～' if !c.is_alphanumeric())
}

/// Whether a scheme may not begin right after `c`: in Latin it would be the rest of a word. Other scripts are often
/// written without spaces, or change to Latin without one.
fn continues_word(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c.is_alphabetic() && matches!(c, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{2c60}'..='\u{2c7f}')
}

/// Byte ranges of the `http` and `https` addresses in `text`, in order and without overlap.
///
/// An address starts with its scheme where no Latin letter or digit precedes it. It ends at white space
/// or a quotation mark, without trailing punctuation and without a closing bracket that was not
/// opened inside. Between `<` and `>` it is taken whole (RFC 3986, appendix C).
pub(crate) fn find(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some((start, scheme)) = next_scheme(text, from) {
            let end = start + extent(text, start);
            from = end.max(start + scheme);
            if end > start + scheme {
                return Some(start..end);
            }
        }
        None
    })
}

/// Position and length of the next `http://` or `https://` at or after `from`.
fn next_scheme(text: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(colon) = text.get(at..)?.find("://") {
        let colon = at + colon;
        at = colon + 3;
        for scheme in ["https", "http"] {
            let start = colon.saturating_sub(scheme.len()).max(from);
            let named = text.get(start..colon).is_some_and(|name| name.eq_ignore_ascii_case(scheme));
            if named && !text[..start].ends_with(continues_word) {
                return Some((start, scheme.len() + 3));
            }
        }
    }
    None
}

/// Length in bytes of the address that starts at `start`.
fn extent(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let run = rest.find(is_end).unwrap_or(rest.len());
    let enclosed = text[..start].ends_with('<') && rest[run..].starts_with('>');
    if enclosed { run } else { without_trailing(&rest[..run]).len() }
}

/// Strips punctuation that belongs to the sentence, and closing brackets nobody opened.
fn without_trailing(address: &str) -> &str {
    let mut kept = address;
    let mut surplus = None;
    while let Some(last) = kept.chars().next_back() {
        let is_surplus = match BRACKETS.iter().position(|&(_, close)| close == last) {
            Some(kind) => take_surplus(&mut surplus.get_or_insert_with(|| surpluses(kept))[kind]),
            None => TRAILING.contains(&last) || is_inner(last),
        };
        if !is_surplus {
            break;
        }
        kept = &kept[..kept.len() - last.len_utf8()];
    }
    kept
}

const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// How many more brackets of each kind are closed than opened.
fn surpluses(address: &str) -> [i64; 3] {
    BRACKETS.map(|(open, close)| address.chars().map(|c| i64::from(c == close) - i64::from(c == open)).sum())
}

/// Counts one bracket less; whether there was one too many.
const fn take_surplus(surplus: &mut i64) -> bool {
    *surplus -= 1;
    *surplus >= 0
}

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str) -> Vec<&str> {
        find(text).map(|range| &text[range]).collect()
    }

    #[test]
    fn leaves_the_punctuation_of_the_sentence() {
        for (text, address) in [
            ("See https://example.com/a.", "https://example.com/a"),
            ("(see https://example.com/a)", "https://example.com/a"),
            ("(https://example.com/a(b))", "https://example.com/a(b)"),
            ("https://example.com/a_(b)", "https://example.com/a_(b)"),
            ("[https://example.com/a],", "https://example.com/a"),
            ("»https://example.com/ä«", "https://example.com/ä"),
            ("„https://example.com/a“", "https://example.com/a"),
            ("HTTPS://Example.com/A?b=c!!!", "HTTPS://Example.com/A?b=c"),
            ("https://example.com/a?x=1,2;3", "https://example.com/a?x=1,2;3"),
            ("<https://example.com/a.>", "https://example.com/a."),
            ("<URL:https://example.com/a>", "https://example.com/a"),
            ("https://example.com/你好。", "https://example.com/你好"),
            ("x:https://example.com/a", "https://example.com/a"),
        ] {
            assert_eq!(found(text), [address], "{text}");
        }
    }

    #[test]
    fn ends_where_a_reader_ends_it_in_any_script() {
        let marks = "\u{200b}\u{feff}\u{ad}\u{2060}\u{200e}\u{202c}\u{200d}،؛؟۔।॥።။។，．！？：；）］｝〉》」』】〕、。…·–—・〜׃՝܀\u{3000}\u{a0}";
        for mark in marks.chars() {
            for after in ["", "next", " next", "مرحبا", "नमस्ते"] {
                let after = if mark.is_whitespace() || !super::is_inner(mark) { after } else { "" };
                let text = format!("https://example.com/x{mark}{after}");
                assert_eq!(found(&text), ["https://example.com/x"], "{mark:?} {after}");
            }
        }
        for whole in [
            "https://fa.wikipedia.org/wiki/می\u{200c}خواهم",
            "https://example.com/ジョン・スミス",
            "https://example.com/a–b",
        ] {
            assert_eq!(found(&format!("{whole}.")), [whole]);
        }
    }

    #[test]
    fn begins_right_after_a_letter_of_another_script() {
        for before in ["链接", "リンク", "رابط", "ссылка", "लिंक", "한국어", "１"] {
            assert_eq!(found(&format!("{before}https://example.com/x，谢谢")), ["https://example.com/x"], "{before}");
        }
    }

    #[test]
    fn finds_each_once_and_in_order() {
        let text = "http://a.test https://b.test/http://c.test\nhttps://d.test,https://e.test";
        let expected = ["http://a.test", "https://b.test/http://c.test", "https://d.test,https://e.test"];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn ignores_what_is_no_web_address() {
        for text in ["", "http://", "https:// x", "xhttp://a.test", "ftp://a.test", "://", "ähttp://a"] {
            assert!(found(text).is_empty(), "{text}");
        }
    }
}
