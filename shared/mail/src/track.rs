//! Puts one recipient's redirect links and open pixel into a message.
//!
//! A [`Page`] is read once. It names the destinations, the caller makes a tracked address for each, and
//! [`Page::tracked`] and [`text`] put them in. Nothing else changes, not a byte: a link the author wrote leads where the
//! author wanted, and markup only Outlook understands stays what it is.
//!
//! Left alone, besides what [`destination`] refuses:
//!
//! - links marked `data-no-track`, `data-unsubscribe` or `rel="unsubscribe"`;
//! - the quoted text of earlier mails, so that a reply to a tracked mail tracks nothing twice and
//!   reports nothing to someone else; pixels in there are taken out;
//! - comments, so also what is for Outlook alone, and text that only looks like markup
//!   (`<textarea>`, `<noscript>`).

mod destination;
mod earlier;
pub(crate) mod link;
mod place;
mod plain;
pub(crate) mod quoted;
mod scan;
mod splice;
pub(crate) mod tiny;

use std::collections::HashSet;
use std::ops::Range;

use splice::Edit;

pub use destination::{MAX_DESTINATION_BYTES, destination};
pub use earlier::{ReadToken, restored_html, restored_text};
pub use plain::text;
pub(crate) use plain::{end_of_own_text, own_text, own_words};

/// Longest HTML that is taken, in bytes.
pub const MAX_HTML_BYTES: usize = 1 << 20;

/// Why HTML cannot be tracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is longer than [`MAX_HTML_BYTES`].
    #[error("the HTML has {bytes} bytes, more than {MAX_HTML_BYTES}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// More elements are open at once than there is memory for.
    #[error("the HTML nests too many elements")]
    TooComplex,
}

/// The HTML of a message, scanned once: its links, its images, and the places where something goes in.
pub struct Page<'h> {
    html: &'h str,
    found: Rewritable,
}

impl<'h> Page<'h> {
    /// Scans HTML.
    ///
    /// # Errors
    /// When it is too large or too complex.
    pub fn read(html: &'h str) -> Result<Self, Error> {
        Ok(Self { html, found: find(html)? })
    }

    /// Destinations of all links that can be tracked, first those of the page and then those of `text`, in order of first
    /// appearance, each once.
    ///
    /// [`Tracked::link`] is called with them: as [`destination`] gives them, so `&amp;` is `&`. Text cannot say that a link
    /// is not to be tracked; a link that the page marks so is left out for `text` too. So [`Tracked::link`] should give an
    /// address for these destinations only.
    pub fn destinations(&self, text: &str) -> Vec<String> {
        let opted_out: HashSet<_> = self.found.opted_out.iter().collect();
        let in_text = plain::links(text).map(|(_, destination)| destination);
        let in_html = self.found.links.iter().map(|link| link.destination.clone());
        let all = in_html.chain(in_text.filter(|destination| !opted_out.contains(destination)));
        let mut seen = HashSet::new();
        all.filter(|destination| seen.insert(destination.clone())).collect()
    }

    /// Addresses of all images outside quoted text, each once, with `&amp;` as `&`.
    pub fn images(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        let all = self.found.images.iter().map(|image| image.destination.as_str());
        all.filter(|address| seen.insert(*address)).collect()
    }

    /// The HTML for one recipient.
    pub fn tracked(&self, tracked: Tracked<'_>) -> String {
        let found = &self.found;
        let mut edits: Vec<Edit> = found.foreign_pixels.iter().cloned().map(Edit::remove).collect();
        for (links, wrap) in [(&found.links, tracked.link), (&found.images, tracked.image)] {
            edits.extend(links.iter().filter_map(|link| {
                let address = wrap(&link.destination)?;
                let text = link::as_value(&address, self.html, &link.place);
                Some(Edit { text, place: link.place.clone() })
            }));
        }
        edits.extend(tracked.pixel.map(|address| Edit::insert(found.pixel_at, pixel_tag(address))));
        if !tracked.attachments.is_empty() {
            edits.push(Edit::insert(found.attachments_at, tracked.attachments.to_owned()));
        }
        splice::splice(self.html, edits)
    }
}

/// What goes into the copy of one recipient.
#[derive(Clone, Copy)]
pub struct Tracked<'a> {
    /// The tracked address for a destination, or `None` to leave the link untouched.
    pub link: &'a dyn Fn(&str) -> Option<String>,
    /// The tracked address for the address of an image, or `None` to leave the image untouched.
    pub image: &'a dyn Fn(&str) -> Option<String>,
    /// The address of the open pixel.
    pub pixel: Option<&'a str>,
    /// HTML that goes after the author's own text (see
    /// [`attachments::html_list`](crate::attachments::html_list)), or "".
    pub attachments: &'a str,
}

impl Default for Tracked<'_> {
    fn default() -> Self {
        Self { link: &|_| None, image: &|_| None, pixel: None, attachments: "" }
    }
}

/// HTML with the list of files after the author's own text. Every other byte stays, and HTML that cannot be read has the list
/// at its end.
pub fn with_list(html: &str, list: &str) -> String {
    let at = find(html).map_or(html.len(), |found| found.attachments_at);
    if list.is_empty() { html.to_owned() } else { splice::splice(html, vec![Edit::insert(at, list.to_owned())]) }
}

/// Everything there is to rewrite in a body.
struct Rewritable {
    links: Vec<Link>,
    opted_out: Vec<String>,
    images: Vec<Link>,
    foreign_pixels: Vec<Range<usize>>,
    pixel_at: usize,
    attachments_at: usize,
}

/// A link or an image: the place of its attribute value, and where it leads.
struct Link {
    place: Range<usize>,
    destination: String,
}

impl Link {
    fn as_written(html: &str, place: &Range<usize>) -> Self {
        let destination = htmlize::unescape_attribute(&html[place.clone()]).into_owned();
        Self { place: place.clone(), destination }
    }
}

fn find(html: &str) -> Result<Rewritable, Error> {
    if html.len() > MAX_HTML_BYTES {
        return Err(Error::TooLarge { bytes: html.len() });
    }
    let found = scan::scan(html)?;
    let base = found.base.clone().and_then(|place| link::base(&html[place]));
    let resolve = |place: &Range<usize>| link::resolve(&html[place.clone()], base.as_ref());
    let links = found.links.iter().filter_map(|place| {
        let destination = resolve(place)?;
        Some(Link { place: place.clone(), destination })
    });
    Ok(Rewritable {
        links: links.collect(),
        opted_out: found.opted_out.iter().filter_map(resolve).collect(),
        images: found.images.iter().map(|place| Link::as_written(html, place)).collect(),
        pixel_at: place::of_pixel(html, &found),
        attachments_at: place::of_attachments(html, &found),
        foreign_pixels: found.foreign_pixels,
    })
}

/// Not hidden: some clients and filters take a hidden image for a sign of spam, others never load it.
fn pixel_tag(address: &str) -> String {
    let address = htmlize::escape_all_quotes(address);
    format!(
        "<img src=\"{address}\" width=\"1\" height=\"1\" alt=\"\" \
         style=\"border:0;width:1px;height:1px;margin:0;padding:0\">"
    )
}

#[cfg(test)]
mod tests;
