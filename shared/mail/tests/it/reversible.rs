//! What the tests of this crate share: a reversible way to wrap links, and a check of its results
//! that knows nothing of how they are made.

use url::form_urlencoded::{byte_serialize, parse};

/// What stands before a wrapped destination.
pub(crate) const PREFIX: &str = "https://t.test/c/";

/// Wraps a destination so that it can be told from the result.
#[expect(clippy::unnecessary_wraps, reason = "the type of `wrap`")]
pub(crate) fn wrap(destination: &str) -> Option<String> {
    Some(format!("{PREFIX}{}", byte_serialize(destination.as_bytes()).collect::<String>()))
}

/// Splits what follows [`PREFIX`] into the destination and the text after it.
fn unwrap(text: &str) -> (String, &str) {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"*-._%+".contains(c)).unwrap_or(text.len());
    let query = format!("d={}", &text[..end]);
    (parse(query.as_bytes()).next().expect("one pair").1.into_owned(), &text[end..])
}

/// Checks that `tracked` is `source` with nothing but links wrapped; gives their destinations.
///
/// Around the wrapped addresses `tracked` has to repeat `source` byte for byte (but for quotes
/// around a value that had none), and each must lead where the address it replaced leads.
pub(crate) fn assert_only_links_changed(source: &str, tracked: &str) -> Vec<String> {
    let mut destinations = Vec::new();
    let mut rest = source;
    let mut tracked = tracked;
    while let Some((kept, wrapped)) = tracked.split_once(PREFIX) {
        let quote = kept.chars().next_back().expect("no document begins with a value");
        let quoted = rest.starts_with(kept);
        let kept = if quoted { kept } else { kept.strip_suffix('"').expect("quotes around a bare value") };
        rest = rest.strip_prefix(kept).unwrap_or_else(|| panic!("{kept:?} was {rest:?}"));
        let ends = |c: char| if quoted { c == quote } else { c.is_ascii_whitespace() || c == '>' };
        let (value, after) = rest.split_at(rest.find(ends).expect("the value ends"));
        let (destination, after_wrapped) = unwrap(wrapped);
        let meant = mail::track::destination(&htmlize::unescape_attribute(value));
        // Where a relative address leads depends on the base.
        assert!(meant.is_none_or(|meant| meant == destination), "{value:?} became {destination}");
        destinations.push(destination);
        rest = after;
        tracked = if quoted { after_wrapped } else { &after_wrapped[1..] };
    }
    assert_eq!(tracked, rest);
    destinations
}
