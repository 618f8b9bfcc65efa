//! Mail that was sent before and is used again: what was put into it for its first recipient is taken out.
//!
//! Otherwise the first recipient's pixel would report the new reader, and a redirect would lead into another one. The
//! true address stands in the token, so nothing has to be read to know it.

use std::cell::RefCell;

use domain::ground::token::{self, Token, TokenKind};
use lol_html::{HtmlRewriter, MemorySettings, Settings, element};

use super::link;
use super::scan::MEMORY_BYTES;
use super::splice::{Edit, splice};

/// Reads a token of a kind: verified where there are keys, or as it claims to be.
pub type ReadToken<'a> = &'a dyn Fn(TokenKind, &str) -> Option<Token>;

/// HTML without the pixels and redirects of an earlier sending, quoted or not.
pub fn restored_html(html: &str, read: ReadToken<'_>) -> String {
    if !may_be_used_again(html) {
        return html.to_owned();
    }
    let html = splice(html, pixels(html, read));
    restored(&html, read, &|address| htmlize::escape_all_quotes(address).into_owned())
}

/// Text without the redirects of an earlier sending.
pub fn restored_text(text: &str, read: ReadToken<'_>) -> String {
    restored(text, read, &str::to_owned)
}

/// Whether an address is one of ours whose true address is not known here: it is never tracked.
pub(super) fn is_tracked_already(address: &str) -> bool {
    [TokenKind::Click, TokenKind::Download, TokenKind::File].iter().any(|kind| {
        let segment = kind.path().and_then(|path| address.split_once(&format!("/{path}/")));
        segment.is_some_and(|(_, segment)| token::claimed(*kind, run(segment)).is_some())
    })
}

fn may_be_used_again(source: &str) -> bool {
    ["/o/", "/c/", "/i/"].iter().any(|path| source.contains(path))
}

/// The images that are open pixels of ours.
fn pixels(html: &str, read: ReadToken<'_>) -> Vec<Edit> {
    let found = RefCell::new(Vec::new());
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MEMORY_BYTES))
        .append_element_content_handler(element!("img", |image| {
            let address = link::value(image, "src").map(|place| htmlize::unescape_attribute(&html[place]).into_owned());
            let segment = address.as_deref().and_then(|address| Some(run(address.rsplit_once("/o/")?.1)));
            if segment.is_some_and(|segment| read(TokenKind::Open, segment).is_some()) {
                found.borrow_mut().push(Edit::remove(image.source_location().bytes()));
            }
            Ok(())
        }));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| ());
    // Only memory can run out; the copy is then refused when it is tracked.
    let _ = rewriter.write(html.as_bytes()).and_then(|()| rewriter.end());
    found.into_inner()
}

/// `source` with true addresses in the place of redirects and of the addresses of hosted images.
fn restored(source: &str, read: ReadToken<'_>, written: &dyn Fn(&str) -> String) -> String {
    let mut edits = Vec::new();
    for (kind, path) in [(TokenKind::Click, "/c/"), (TokenKind::Image, "/i/")] {
        for (at, _) in source.match_indices(path) {
            let segment = run(&source[at + path.len()..]);
            let Some(token) = read(kind, segment) else { continue };
            let end = at + path.len() + segment.len();
            if kind == TokenKind::Image {
                let place = at + path.len()..end;
                edits.push(Edit { place, text: token.destination });
            } else if let Some(start) = start_of_address(&source[..at]) {
                edits.push(Edit { place: start..end, text: written(&token.destination) });
            }
        }
    }
    splice(source, edits)
}

/// Where the address begins whose host ends `before`.
fn start_of_address(before: &str) -> Option<usize> {
    let (head, host) = before.rsplit_once("://")?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let scheme = ["https", "http"].into_iter().find(|scheme| {
        head.len()
            .checked_sub(scheme.len())
            .and_then(|at| head.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(scheme))
    })?;
    (!host.is_empty() && host.chars().all(is_host)).then(|| head.len() - scheme.len())
}

/// The beginning of `rest` that can be a token.
fn run(rest: &str) -> &str {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    &rest[..end.unwrap_or(rest.len())]
}

#[cfg(test)]
mod tests {
    use domain::ground::id::MessageId;
    use domain::ground::keyring::KeyRing;
    use domain::ground::token::{Token, TokenKind, TokenSigner};

    use super::{is_tracked_already, restored_html, restored_text};
    use crate::track::{Page, Tracked, destination, text};

    fn signer() -> TokenSigner {
        TokenSigner::new(&KeyRing::new(1, [(1, vec![7; 32])].into()).unwrap())
    }

    fn address(kind: TokenKind, destination: &str) -> String {
        let message = MessageId::from_bytes([3; 16]);
        let token = Token { kind, message, recipient: 1, index: 0, destination: destination.to_owned() };
        format!("https://t.example.com/{}/{}", kind.path().unwrap(), signer().sign(&token).unwrap())
    }

    #[test]
    fn a_mail_that_was_sent_is_what_its_author_wrote() {
        let read = |kind, segment: &str| signer().verify(kind, segment).ok();
        let click = |destination: &str| Some(address(TokenKind::Click, destination));
        let pixel = address(TokenKind::Open, "");
        for source in [
            r#"<p>x</p><a href="https://example.com/?a=1&amp;b=2">a</a>"#,
            "<blockquote><a href='https://example.com/x'>https://example.com/x</a></blockquote>",
            r#"<body><p>x</p><img src="https://example.com/o/logo.png"><a href="https://other.example/c/abc">c</a></body>"#,
        ] {
            let page = Page::read(source).unwrap();
            let sent = page.tracked(Tracked { link: &click, pixel: Some(&pixel), ..Tracked::default() });
            assert_ne!(sent, source);
            assert_eq!(restored_html(&sent, &read), source);
            for quoted in [
                "<blockquote type=cite>{}</blockquote>",
                "<blockquote>{}</blockquote>",
                "a<div class=gmail_quote>{}</div>",
            ] {
                assert_eq!(restored_html(&quoted.replace("{}", &sent), &read), quoted.replace("{}", source));
            }
        }
        let source = "See https://example.com/a.\n> https://example.com/b\n";
        assert_eq!(restored_text(&text(source, &click), &read), source);
        let quoted = format!("> <{}>.\n", address(TokenKind::Click, "https://example.com/a"));
        assert_eq!(restored_text(&quoted, &read), "> <https://example.com/a>.\n");
    }

    #[test]
    fn what_cannot_be_opened_stays_and_is_not_tracked() {
        let download = address(TokenKind::Download, "");
        let foreign = TokenSigner::new(&KeyRing::new(2, [(2, vec![9; 32])].into()).unwrap());
        let read = |kind, segment: &str| foreign.verify(kind, segment).ok();
        for address in [download, address(TokenKind::Click, "https://example.com/")] {
            let html = format!("<a href=\"{address}\">x</a>");
            assert_eq!(restored_html(&html, &read), html);
            assert!(is_tracked_already(&address));
            assert_eq!(destination(&address), None);
        }
        for other in ["https://example.com/c/offer", "https://example.com/a/", "https://example.com/c/%20"] {
            assert_eq!(destination(other).as_deref(), Some(other));
        }
    }
}
