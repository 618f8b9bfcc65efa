//! Finds web addresses in running text, as mail clients do when they make them clickable.

use std::ops::{Range, RangeInclusive};

/// Closing punctuation that ends a sentence rather than an address.
const TRAILING: &[char] = &['.', ',', ';', ':', '!', '?', '\'', '"', '»', '>'];

/// Marks outside ASCII that addresses do have inside, as those of encyclopedias, but not at their end: dashes, middle
/// dots, and the joiners of Persian and Indic words.
const INNER: &[RangeInclusive<char>] =
    &['·'..='·', '\u{200c}'..='\u{200d}', '‐'..='―', '•'..='•', '〜'..='〜', '・'..='・'];

/// Characters outside ASCII at which an address ends although they are no white space: invisible ones (Unicode, general
/// category Cf), and the punctuation of all scripts (Po, Ps, Pe, Pi, Pf), with the full-width forms of ASCII's.
const ENDS: &[RangeInclusive<char>] = &[
    '¡'..='¡',
    '§'..='§',
    '«'..='«',
    '\u{ad}'..='\u{ad}',
    '¶'..='¶',
    '»'..='»',
    '¿'..='¿', // Latin-1
    '\u{37e}'..='\u{37e}',
    '\u{387}'..='\u{387}',
    '\u{55a}'..='\u{55f}',
    '\u{589}'..='\u{589}', // Greek, Armenian
    '\u{5be}'..='\u{5be}',
    '\u{5c0}'..='\u{5c0}',
    '\u{5c3}'..='\u{5c3}',
    '\u{5f3}'..='\u{5f4}', // Hebrew
    '\u{600}'..='\u{605}',
    '\u{609}'..='\u{60a}',
    '\u{60c}'..='\u{60d}',
    '\u{61b}'..='\u{61f}', // Arabic
    '\u{66a}'..='\u{66d}',
    '\u{6d4}'..='\u{6d4}',
    '\u{700}'..='\u{70d}',
    '\u{70f}'..='\u{70f}', // and Syriac
    '\u{7f7}'..='\u{7f9}',
    '\u{830}'..='\u{83e}',
    '\u{964}'..='\u{965}',
    '\u{970}'..='\u{970}', // N'Ko, Indic
    '\u{df4}'..='\u{df4}',
    '\u{e4f}'..='\u{e4f}',
    '\u{e5a}'..='\u{e5b}',
    '\u{f04}'..='\u{f14}', // Sinhala, Thai
    '\u{f3a}'..='\u{f3d}',
    '\u{104a}'..='\u{104f}',
    '\u{10fb}'..='\u{10fb}',
    '\u{1360}'..='\u{1368}', // to Ethiopic
    '\u{166e}'..='\u{166e}',
    '\u{169b}'..='\u{169c}',
    '\u{17d4}'..='\u{17da}',
    '\u{1800}'..='\u{180a}', // to Mongolian
    '\u{180e}'..='\u{180e}',
    '\u{1944}'..='\u{1945}',
    '\u{1aa0}'..='\u{1aad}',
    '\u{1b5a}'..='\u{1b60}', // to Balinese
    '\u{1c3b}'..='\u{1c3f}',
    '\u{1c7e}'..='\u{1c7f}',
    '\u{200b}'..='\u{200b}',
    '\u{200e}'..='\u{200f}', // to marks
    '\u{2016}'..='\u{2021}',
    '\u{2023}'..='\u{206f}',
    '\u{2308}'..='\u{230b}',
    '\u{2329}'..='\u{232a}', // of layout
    '\u{2768}'..='\u{2775}',
    '\u{27e6}'..='\u{27ef}',
    '\u{2983}'..='\u{2998}',
    '\u{2cf9}'..='\u{2cff}', // brackets
    '\u{2e00}'..='\u{2e5d}',
    '\u{3001}'..='\u{3003}',
    '\u{3008}'..='\u{3011}',
    '\u{3014}'..='\u{301b}', // East Asian
    '\u{301d}'..='\u{301f}',
    '\u{303d}'..='\u{303d}',
    '\u{a4fe}'..='\u{a4ff}',
    '\u{a60d}'..='\u{a60f}', // to Vai
    '\u{a8ce}'..='\u{a8cf}',
    '\u{a92e}'..='\u{a92f}',
    '\u{a9c1}'..='\u{a9cd}',
    '\u{aa5c}'..='\u{aa5f}', // to Cham
    '\u{abeb}'..='\u{abeb}',
    '\u{fd3e}'..='\u{fd3f}',
    '\u{fe10}'..='\u{fe19}',
    '\u{fe30}'..='\u{fe6f}', // forms
    '\u{feff}'..='\u{feff}',
    '\u{ff01}'..='\u{ff0f}',
    '\u{ff1a}'..='\u{ff20}',
    '\u{ff3b}'..='\u{ff40}', // full width
    '\u{ff5b}'..='\u{ff65}',
    '\u{fff9}'..='\u{fffd}',
    '\u{e0000}'..='\u{e007f}', // and what is no character
];

fn is_among(ranges: &[RangeInclusive<char>], c: char) -> bool {
    ranges.iter().any(|range| range.contains(&c))
}

/// Whether an address ends before `c`. None of these is legal in an address (RFC 3986).
fn is_end(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_control() || matches!(c, ' ' | '<' | '>' | '"')
    } else {
        c.is_whitespace() || c.is_control() || !is_among(INNER, c) && is_among(ENDS, c)
    }
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
            None => TRAILING.contains(&last) || is_among(INNER, last),
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
                let after = if mark.is_whitespace() || !super::is_among(super::INNER, mark) { after } else { "" };
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
