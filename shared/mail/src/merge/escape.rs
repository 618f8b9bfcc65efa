//! Values as each sink takes them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::sink::{self, Sink};

/// The value for this sink; `None` when it must not stand there.
pub(super) fn escape(value: &str, sink: Sink) -> Option<String> {
    Some(match sink {
        Sink::Line => one_line(value),
        Sink::Plain => plain(value),
        Sink::Text => htmlize::escape_text(plain(value)).replace('\n', "<br>"),
        Sink::RawText => htmlize::escape_text(plain(value)).into_owned(),
        Sink::Attribute => htmlize::escape_all_quotes(plain(value)).into_owned(),
        Sink::Address => {
            let address = value.trim();
            let clean = !address.chars().any(|c| c.is_control() || c.is_whitespace());
            (clean && sink::leads_somewhere(address)).then(|| htmlize::escape_all_quotes(address).into_owned())?
        }
        Sink::AddressPart => encoded(value, RESERVED),
        Sink::Mailbox => encoded(value.trim(), NOT_IN_A_MAILBOX),
        Sink::MailField => encoded(&plain(value).replace('\n', "\r\n"), NOT_IN_A_FIELD),
        Sink::Number => encoded(&value.split_whitespace().collect::<String>(), NOT_IN_A_NUMBER),
    })
}

/// Line ends and control characters become spaces.
fn one_line(value: &str) -> String {
    let odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    value.chars().map(|c| if odd(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// Control characters are dropped, but for tabs and line ends, which become one kind.
fn plain(value: &str) -> String {
    let value = value.replace("\r\n", "\n").replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    value.chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n')).collect()
}

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The characters that a field of `mailto:` takes beyond them. A plus sign would be read as a space by some.
const NOT_IN_A_FIELD: &AsciiSet = &RESERVED.remove(b'@');
/// The characters that the address of `mailto:` takes beyond them (RFC 6068, section 2), without separators.
const NOT_IN_A_MAILBOX: &AsciiSet = &NOT_IN_A_FIELD.remove(b'+');
/// The characters that `tel:` takes beyond them (RFC 3966, section 3): the plus sign and separators of groups.
const NOT_IN_A_NUMBER: &AsciiSet = &RESERVED.remove(b'+').remove(b'(').remove(b')').remove(b'*');

/// A part of an address, encoded so that it stays a part.
fn encoded(value: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(value, set).to_string()
}
