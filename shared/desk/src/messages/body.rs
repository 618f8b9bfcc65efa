//! The body of a message from the parts that are given.

use domain::message::{Body, BodyPart};

/// The body after a change of its parts; `None` when neither is given.
///
/// A part without anything to see is derived from the other, and so is one that was derived before. A part of the
/// author's own stays when only the other is given.
pub(crate) fn changed(before: &Body, html: Option<String>, text: Option<String>) -> Option<Body> {
    if html.is_none() && text.is_none() {
        return None;
    }
    let own = |part, kept: &str| (before.derived != Some(part)).then(|| kept.to_owned());
    let html = html.or_else(|| own(BodyPart::Html, &before.html)).filter(|html| !shows_nothing(html));
    let text = text.or_else(|| own(BodyPart::Text, &before.text)).filter(|text| !is_blank(text));
    Some(of_parts(html, text))
}

fn of_parts(html: Option<String>, text: Option<String>) -> Body {
    match (html, text) {
        (Some(html), Some(text)) => Body { html, text, ..Body::empty() },
        (Some(html), None) => {
            Body { text: mail::text::from_html(&html), html, derived: Some(BodyPart::Text), ..Body::empty() }
        }
        (None, Some(text)) => {
            Body { html: mail::text::to_html(&text), text, derived: Some(BodyPart::Html), ..Body::empty() }
        }
        (None, None) => Body::empty(),
    }
}

/// A template's parts as a change that takes the place of both: what was derived is derived again.
pub(super) fn parts(body: Body) -> (Option<String>, Option<String>) {
    let own = |part, content| if body.derived == Some(part) { String::new() } else { content };
    (Some(own(BodyPart::Html, body.html)), Some(own(BodyPart::Text, body.text)))
}

/// The parts of a new draft with the author's signature below them. A mark tells where it begins and ends, so that an editor can
/// put another one in its place.
pub(super) fn signed(html: Option<String>, text: Option<String>, signature: &str) -> (Option<String>, Option<String>) {
    let marked = format!("<div class=\"telltale-signature\">{signature}</div>");
    let plain = mail::text::from_html(signature);
    let text = text.filter(|text| !is_blank(text));
    let html = html.filter(|html| !shows_nothing(html));
    match (html, text) {
        (None, Some(text)) => (None, Some(format!("{}\n\n-- \n{plain}", text.trim_end()))),
        (html, text) => {
            let text = text.map(|text| format!("{}\n\n-- \n{plain}", text.trim_end()));
            (Some(html.unwrap_or_default() + &marked), text)
        }
    }
}

/// Nothing but white space and what cannot be seen.
fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || c.is_control() || matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}'))
}

/// HTML without text and images, such as the empty paragraph of an editor.
fn shows_nothing(html: &str) -> bool {
    let has_image = || ["<img", "<svg", "<v:"].iter().any(|tag| html.to_ascii_lowercase().contains(tag));
    is_blank(html) || is_blank(&mail::text::from_html(html)) && !has_image()
}

#[cfg(test)]
mod tests {
    use super::{Body, BodyPart, changed, parts};

    fn body(html: &str, text: &str, derived: Option<BodyPart>) -> Body {
        Body { html: html.into(), text: text.into(), derived, ..Body::empty() }
    }

    #[test]
    fn a_blank_part_is_derived_from_the_other() {
        let html = "<p dir=\"auto\">Hello</p>\n";
        for blank in ["", " \n", "\u{feff}", "\u{200b} "] {
            let given = |html: &str, text: &str| changed(&Body::empty(), Some(html.into()), Some(text.into())).unwrap();
            assert_eq!(given(blank, "Hello"), body(html, "Hello", Some(BodyPart::Html)), "{blank:?}");
            assert_eq!(
                given("<p>Hello</p>", blank),
                body("<p>Hello</p>", "Hello\n", Some(BodyPart::Text)),
                "{blank:?}"
            );
            assert_eq!(given(blank, blank), Body::empty());
        }
        for blank in ["<p></p>", "<p><br></p>", "<div>&nbsp;</div>", "<html><body>\n</body></html>", "<!-- x -->"] {
            let given = changed(&Body::empty(), Some(blank.into()), Some("Hello".into())).unwrap();
            assert_eq!(given, body(html, "Hello", Some(BodyPart::Html)), "{blank}");
        }
        let picture = changed(&Body::empty(), Some("<img src=x>".into()), Some("Hello".into())).unwrap();
        assert_eq!(picture, body("<img src=x>", "Hello", None));
    }

    #[test]
    fn only_a_derived_part_follows_the_other() {
        let own = body("<p>a</p>", "My own", None);
        assert_eq!(changed(&own, Some("<p>b</p>".into()), None), Some(body("<p>b</p>", "My own", None)));
        assert_eq!(changed(&own, None, Some("Other".into())), Some(body("<p>a</p>", "Other", None)));
        assert_eq!(changed(&own, None, Some(" ".into())), Some(body("<p>a</p>", "a\n", Some(BodyPart::Text))));
        let derived = body("<p>a</p>", "a\n", Some(BodyPart::Text));
        let followed = changed(&derived, Some("<p>b</p>".into()), None);
        assert_eq!(followed, Some(body("<p>b</p>", "b\n", Some(BodyPart::Text))));
        assert_eq!(changed(&derived, None, Some("x".into())), Some(body("<p>a</p>", "x", None)));
        assert_eq!(changed(&own, None, None), None);
    }

    #[test]
    fn a_template_takes_the_place_of_both() {
        let filled = body("<p>b</p>", "b\n", Some(BodyPart::Text));
        let (html, text) = parts(filled.clone());
        assert_eq!(changed(&body("<p>a</p>", "My own", None), html, text), Some(filled));
    }
}
