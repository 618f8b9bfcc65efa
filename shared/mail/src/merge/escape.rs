//! Values as each sink takes them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::sink::{self, Sink};

/// The value for this sink; `None` when it must not stand there.
pub(super) fn escape(value: &str, sink: Sink) -> Option<String> {
    Some(match sink {
        Sink::Line => one_line(value),
        Sink::Plain => plain(value),
        Sink::Text => htmlize::escape_text(plain(value)).into_owned(),
        Sink::Attribute => htmlize::escape_all_quotes(plain(value)).into_owned(),
        Sink::Address => {
            let address = value.trim();
            let clean = !address.chars().any(|c| c.is_control() || c.is_whitespace());
            (clean && sink::leads_somewhere(address)).then(|| htmlize::escape_all_quotes(address).into_owned())?
        }
        Sink::AddressPart => component(value),
    })
}

/// Line ends and control characters become spaces.
fn one_line(value: &str) -> String {
    let odd = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    value.chars().map(|c| if odd(c) { ' ' } else { c }).collect::<String>().trim().to_owned()
}

/// Control characters are dropped, but for tabs and line ends.
fn plain(value: &str) -> String {
    value.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\t' | '\n')).collect()
}

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A part of an address, encoded so that it stays a part.
fn component(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}
