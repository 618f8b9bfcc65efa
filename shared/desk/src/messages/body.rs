//! The body of a message from the parts that are given.

use domain::message::Body;

/// A body of two parts, of which one is derived from the other when it is not given; `None` when neither is.
pub(crate) fn of_parts(html: Option<String>, text: Option<String>) -> Option<Body> {
    match (html, text) {
        (None, None) => None,
        (Some(html), Some(text)) => Some(Body { html, text }),
        (Some(html), None) => Some(Body { text: mail::text::from_html(&html), html }),
        (None, Some(text)) => Some(Body { html: mail::text::to_html(&text), text }),
    }
}
