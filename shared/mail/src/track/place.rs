//! Where the pixel and the list of files go.

use super::scan::Found;

/// Where the open pixel goes: right after `<body …>`, or else after what may come before a body.
/// Early, so that it loads although a client cuts the rest of a long message (Gmail after 102 KB).
pub(super) fn of_pixel(html: &str, found: &Found) -> usize {
    found.body_start.unwrap_or_else(|| {
        let mut end = after_doctype(html);
        for place in &found.prelude {
            let gap = html.get(end..place.start);
            if !gap.is_some_and(|gap| without_blanks(gap, Tags::Count).is_empty()) {
                break;
            }
            end = place.end;
        }
        end
    })
}

/// The end of the document type, or else of the byte order mark.
fn after_doctype(html: &str) -> usize {
    const DOCTYPE: &str = "<!doctype";
    let mut rest = without_blanks(html, Tags::Count);
    if rest.get(..DOCTYPE.len()).is_some_and(|start| start.eq_ignore_ascii_case(DOCTYPE)) {
        rest = rest.split_once('>').map_or("", |(_, rest)| rest);
    } else {
        rest = html.trim_start_matches('\u{feff}');
    }
    html.len() - rest.len()
}

/// Where the list of files goes: after the author's own text. That is before the quoted text if
/// nothing follows it, else before `</body>`, else at the end.
pub(super) fn of_attachments(html: &str, found: &Found) -> usize {
    let mut end = found.body_end.unwrap_or_else(|| end_of_complete_markup(html));
    for quote in found.quotes.iter().rev() {
        // Nothing lies between a quotation that is not closed and the end of the body.
        let after = html.get(quote.end..end).unwrap_or_default();
        if !without_blanks(after, Tags::Skip).is_empty() {
            break;
        }
        end = end.min(quote.start);
    }
    end
}

/// The end of `html` without a last tag, comment or style sheet that is not complete: what comes after it would become
/// part of it (WHATWG HTML, tokenization).
fn end_of_complete_markup(html: &str) -> usize {
    let mut at = 0;
    while let Some(start) = html[at..].find('<').map(|found| at + found) {
        let Some(length) = length_of_markup(&html[start..]) else { return start };
        at = start + length;
    }
    html.len()
}

/// Elements whose content is text up to their end tag.
const RAW: &[&str] = &["style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "plaintext"];

/// Length of what begins with `<`, together with its content when that is no markup; `None` when it does not end.
fn length_of_markup(rest: &str) -> Option<usize> {
    if rest.starts_with("<!--") {
        return rest.get(2..)?.find("-->").map(|at| at + 5);
    }
    let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Some(1);
    }
    let length = length_of_tag(rest)?;
    let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
    let raw = RAW.iter().find(|raw| raw.eq_ignore_ascii_case(name) && !rest.starts_with("</"));
    raw.map_or(Some(length), |raw| Some(length + end_of_raw(&rest[length..], raw)?))
}

/// Length of a tag, whose quoted values may have `>` inside.
fn length_of_tag(tag: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, b'<');
    for (at, byte) in tag.bytes().enumerate() {
        match quote {
            Some(open) if open == byte => quote = None,
            None if byte == b'>' => return Some(at + 1),
            None if matches!(byte, b'"' | b'\'') && before == b'=' => quote = Some(byte),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            before = byte;
        }
    }
    None
}

/// Where the end tag of a raw element begins.
fn end_of_raw(content: &str, name: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = content[at..].find("</").map(|found| at + found) {
        let after = &content[found + 2..];
        if after.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)) {
            return Some(found);
        }
        at = found + 2;
    }
    None
}

/// Whether tags hide something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tags {
    /// A tag is content.
    Count,
    /// Only text is content.
    Skip,
}

/// What is left of `fragment` after everything at its start that a reader would not see.
fn without_blanks(fragment: &str, tags: Tags) -> &str {
    let mut rest = fragment;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
        match length_of_blank(rest, tags) {
            0 => return rest,
            length => rest = &rest[length..],
        }
    }
}

/// Length of the comment, space or tag that `rest` begins with.
fn length_of_blank(rest: &str, tags: Tags) -> usize {
    let until = |end: &str| rest.find(end).map_or(0, |at| at + end.len());
    let is_doctype = rest.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("<!d"));
    let unseen = rest.starts_with("<?") || rest.starts_with("<!") && !is_doctype;
    if rest.starts_with("<!--") {
        until("-->")
    } else if rest.starts_with("&nbsp;") || rest.starts_with("&#160;") {
        "&nbsp;".len()
    } else if rest.starts_with('<') && (unseen || tags == Tags::Skip) {
        until(">")
    } else {
        0
    }
}
