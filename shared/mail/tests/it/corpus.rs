//! HTML mails as mail programs and senders write them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::reversible::{PREFIX, assert_only_links_changed, wrap};
use mail::{text, track};

const PIXEL: &str = "https://t.test/o/1";
const FILES: &str = "<table><tr><td>FILES</td></tr></table>";

/// Name and content of every mail of the corpus, by name.
fn corpus() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/html");
    let mut mails: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "html"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    mails.sort();
    assert!(mails.len() >= 25, "{}", mails.len());
    mails
}

/// Without the pixels that are taken out of quoted text.
fn without_foreign_pixels(html: &str) -> String {
    track::Page::read(html).unwrap().tracked(track::Tracked::default())
}

#[test]
fn tracks_what_is_to_be_tracked_and_nothing_else() {
    let mut report = String::new();
    for (name, html) in corpus() {
        let links = track::Page::read(&html).unwrap().destinations("");
        writeln!(report, "{name}").unwrap();
        for link in links {
            let host = url::Url::parse(&link).unwrap().host_str().unwrap().to_owned();
            assert!(host.ends_with("example.com"), "{name}: {link}");
            writeln!(report, "    {link}").unwrap();
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn changes_nothing_but_links() {
    for (name, html) in corpus() {
        let tracked =
            track::Page::read(&html).unwrap().tracked(track::Tracked { link: &wrap, ..track::Tracked::default() });
        let mut destinations = assert_only_links_changed(&without_foreign_pixels(&html), &tracked);
        destinations.sort();
        destinations.dedup();
        let mut expected = track::Page::read(&html).unwrap().destinations("");
        expected.sort();
        assert_eq!(destinations, expected, "{name}");
    }
}

#[test]
fn changes_nothing_without_tracking() {
    for (name, html) in corpus() {
        let quoted_pixels = html.len() - without_foreign_pixels(&html).len();
        assert!(quoted_pixels == 0 || html.contains("example.org/"), "{name}");
    }
}

#[test]
fn adds_one_pixel_and_one_list_of_files() {
    for (name, html) in corpus() {
        let plain = without_foreign_pixels(&html);
        let tracked = track::Page::read(&html).unwrap().tracked(track::Tracked {
            pixel: Some(PIXEL),
            attachments: FILES,
            ..track::Tracked::default()
        });
        assert_eq!(tracked.matches(PIXEL).count(), 1, "{name}");
        assert_eq!(tracked.matches(FILES).count(), 1, "{name}");
        let start = tracked.find("<img src=\"https://t.test/o/1\"").unwrap();
        let end = start + tracked[start..].find('>').unwrap() + 1;
        let without_pixel = format!("{}{}", &tracked[..start], &tracked[end..]);
        assert_eq!(without_pixel.replacen(FILES, "", 1), plain, "{name}");
        assert!(start < tracked.find(FILES).unwrap(), "{name}");
    }
}

#[test]
fn tracking_twice_finds_the_wrapped_addresses() {
    for (name, html) in corpus() {
        let tracked =
            track::Page::read(&html).unwrap().tracked(track::Tracked { link: &wrap, ..track::Tracked::default() });
        let links = track::Page::read(&tracked).unwrap().destinations("");
        assert!(links.iter().all(|link| link.starts_with(PREFIX)), "{name}");
    }
}

#[test]
fn reads_as_text() {
    let mut report = String::new();
    for (name, html) in corpus() {
        writeln!(report, "=== {name}\n{}", text::from_html(&html)).unwrap();
    }
    insta::assert_snapshot!(report);
}

#[test]
fn tracks_the_same_in_the_text_alternative() {
    // What HTML shows as bare text, such as the markup after `<plaintext>`, is an address in text.
    for (name, html) in corpus().into_iter().filter(|(name, _)| name != "odd-rawtext") {
        let text = text::from_html(&html);
        let links = track::Page::read(&html).unwrap().destinations("");
        assert_eq!(track::Page::read(&html).unwrap().destinations(&text), links, "{name}");
        let wrap = |destination: &str| links.iter().any(|link| link == destination).then(|| format!("!{destination}"));
        let tracked = track::text(&text, &wrap);
        // A map of an image has no place in text.
        for link in links.iter().filter(|link| !link.contains("/map/")) {
            let shown = [format!("!{link}>"), format!("!{link}\n")];
            assert!(shown.iter().any(|shown| tracked.contains(shown)), "{name}: {link} in {tracked}");
        }
    }
}

#[test]
fn takes_a_mail_of_a_megabyte() {
    let rows = "<tr><td><a href=\"https://www.example.com/?a=1&amp;b=2\">x</a></td></tr>\n";
    let count = (track::MAX_HTML_BYTES - 100) / rows.len();
    let html = format!("<html><body><table>\n{}</table></body></html>", rows.repeat(count));
    let tracked = track::Page::read(&html).unwrap().tracked(track::Tracked {
        link: &wrap,
        pixel: Some(PIXEL),
        ..track::Tracked::default()
    });
    assert_eq!(tracked.matches(PREFIX).count(), count);
    assert_eq!(text::from_html(&html).lines().count(), count);
}

#[test]
fn takes_markup_made_to_exhaust() {
    let bytes = 500_000;
    let deep = |tag: &str| tag.repeat(bytes / tag.len());
    for bomb in [
        deep("<div>"),
        deep("<div class=gmail_quote>"),
        deep("<blockquote type=cite>"),
        deep("<a href=http://a.test>"),
        deep("</div>"),
        deep("<svg>"),
        deep("<ul><li>"),
        deep("<style></style>"),
        deep("<!---->"),
        deep("<!--"),
        deep("<"),
        deep("&nbsp;"),
        deep("&"),
        deep("<div class=gmail_quote></div>&nbsp;"),
        deep("<table><tr><td>"),
        deep("<pre>\n"),
        format!("<a href=\"http://a.test/{}\">", "&amp;".repeat(200_000)),
        format!("<a href=\"http://a.test/{}", "x".repeat(1_000_000)),
        format!("<p style=\"{}\">", ";width:1px".repeat(100_000)),
        format!("<a {}>", "a ".repeat(100_000)),
    ] {
        let tracked =
            track::Tracked { link: &wrap, pixel: Some(PIXEL), attachments: FILES, ..track::Tracked::default() };
        let page = track::Page::read(&bomb);
        assert!(page.is_ok(), "{}", &bomb[..20]);
        page.unwrap().tracked(tracked);
        text::from_html(&bomb);
    }
    for bomb in ["http://", "http://a.test/((((", "On 1 wrote:\n", "On 1\n", "> ", "-----", "<http://a.test "] {
        let bomb = deep(bomb);
        track::text(&bomb, &wrap);
        text::to_html(&bomb);
    }
}
