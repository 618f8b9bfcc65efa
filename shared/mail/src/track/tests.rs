use super::{Error, MAX_HTML_BYTES, Page, Tracked, text};

const PIXEL: &str = "https://t.test/o/1?a&b";
const PIXEL_TAG: &str = "<img src=\"https://t.test/o/1?a&amp;b\" width=\"1\" height=\"1\" alt=\"\" \
    style=\"border:0;width:1px;height:1px;margin:0;padding:0\">";

/// Every destination becomes `!` and the destination, so that results stay readable.
#[expect(clippy::unnecessary_wraps, reason = "the type of `wrap`")]
fn marked(destination: &str) -> Option<String> {
    Some(format!("!{destination}"))
}

fn wrapped(source: &str) -> String {
    Page::read(source).unwrap().tracked(Tracked { link: &marked, ..Tracked::default() })
}

fn with_pixel(source: &str) -> String {
    Page::read(source)
        .unwrap()
        .tracked(Tracked { pixel: Some(PIXEL), ..Tracked::default() })
        .replace(PIXEL_TAG, "[PIXEL]")
}

fn with_files(source: &str) -> String {
    Page::read(source).unwrap().tracked(Tracked { attachments: "[FILES]", ..Tracked::default() })
}

#[test]
fn wraps_links_however_they_are_written() {
    for (source, expected) in [
        (r#"<a href="http://a.test/">x</a>"#, r#"<a href="!http://a.test/">x</a>"#),
        (r"<A HREF='http://a.test/'>x</A>", r"<A HREF='!http://a.test/'>x</A>"),
        (r"<a href=http://a.test/ id=b>x", r#"<a href="!http://a.test/" id=b>x"#),
        (r"<a href=http://a.test/>x", r#"<a href="!http://a.test/">x"#),
        ("<a\n\thref = \"\n http://a.test/\n b\"\n>x", "<a\n\thref = \"!http://a.test/%20b\"\n>x"),
        (r#"<a class="b"href="http://a.test"title='c'>"#, r#"<a class="b"href="!http://a.test"title='c'>"#),
        (r#"<map><area href="http://a.test"></map>"#, r#"<map><area href="!http://a.test"></map>"#),
        (r#"<a href="http://a.test" href="http://b.test">"#, r#"<a href="!http://a.test" href="http://b.test">"#),
        (r#"<svg><a href="http://a.test"/></svg>"#, r#"<svg><a href="!http://a.test"/></svg>"#),
        ("<p>ä<a href=\"http://ä.test/ö\">ü", "<p>ä<a href=\"!http://xn--4ca.test/%C3%B6\">ü"),
    ] {
        assert_eq!(wrapped(source), expected);
    }
}

#[test]
fn decodes_addresses_as_browsers_do_and_encodes_them_again() {
    for (written, destination) in [
        ("http://a.test/?b=1&amp;c=2", "http://a.test/?b=1&amp;c=2"),
        ("http://a.test/?b=1&c=2", "http://a.test/?b=1&amp;c=2"),
        ("http://a.test/?b=1&copy=2&lt=3", "http://a.test/?b=1&amp;copy=2&amp;lt=3"),
        ("http://a.test/?b&copy;", "http://a.test/?b%C2%A9"),
        ("http://a.test/?b&copy", "http://a.test/?b%C2%A9"),
        ("http&colon;&sol;&sol;a&period;test", "http://a.test"),
        ("&#104;&#x74;tp://a.test", "http://a.test"),
        ("http://a.test/?&amp;amp;", "http://a.test/?&amp;amp;"),
        ("http://a.test/'", "http://a.test/&apos;"),
    ] {
        assert_eq!(wrapped(&format!("<a href=\"{written}\">")), format!("<a href=\"!{destination}\">"));
    }
}

#[test]
fn leaves_every_other_link_untouched() {
    for source in [
        r#"<a href="mailto:a@example.com">"#,
        r#"<a href="tel:+1">"#,
        r##"<a href="#top">"##,
        r#"<a href="">"#,
        r"<a href>",
        r"<a name=b>",
        r#"<a href="/relative">"#,
        r#"<a href="//a.test/">"#,
        r#"<a href="http://a.test" data-no-track>"#,
        r#"<a href="http://a.test" DATA-UNSUBSCRIBE="">"#,
        r#"<a href="http://a.test" rel="nofollow Unsubscribe">"#,
        r#"<a href="http://a.test/unsubscribe/1">"#,
        r#"<link href="http://a.test"><img src="http://a.test" srcset="http://a.test 2x">"#,
        r#"<form action="http://a.test"><button formaction="http://a.test">"#,
        r#"<!--[if mso]><v:roundrect href="http://a.test"><a href="http://a.test"></a><![endif]-->"#,
        r#"<v:roundrect xmlns:v="urn:x" href="http://a.test">"#,
        r#"<textarea><a href="http://a.test"></textarea>"#,
        r#"<style><a href="http://a.test"></style>"#,
        r#"<plaintext><a href="http://a.test">"#,
        r#"<svg><![CDATA[<a href="http://a.test">]]></svg>"#,
        r#"<a href="http://a.test"#,
    ] {
        assert_eq!(wrapped(source), source);
        assert!(Page::read(source).unwrap().destinations("").is_empty(), "{source}");
    }
}

#[test]
fn resolves_relative_links_when_there_is_a_base() {
    let base = r#"<a href="before"><base href="https://a.test/b/"><base href="https://c.test">"#;
    assert!(wrapped(base).starts_with(r#"<a href="!https://a.test/b/before">"#));
    for (written, expected) in [
        ("d?e", "!https://a.test/b/d?e"),
        ("/d#e", "!https://a.test/d#e"),
        ("//f.test/g", "!https://f.test/g"),
        ("http://f.test/G/../h", "!http://f.test/G/../h"),
        ("#e", "#e"),
        ("", ""),
        ("mailto:x@example.com", "mailto:x@example.com"),
        ("http://u@f.test/", "http://u@f.test/"),
        ("{{x}}", "{{x}}"),
        ("unsubscribe", "unsubscribe"),
    ] {
        let result = wrapped(&format!("{base}<a href=\"{written}\">"));
        assert!(result.ends_with(&format!("<a href=\"{expected}\">")), "{result}");
    }
    let local = r#"<base href="file:///x/"><a href="y">"#;
    assert_eq!(wrapped(local), local);
}

/// Replies as mail clients write them: `{A}` is the author's, `{Q}` is quoted.
const QUOTES: &[&str] = &[
    r#"<blockquote type="cite">{Q}</blockquote>{A}"#,
    r"<BLOCKQUOTE class=x TYPE=CITE>{Q}<blockquote type=cite>{Q}</blockquote>{Q}</BLOCKQUOTE>{A}",
    r"<blockquote>{A}</blockquote>{A}",
    r#"<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{Q}</div><blockquote class="gmail_quote">{Q}</blockquote></div>"#,
    r#"{A}<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">{Q}</div>{Q}<blockquote type="cite">{Q}</blockquote>{Q}"#,
    r#"{A}<div style="border:none; border-top:solid #E1E1E1 1.0pt; padding:3.0pt 0in 0in 0in">{Q}</div>{Q}"#,
    r#"{A}<div id="mail-editor-reference-message-container">{Q}</div>"#,
    r#"{A}<div id="yahoo_quoted_1" class="yahoo_quoted">{Q}</div>"#,
    r#"{A}<div class="moz-cite-prefix">{Q}</div><blockquote type="cite" cite="mid:x">{Q}</blockquote>{A}"#,
    r#"{A}<div name="quote">{Q}</div>"#,
    r#"<div>{A}<blockquote type="cite">{Q}<p>{Q}</div>{A}"#,
    r#"{A}<div class="yahoo_quoted">{Q}<div>{Q}"#,
    r#"<div class="gmail_quote"><div class="gmail_attr">{Q}</div><blockquote class="gmail_quote">{Q}</blockquote><div>{A}</div></div>{A}"#,
    r#"<div class="gmail_quote">{Q}<blockquote class="gmail_quote">{Q}</blockquote>{A}<blockquote class="gmail_quote">{Q}</blockquote>{A}</div>"#,
    r#"<div class="gmail_extra">{A}<div class="gmail_quote">{Q}<blockquote class="gmail_quote">{Q}</blockquote></div>{A}</div>"#,
    r#"{A}<div class="gmail_quote"><div class="gmail_attr">{Q}</div>{Q}<div class="gmail_quote">{Q}<blockquote class="gmail_quote">{Q}</blockquote>{Q}</div>{Q}</div>{A}"#,
];

#[test]
fn leaves_links_in_quoted_text_untouched() {
    for quote in QUOTES {
        let source =
            quote.replace("{A}", r#"<a href="http://own.test">"#).replace("{Q}", r#"<a href="http://old.test">"#);
        let expected = source.replace("http://own.test", "!http://own.test");
        assert_eq!(wrapped(&source), expected);
    }
}

#[test]
fn takes_pixels_out_of_quoted_text_only() {
    let own = r#"<img src="http://a.test" width=1 height=1><img src="http://a.test" style="width:300px">"#;
    assert_eq!(wrapped(own), own);
    for pixel in [
        r#"<img src="http://a.test" width="1" height="1">"#,
        r"<IMG WIDTH=0 HEIGHT=1px SRC=x>",
        r#"<img src=x style="border:0;WIDTH: 1px !important; height:0" width=20>"#,
        r#"<img src=x width=1 height=1 style="width:.0104in;height:0%">"#,
        PIXEL_TAG,
    ] {
        let quote = |inside: &str| format!("<p>A{pixel}</p><blockquote type=cite>Q{inside}Q</blockquote>{pixel}");
        assert_eq!(wrapped(&quote(pixel)), quote(""), "{pixel}");
    }
    for image in [
        r#"<img src="http://a.test">"#,
        r#"<img src="http://a.test" width="1">"#,
        r#"<img src="http://a.test" width="100%" height="1">"#,
        r#"<img src="http://a.test" width="1" height="1" style="width:1em;height:1em">"#,
        r#"<img src="http://a.test" width="2" height="1">"#,
    ] {
        let quote = format!("<blockquote type=cite>Q{image}Q</blockquote>");
        assert_eq!(wrapped(&quote), quote);
    }
}

#[test]
fn puts_the_pixel_where_the_content_begins() {
    for expected in [
        "[PIXEL]",
        "[PIXEL]x",
        "\u{feff}[PIXEL]<p>x",
        "<!DOCTYPE html><html><head><title>x</title></head><BODY class='a > b'>[PIXEL]<p>x</p></BODY></html>",
        "<!doctype html>[PIXEL]\n<p>x",
        "<?xml version='1.0'?><!-- a --><!DOCTYPE html>[PIXEL]x",
        "<html>[PIXEL]<p>x</html>",
        "<html>\n<head>\n<style>p{}</style>\n</head>[PIXEL]\n<p>x<style>q{}</style>",
        "<head><title>x</title>[PIXEL]<p>x",
        "<meta charset=utf-8><!--[if mso]><xml/><![endif]--><link rel=x><style>p{}</style>[PIXEL]x<meta>",
        "[PIXEL]<p>x</p><style>p{}</style>",
        "[PIXEL]<blockquote type=cite><html><head></head><body>Q</body></html></blockquote>",
        "<!doctype html><html><body>[PIXEL]<body>x</body>",
        "[PIXEL]&nbsp;<title>",
    ] {
        assert_eq!(with_pixel(&expected.replace("[PIXEL]", "")), expected);
    }
}

#[test]
fn puts_files_after_the_text_of_the_author() {
    for expected in [
        "[FILES]",
        "<p>x</p>[FILES]",
        "<html><body><p>x</p>[FILES]</body></html>",
        "<html><body><p>x</p>[FILES]</BODY>\n</html>",
        "<html><p>x</p>[FILES]</html>",
        "<p>x</p>[FILES]<a href=\"",
        "<p>x</p>[FILES]<!-- x > y",
        "<p>x</p>[FILES]<a title=\"x > y",
        "<p>x</p>[FILES]<a title = 'x <b> y",
        "<p>x</p>[FILES]<style>p { color: red }\n<p>y</p>",
        "<p>x</p>[FILES]<STYLE media='a > b'>p {} </sty",
        "<p>x</p>[FILES]<textarea><b>",
        "<p>x</p>[FILES]<!--[if mso]><p>y</p>",
        "<style>a > b {}</style><p title='a > b'>x</p>[FILES]",
        "<!-- <style> -->x < y[FILES]",
        "1 < 2 and 3 > 2[FILES]",
        "<body>x[FILES]<div class=gmail_quote>Q</div><br>&nbsp; </body>",
        "<body>x[FILES]<div class=moz-cite-prefix>Q</div>\n<blockquote type=cite>Q</blockquote></body>",
        "<body>x[FILES]<div id=appendonsend></div><hr><div id=divRplyFwdMsg>Q</div><p>Q</p></body>",
        "<body><blockquote type=cite>Q</blockquote><p>x</p>[FILES]</body>",
        "<body><blockquote type=cite>Q</blockquote>x[FILES]<blockquote type=cite>Q</blockquote></body>",
        "<body>x[FILES]<div class=gmail_quote>Q</body>",
        "x[FILES]<div class=gmail_quote>Q",
    ] {
        assert_eq!(with_files(&expected.replace("[FILES]", "")), expected);
    }
    assert_eq!(
        Page::read("<div class=gmail_quote>Q</div>").unwrap().tracked(Tracked {
            pixel: Some(PIXEL),
            attachments: "[FILES]",
            ..Tracked::default()
        }),
        format!("{PIXEL_TAG}[FILES]<div class=gmail_quote>Q</div>")
    );
}

#[test]
fn names_each_destination_once_html_first() {
    let html =
        r#"<a href="http://b.test/?x=1&amp;y=2">b</a><a href="http://a.test">a</a><a href=http://b.test/?x=1&y=2>"#;
    let text = "http://c.test, http://a.test\n> http://quoted.test";
    assert_eq!(
        Page::read(html).unwrap().destinations(text),
        ["http://b.test/?x=1&y=2", "http://a.test", "http://c.test"]
    );
}

#[test]
fn leaves_out_in_text_what_the_html_does_not_want_tracked() {
    let html =
        r#"<a href="http://a.test/1" data-no-track><a href="http://b.test" rel=unsubscribe><a href="http://b.test">"#;
    assert_eq!(
        Page::read(html).unwrap().destinations("http://a.test/1 http://a.test/2 http://b.test"),
        ["http://b.test", "http://a.test/2"]
    );
}

#[test]
fn wraps_addresses_in_text() {
    for (source, expected) in [
        ("See http://a.test/x, please.", "See !http://a.test/x, please."),
        ("Label <http://a.test/x>\r\nNext", "Label <!http://a.test/x>\r\nNext"),
        ("> http://a.test\nhttp://b.test", "> http://a.test\n!http://b.test"),
        ("http://a.test/unsubscribe", "http://a.test/unsubscribe"),
        (
            "http://a.test\n-----Original Message-----\nhttp://b.test\n",
            "!http://a.test\n-----Original Message-----\nhttp://b.test\n",
        ),
        (
            "http://a.test\n---------- Forwarded message ---------\nhttp://b.test",
            "!http://a.test\n---------- Forwarded message ---------\nhttp://b.test",
        ),
        (
            "http://a.test\nOn 1 June 2026 at 10:00, A\n<a@example.com> wrote:\n\nhttp://b.test",
            "!http://a.test\nOn 1 June 2026 at 10:00, A\n<a@example.com> wrote:\n\nhttp://b.test",
        ),
        (
            "Am 1. Juni 2026 schrieb A:\n> http://a.test\n\nhttp://b.test",
            "Am 1. Juni 2026 schrieb A:\n> http://a.test\n\n!http://b.test",
        ),
        ("On Monday we wrote:\nhttp://a.test", "On Monday we wrote:\n!http://a.test"),
        ("----- Our offer -----\nhttp://a.test", "----- Our offer -----\n!http://a.test"),
    ] {
        assert_eq!(text(source, &marked), expected);
    }
}

#[test]
fn wraps_nothing_it_gets_no_address_for() {
    let source = r#"<a href="http://a.test?b&c">"#;
    assert_eq!(Page::read(source).unwrap().tracked(Tracked::default()), source);
    assert_eq!(text("http://a.test", &|_| None), "http://a.test");
}

#[test]
fn keeps_markup_out_of_what_it_puts_in() {
    let wrap = |_: &str| Some("\"'><script>&".to_owned());
    let escaped = "&quot;&apos;&gt;&lt;script&gt;&amp;";
    for (source, expected) in [
        ("<a href='http://a.test'>", format!("<a href='{escaped}'>")),
        ("<a href=http://a.test>", format!("<a href=\"{escaped}\">")),
    ] {
        assert_eq!(Page::read(source).unwrap().tracked(Tracked { link: &wrap, ..Tracked::default() }), expected);
    }
}

#[test]
fn refuses_what_is_too_large() {
    let bytes = MAX_HTML_BYTES + 1;
    assert_eq!(Page::read(&"x".repeat(bytes)).err(), Some(Error::TooLarge { bytes }));
}

#[test]
fn images_of_ones_own_text_get_another_address_and_nothing_else_changes() {
    let source = "<p><img src='https://t.test/i/1?a&amp;b' alt=logo><img src=https://t.test/i/2><IMG alt=x>\
        <blockquote type=cite>On Monday <img src='https://t.test/i/1?a&amp;b' width=600></blockquote>";
    assert_eq!(Page::read(source).unwrap().images(), ["https://t.test/i/1?a&b", "https://t.test/i/2"]);
    let image = |address: &str| address.ends_with("/2").then(|| "https://t.test/i/\"3\"".to_owned());
    let tracked = Page::read(source).unwrap().tracked(Tracked { image: &image, ..Tracked::default() });
    assert_eq!(tracked, source.replace("src=https://t.test/i/2", "src=\"https://t.test/i/&quot;3&quot;\""));
}
