//! HTML that a stranger wrote, made safe to be shown: nothing in it runs, and looking at it tells nobody.

use std::borrow::Cow;
use std::collections::HashMap;

use ammonia::{Builder, UrlRelative};

/// The HTML without scripts, styles, forms and images, but for those that came with the mail: `images` leads from the name in
/// `cid:` (RFC 2392) to an address.
pub(super) fn of(html: &str, images: HashMap<String, String>) -> String {
    let mut builder = Builder::default();
    builder
        .add_url_schemes(["cid"])
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            (_, "src") => value.strip_prefix("cid:").and_then(|id| images.get(id)).map(|url| Cow::Owned(url.clone())),
            _ if value.starts_with("cid:") => None,
            _ => Some(Cow::Borrowed(value)),
        });
    builder.clean(html).to_string()
}
