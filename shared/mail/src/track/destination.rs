//! Which addresses are tracked, and in which form a redirect leads to them.

use percent_encoding::{AsciiSet, utf8_percent_encode};
use std::borrow::Cow;
use std::fmt::Write as _;

use url::Url;

use super::earlier;

/// Addresses longer than this many bytes are left alone: the tracked address carries the
/// destination, and API Gateway refuses a request line and headers above 10,240 bytes.
pub const MAX_DESTINATION_BYTES: usize = 2_000;

/// The address a redirect leads to, or `None` when the address is not to be tracked.
///
/// `written` is the address with its character references decoded. As in a browser (WHATWG URL,
/// basic URL parser) white space around it and line breaks and tabs inside it do not count. What
/// comes back is what the author wrote, byte for byte, except for what may not stand in a
/// `Location` header: spaces, `"`, `<`, `>` and everything outside ASCII are percent-encoded as
/// UTF-8, and an international host becomes its `xn--` form. A browser makes the same request for
/// both. The result maps to itself.
///
/// Not tracked are: other schemes than `http` and `https`, relative addresses, addresses with a
/// user name, with control characters, with a left-over `{{placeholder}}`, of more than
/// [`MAX_DESTINATION_BYTES`], those no browser can open, redirects and downloads of
/// an earlier mail (a redirect never leads into another), and unsubscribe links: a path that has
/// `unsubscribe` as one of its words (`/unsubscribe`, `/email-unsubscribe.html`).
pub fn destination(written: &str) -> Option<String> {
    let address = tidy(written);
    if address.contains(char::is_control) {
        return None;
    }
    let (scheme, rest) = split_scheme(&address)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len()));
    if authority.is_empty() || authority.contains('@') || tail.starts_with('\\') {
        return None;
    }
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    if asks_to_unsubscribe(path) || earlier::is_tracked_already(path) {
        return None;
    }
    let mut tracked = String::with_capacity(address.len());
    tracked.push_str(scheme);
    push_authority(&mut tracked, scheme, authority)?;
    tracked.extend(utf8_percent_encode(tail, NOT_IN_A_URI));
    (tracked.len() <= MAX_DESTINATION_BYTES && !tracked.contains("{{")).then_some(tracked)
}

/// Drops what a browser ignores: white space around, tabs and line breaks inside.
fn tidy(written: &str) -> Cow<'_, str> {
    let trimmed = written.trim_matches(|c: char| c <= ' ');
    if trimmed.contains(['\t', '\n', '\r']) {
        Cow::Owned(trimmed.replace(['\t', '\n', '\r'], ""))
    } else {
        Cow::Borrowed(trimmed)
    }
}

/// Splits `https://` from the rest; `None` for any other scheme or spelling.
fn split_scheme(address: &str) -> Option<(&str, &str)> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let (head, rest) = address.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some((head, rest))
    })
}

/// Writes host and port, if a browser would take them: as they are, or in the form of RFC 5891
/// when they are not ASCII.
fn push_authority(tracked: &mut String, scheme: &str, authority: &str) -> Option<()> {
    if is_plain_domain(authority) {
        tracked.push_str(authority);
        return Some(());
    }
    let parsed = Url::parse(&format!("{scheme}{authority}/")).ok()?;
    if authority.is_ascii() {
        tracked.push_str(authority);
        return Some(());
    }
    tracked.push_str(parsed.host_str()?);
    if let Some(port) = parsed.port() {
        write!(tracked, ":{port}").ok()?;
    }
    Some(())
}

/// Whether `authority` is a domain no parser could object to, which nearly all are. What may be a
/// number, a port or `xn--` needs a closer look.
fn is_plain_domain(authority: &str) -> bool {
    let last = authority.rsplit('.').next().unwrap_or_default();
    last.bytes().all(|b| b.is_ascii_alphabetic())
        && !last.is_empty()
        && authority.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        && !authority.contains("--")
}

/// The few characters that may not stand in a header or a URI (RFC 3986).
const NOT_IN_A_URI: &AsciiSet = &AsciiSet::EMPTY.add(b' ').add(b'"').add(b'<').add(b'>');

fn asks_to_unsubscribe(path: &str) -> bool {
    path.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case("unsubscribe"))
}

#[cfg(test)]
mod tests {
    use super::{MAX_DESTINATION_BYTES, destination};

    #[test]
    fn keeps_what_the_author_wrote() {
        for address in [
            "https://example.com",
            "HTTP://Example.COM:8080/A/../b/%7euser/%C3%A4?q=a+b&c=%20#Part-2",
            "https://example.com/a;b,c/{x}/[y]|z^w`v'u?{a}=[b]\\c",
            "https://example.com/#!/route?x=1",
            "https://example.com/100%",
            "https://[2001:db8::1]:8443/x",
            "https://192.0.2.7/x",
            "https://xn--mller-kva.example/",
            "https://example.com/?to=https://example.test/?a=b@c",
        ] {
            assert_eq!(destination(address).as_deref(), Some(address));
        }
    }

    #[test]
    fn encodes_only_what_no_header_can_carry() {
        for (written, expected) in [
            (
                "https://example.com/größe?farbe=grün#maß",
                "https://example.com/gr%C3%B6%C3%9Fe?farbe=gr%C3%BCn#ma%C3%9F",
            ),
            ("https://müller.example/ä", "https://xn--mller-kva.example/%C3%A4"),
            ("https://müller.example:8443", "https://xn--mller-kva.example:8443"),
            ("https://müller.example:80", "https://xn--mller-kva.example:80"),
            ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
            ("https://example.com/a b?c d#e f", "https://example.com/a%20b?c%20d#e%20f"),
            ("https://example.com/\"<x>\"", "https://example.com/%22%3Cx%3E%22"),
            ("https://example.com/😀", "https://example.com/%F0%9F%98%80"),
            (" \n https://example.com/a\n\tb\r\n ", "https://example.com/ab"),
            ("\u{1}https://example.com/", "https://example.com/"),
        ] {
            assert_eq!(destination(written).as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn leaves_everything_else_alone() {
        for address in [
            "",
            "#top",
            "/path",
            "//example.com/",
            "example.com",
            "mailto:sales@example.com",
            "tel:+1",
            "sms:+1",
            "javascript:alert(1)",
            "ftp://example.com/",
            "cid:logo",
            "httpx://example.com",
            "http:example.com",
            "http:/example.com",
            "https:\\\\example.com",
            "https://example.com\\@example.test/",
            "https://",
            "https:///path",
            "https://?q",
            "https://user@example.com/",
            "https://user:secret@example.com/",
            "https://exa mple.com/",
            "https://example.com /",
            "https://exa<mple.com/",
            "https://example.com:99999/",
            "https://example.com/\u{0}a",
            "https://example.com/\u{7f}",
            "https://example.com/\u{85}",
            "https://example.com/{{contact.id}}",
            "{{link}}",
        ] {
            assert_eq!(destination(address), None, "{address}");
        }
    }

    #[test]
    fn knows_unsubscribe_links_by_their_path() {
        for path in ["unsubscribe", "a/Unsubscribe/x", "email-unsubscribe.html", "u/unsubscribe?id=1"] {
            assert_eq!(destination(&format!("https://example.com/{path}")), None, "{path}");
        }
        for path in ["unsubscribed", "?next=unsubscribe", "#unsubscribe"] {
            assert!(destination(&format!("https://example.com/{path}")).is_some(), "{path}");
        }
    }

    #[test]
    fn stops_at_the_longest_address() {
        let longest = format!("https://example.com/{}", "a".repeat(MAX_DESTINATION_BYTES - 20));
        assert_eq!(destination(&longest), Some(longest.clone()));
        assert_eq!(destination(&format!("{longest}a")), None);
        assert_eq!(destination(&format!("https://example.com/{}", "ä".repeat(400))), None);
    }
}
