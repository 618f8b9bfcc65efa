//! The address of one link: where it stands, and where it leads.

use std::ops::Range;

use lol_html::html_content::{Attribute, Element};
use url::Url;

use super::destination;

/// Place of the value of an attribute without its quotes; `None` when it has no value.
///
/// When an attribute is repeated the first counts (WHATWG HTML, attribute name state).
pub(super) fn value(element: &Element<'_, '_>, name: &str) -> Option<Range<usize>> {
    element
        .attributes()
        .iter()
        .find(|attribute| attribute.name_preserve_case().eq_ignore_ascii_case(name))
        .and_then(Attribute::value_source_location)
        .map(|place| place.bytes())
}

/// Whether the author does not want this link tracked, or must not: `data-no-track`,
/// `data-unsubscribe` or `rel="unsubscribe"`.
pub(super) fn opted_out(element: &Element<'_, '_>) -> bool {
    element.has_attribute("data-no-track")
        || element.has_attribute("data-unsubscribe")
        || element
            .get_attribute("rel")
            .is_some_and(|rel| rel.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("unsubscribe")))
}

/// The address relative ones start from, when it is on the web.
pub(crate) fn base(value: &str) -> Option<Url> {
    let address = htmlize::unescape_attribute(value);
    Url::parse(address.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// Where the attribute value `value` leads, when that is to be tracked.
///
/// Addresses within the page (`#…`) and empty ones stay what they are even if there is a base.
pub(crate) fn resolve(value: &str, base: Option<&Url>) -> Option<String> {
    let address = htmlize::unescape_attribute(value);
    destination(&address).or_else(|| {
        let relative = address.trim_matches(|c: char| c <= ' ');
        let within_page = relative.is_empty() || relative.starts_with('#');
        let odd = relative.contains(char::is_control) || relative.contains("{{");
        // An address with a scheme has been refused above for what it is.
        let base = base.filter(|_| !within_page && !odd && Url::parse(relative).is_err())?;
        destination(base.join(relative).ok()?.as_str())
    })
}

/// `address` as an attribute value in place of the one at `place`, quoted if that was not.
pub(super) fn as_value(address: &str, html: &str, place: &Range<usize>) -> String {
    let escaped = htmlize::escape_all_quotes(address);
    if html[..place.start].ends_with(['"', '\'']) { escaped.into_owned() } else { format!("\"{escaped}\"") }
}
