//! Where in HTML a value lands, and so what it must be escaped for.
//!
//! `lol_html` tokenizes the HTML with its placeholders in it and tells positions. What lies neither in text nor in the
//! quoted value of an attribute (names, comments, unquoted values) is found by nobody and refused.

use std::cell::RefCell;
use std::ops::Range;

use lol_html::html_content::{Element, TextType};
use lol_html::{HtmlRewriter, MemorySettings, Settings, doc_text, element};

use super::{Invalid, Path};
use crate::track::MAX_HTML_BYTES;

/// What a value is escaped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sink {
    /// A header: one line.
    Line,
    /// Plain text.
    Plain,
    /// Text of an element.
    Text,
    /// Text of an element which takes no tags: `<title>`, `<textarea>`.
    RawText,
    /// A quoted attribute that is only text.
    Attribute,
    /// The beginning of an address: the value must be an address itself.
    Address,
    /// A part of an address.
    AddressPart,
    /// The address, or a part of it, behind `mailto:`.
    Mailbox,
    /// A field of `mailto:`, such as its subject.
    MailField,
    /// The number behind `tel:`.
    Number,
}

/// Attributes that hold one address.
const ADDRESSES: [&str; 7] = ["href", "src", "action", "background", "cite", "poster", "longdesc"];
/// Attributes in which no escaping is safe, besides event handlers (`on…`): code, styles, several addresses.
const CODE: [&str; 7] = ["style", "srcdoc", "srcset", "imagesrcset", "ping", "formaction", "xlink:href"];
/// Elements whose attributes act on the whole document.
const ACTING: [&str; 8] = ["base", "meta", "link", "script", "object", "embed", "iframe", "style"];
/// Schemes that lead somewhere and run nothing.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// True for an address that only leads somewhere.
pub(super) fn leads_somewhere(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, rest)| {
        SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) && !rest.is_empty()
    })
}

/// The sink of each place.
pub(super) fn find(html: &str, places: &[(Range<usize>, Path)]) -> Result<Vec<Sink>, Invalid> {
    if html.len() > MAX_HTML_BYTES {
        return Err(Invalid::at(html, 0, "the HTML is too long"));
    }
    let (sinks, texts) = (RefCell::new(vec![None; places.len()]), RefCell::new(Vec::new()));
    let settings = Settings::new()
        .with_strict(true)
        .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(16 << 20))
        .append_element_content_handler(element!("*", |element| {
            attributes(html, places, element, &mut sinks.borrow_mut());
            Ok(())
        }))
        .append_document_content_handler(doc_text!(|text| {
            let sink = match text.text_type() {
                TextType::Data => Sink::Text,
                TextType::RCData => Sink::RawText,
                _ => return Ok(()),
            };
            texts.borrow_mut().push((text.source_location().bytes(), sink));
            Ok(())
        }));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| ());
    let unclear = |_| Invalid::at(html, 0, "browsers would not agree on how this HTML is to be read");
    rewriter.write(html.as_bytes()).map_err(unclear)?;
    rewriter.end().map_err(unclear)?;
    let texts = joined(texts.into_inner());
    let sinks = sinks.into_inner().into_iter().zip(places);
    sinks.map(|(sink, (place, _))| sink.unwrap_or_else(|| in_text(html, place, &texts))).collect()
}

fn in_text(html: &str, place: &Range<usize>, texts: &[(Range<usize>, Sink)]) -> Result<Sink, Invalid> {
    if let Some((text, sink)) = texts.iter().find(|(text, _)| text.start <= place.start && place.end <= text.end) {
        if completes_a_tag(&html[text.start..place.start]) {
            return Err(Invalid::at(html, place.start, "a value may not follow `<`: it would become a tag"));
        }
        return Ok(*sink);
    }
    let reason = "a value may stand in text and in quoted attributes only, not in scripts, styles, comments or tags";
    Err(Invalid::at(html, place.start, reason))
}

/// A `<` that begins no tag is text, until letters come after it.
fn completes_a_tag(before: &str) -> bool {
    before.rsplit_once('<').is_some_and(|(_, after)| !after.contains(|c: char| c == '>' || c.is_whitespace()))
}

/// Text comes in pieces; those that touch are one.
fn joined(pieces: Vec<(Range<usize>, Sink)>) -> Vec<(Range<usize>, Sink)> {
    let mut joined: Vec<(Range<usize>, Sink)> = Vec::new();
    for (piece, sink) in pieces {
        match joined.last_mut() {
            Some((last, kind)) if last.end == piece.start && *kind == sink => last.end = piece.end,
            _ => joined.push((piece, sink)),
        }
    }
    joined
}

type Found = Option<Result<Sink, Invalid>>;

fn attributes(html: &str, places: &[(Range<usize>, Path)], element: &Element<'_, '_>, sinks: &mut [Found]) {
    let tag = element.source_location().bytes();
    if !places.iter().any(|(place, _)| tag.start <= place.start && place.end <= tag.end) {
        return;
    }
    for attribute in element.attributes() {
        let Some(value) = attribute.value_source_location().map(|location| location.bytes()) else { continue };
        let inside = |place: &Range<usize>| value.start <= place.start && place.end <= value.end;
        for ((place, _), sink) in places.iter().zip(sinks.iter_mut()).filter(|((place, _), _)| inside(place)) {
            let found = in_attribute(html, &element.tag_name(), &attribute.name(), &value, place);
            *sink = Some(found.map_err(|reason| Invalid::at(html, place.start, reason)));
        }
    }
}

fn in_attribute(html: &str, tag: &str, name: &str, value: &Range<usize>, place: &Range<usize>) -> Result<Sink, String> {
    if !html[..value.start].ends_with(['"', '\'']) {
        return Err(format!("the value of `{name}` must stand in quotes"));
    }
    if name.starts_with("on") || CODE.contains(&name) || ACTING.contains(&tag) {
        return Err(format!("no value may stand in `{name}` of `<{tag}>`"));
    }
    if !ADDRESSES.contains(&name) {
        return Ok(Sink::Attribute);
    }
    // The address up to the first value of the attribute decides what the whole can become.
    let first = html[value.clone()].find("{{").map_or(place.start, |at| value.start + at);
    let fixed = htmlize::unescape_attribute(&html[value.start..first]);
    let fixed: String = fixed.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    if fixed.is_empty() {
        return Ok(if first == place.start { Sink::Address } else { Sink::AddressPart });
    }
    let before = &html[value.start..place.start];
    match fixed.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).as_deref() {
        Some("mailto") if before.contains('?') => return Ok(Sink::MailField),
        Some("mailto") => return Ok(Sink::Mailbox),
        Some("tel") => return Ok(Sink::Number),
        _ => {}
    }
    if leads_somewhere(&format!("{fixed}x")) || fixed.starts_with(['/', '?', '#', '.']) {
        return Ok(Sink::AddressPart);
    }
    Err(format!("`{name}` must begin with http:, https:, mailto:, tel: or the value itself"))
}
