use super::{from_html, to_html};

#[track_caller]
fn reads(html: &str, expected: &str) {
    assert_eq!(from_html(html), expected, "{html}");
}

#[test]
fn reads_paragraphs_and_lines() {
    reads("", "");
    reads(" \n<p> </p><br>", "");
    reads("Hello", "Hello\n");
    reads("<p>One\n  two</p>\n<p>three<br>four</p>five", "One two\n\nthree\nfour\n\nfive\n");
    reads("a<br><br><br><br>b<div>c</div><div>d</div>", "a\n\nb\nc\nd\n");
    reads("<p>a<p>b", "a\n\nb\n");
    reads("<h1>Offer</h1>x<hr>y", "Offer\n\nx\n--------------------\ny\n");
    reads("<table><tr><td>a</td><td> b</td></tr><tr><th>c<th>d</table>", "a b\nc d\n");
    reads("<pre>a  b\n\n  c\td</pre>", "a  b\n\n  c    d\n");
    reads("a&nbsp;&nbsp;b", "a  b\n");
}

#[test]
fn decodes_character_references() {
    reads("&lt;b&gt; &amp;amp; &auml;&#246;&#xFC; &euro; &copy2026", "<b> &amp; äöü € ©2026\n");
    reads("soft&shy;hyphen&#8203;", "softhyphen\n");
}

#[test]
fn writes_links_with_their_address() {
    reads(
        r#"<a href="https://example.com/a?b=1&amp;c=2">our <b>offer</b></a>."#,
        "our offer <https://example.com/a?b=1&c=2>.\n",
    );
    reads(r#"<a href="https://example.com/">https://example.com/</a>"#, "https://example.com/\n");
    reads(r#"<a href="mailto:sales@example.com?subject=x">sales@example.com</a>"#, "sales@example.com\n");
    reads(r#"<a href="mailto:sales@example.com">write</a>"#, "write <sales@example.com>\n");
    reads(r#"<a href="tel:+1-555">call</a> <a href="tel:+1555">+1 (555)</a>"#, "call <+1-555> +1 (555)\n");
    reads(r#"<base href="https://a.test/"><a href="b">b</a>"#, "b <https://a.test/b>\n");
    reads(r##"<a href="#top">top</a> <a href="javascript:x()">x</a> <a name="y">y</a>"##, "top x y\n");
    reads(r#"<a href="https://example.com/unsubscribe">leave</a>"#, "leave <https://example.com/unsubscribe>\n");
    reads(r#"<a href="https://example.com/"><img src=x alt="Logo"></a>"#, "Logo <https://example.com/>\n");
    reads(r#"<a href="https://a.test/">a<a href="https://b.test/">b"#, "a <https://a.test/>b <https://b.test/>\n");
}

#[test]
fn writes_lists_and_quotations() {
    reads("x<ul><li>a</li><li>b<ol><li>c<li>d</ol></li></ul>y", "x\n\n- a\n- b\n  1. c\n  2. d\n\ny\n");
    reads("a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n\n  b\n\n    c\n\nd\n");
    reads(
        "a<blockquote type=cite><p>b</p><p>c</p><blockquote type=cite>d</blockquote></blockquote>e",
        "a\n\n> b\n>\n> c\n>\n> > d\n\ne\n",
    );
    reads("a<div class=gmail_quote>b:<blockquote class=gmail_quote>c</blockquote></div>", "a\n\n> b:\n>\n> c\n");
    reads(
        "<div class=gmail_quote>b:<blockquote class=gmail_quote>c</blockquote><div>d</div></div>e",
        "> b:\n>\n> c\n\nd\ne\n",
    );
    reads("<div class=gmail_quote>b<div>c</div></div>e", "> b\n> c\n\ne\n");
    reads("a<div id=divRplyFwdMsg>b</div>c<blockquote type=cite>d</blockquote>", "a\n\n> b\n> c\n>\n> d\n");
}

#[test]
fn leaves_out_what_nobody_sees() {
    reads(
        "<head><title>t</title><style>s</style></head><script>s</script><!-- c --><!--[if mso]>m<![endif]-->\
         <div style='display: none'>p<div>q</div></div><span hidden>h</span>x<textarea>t</textarea>\
         <svg><title>t</title><style>s</style></svg>",
        "x\n",
    );
}

#[test]
fn hidden_text_hides_only_itself() {
    let hidden = "style=\"display:none\"";
    for (html, expected) in [
        (format!("<p {hidden}>Preview<p>Hello Ann"), "Hello Ann\n"),
        (format!("<p {hidden}>Preview<div>Hello Ann</div>"), "Hello Ann\n"),
        (format!("<p {hidden}>Preview<table><tr><td>Hello Ann</table>"), "Hello Ann\n"),
        (format!("<p {hidden}>Preview<ul><li>Hello Ann</ul>"), "- Hello Ann\n"),
        (format!("<p><span {hidden}>Preview<p>Hello Ann"), "Hello Ann\n"),
        (format!("<ul><li {hidden}>a<li>b</ul>c"), "- b\n\nc\n"),
        (format!("<ul><li>a<div {hidden}>x<li>b</ul>"), "- a\n- b\n"),
        (format!("<dl><dt {hidden}>a<dd>b</dl>"), "b\n"),
        (format!("<table><tr><td {hidden}>a<td>b<tr><td>c</table>"), "b\nc\n"),
        (format!("<table><tr {hidden}><td>a<tr><td>b</table>"), "b\n"),
        (format!("<div {hidden}>a<p>b</div>c"), "c\n"),
        (format!("<p {hidden}>a<b>b</p>c"), "c\n"),
        (format!("<ul><li {hidden}>a<ul><li>b</ul>c<li>d</ul>"), "- d\n"),
        (format!("a<img {hidden} alt=secret>b<img alt=c><img width=1 height=1 alt=pixel>"), "abc\n"),
        ("<p style=\"DISPLAY : None !important\">a</p>b<p style=\"x-display:none\">c</p>".to_owned(), "b\n\nc\n"),
    ] {
        reads(&html, expected);
    }
}

#[test]
fn a_label_never_stands_for_another_address() {
    for (html, expected) in [
        (
            "<a href='https://example.com/a/b'>https://example.com/ab</a>",
            "https://example.com/ab <https://example.com/a/b>\n",
        ),
        ("<a href='https://example.com/a.'>https://example.com/a.</a>", "<https://example.com/a.>\n"),
        (
            "see <a href='https://example.com/offer/1'>https://example.com/of…</a>.",
            "see <https://example.com/offer/1>.\n",
        ),
        ("<a href='mailto:jo%2Bx@example.org'>jo+x@example.org</a>", "jo+x@example.org\n"),
        ("<a href='mailto:jo%40example.org'>Jo</a>", "Jo <jo@example.org>\n"),
        ("<a href='mailto:a-b@example.org'>ab@example.org</a>", "ab@example.org <a-b@example.org>\n"),
    ] {
        reads(html, expected);
    }
}

#[test]
fn numbers_and_line_breaks_stay() {
    reads("<ol start=5><li>a<li value=9>b<li>c</ol>", "5. a\n9. b\n10. c\n");
    reads("<ol start=-1><li>a<li>b</ol><ul><li value=3>c</ul>", "-1. a\n0. b\n\n- c\n");
    reads("<div style='white-space: pre-wrap'>a\n  b</div>c\nd", "a\n  b\nc d\n");
    reads("<p style='white-space:pre-line'>a\nb<p>c\nd", "a\nb\n\nc d\n");
}

#[test]
fn wraps_lines_but_no_address() {
    let address = format!("https://example.com/{}", "a".repeat(100));
    let text = from_html(&format!("<ul><li>{}<a href='{address}'>x</a></ul>", "word ".repeat(30)));
    assert!(text.contains(&format!("<{address}>")), "{text}");
    for line in text.lines().filter(|line| !line.contains("https")) {
        assert!(line.len() <= 76, "{line}");
    }
    assert!(text.lines().skip(1).all(|line| line.starts_with("  ")), "{text}");
}

#[test]
fn writes_html_for_text() {
    for (text, html) in [
        ("", ""),
        ("a", "<p dir=\"auto\">a</p>\n"),
        ("a\r\nb\n\n\nc\n", "<p dir=\"auto\">a<br>\nb</p>\n<p dir=\"auto\">c</p>\n"),
        ("<b> & \"c\"", "<p dir=\"auto\">&lt;b&gt; &amp; \"c\"</p>\n"),
        ("  a   b", "<p dir=\"auto\">&nbsp;&nbsp;a &nbsp;&nbsp;b</p>\n"),
        (
            "See <https://example.com/?a=1&b=2>.",
            "<p dir=\"auto\">See &lt;<a href=\"https://example.com/?a=1&amp;b=2\">\
             https://example.com/?a=1&amp;b=2</a>&gt;.</p>\n",
        ),
        (
            "a\n> b\n>c\nd",
            "<p dir=\"auto\">a</p>\n<blockquote type=\"cite\" dir=\"auto\">b<br>\nc</blockquote>\n\
             <p dir=\"auto\">d</p>\n",
        ),
    ] {
        assert_eq!(to_html(text), html, "{text}");
    }
}

#[test]
fn html_for_text_reads_as_that_text() {
    for text in ["a\nb\n\nc  d\n", "<b>&amp;\n", "a\n\n> b\n> c\n\nd\n", "https://example.com/?a=1&b=2\n", "  ä\n"] {
        assert_eq!(from_html(&to_html(text)), text);
    }
}
