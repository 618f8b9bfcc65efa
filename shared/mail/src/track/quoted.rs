//! Recognises the quoted text of earlier mails by the marks mail clients leave.
//!
//! Links and pixels in there belong to someone else's message: they are never tracked again.

use lol_html::html_content::Element;

/// How an element marks quoted text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// What is inside the element is quoted.
    Inside,
    /// Its content is quoted up to the end of the first [`Mark::Inside`] in it: an author's own words below a quotation
    /// in Gmail lies inside of its container. A forwarded mail has no quotation of its own there and is quoted to the end.
    Container,
    /// The element and everything after it is quoted.
    FromHere,
}

/// Elements that may carry a mark; others need not be asked.
pub(super) const ELEMENTS: &str = "blockquote, div, hr, table, span";

/// Classes of elements that enclose quoted text, each with the client that writes it.
const CLASSES: &[&str] = &[
    "gmail_quote",           // Gmail
    "yahoo_quoted",          // Yahoo
    "moz-cite-prefix",       // Thunderbird, the line before the quotation
    "moz-forward-container", // Thunderbird
    "protonmail_quote",      // Proton Mail
    "tutanota_quote",        // Tuta
    "zmail_extra",           // Zoho
    "front-blockquote",      // Front
];

/// The class that Gmail gives to a quotation and to what it stands in.
const CONTAINER: &str = "gmail_quote";

/// Whether the author may go on behind a quotation in this element: not behind the line that says whose it is.
pub(crate) fn ends_quotation(element: &Element<'_, '_>) -> bool {
    element.tag_name() == "blockquote"
}

/// Identifiers of elements that enclose quoted text.
const IDS: &[&str] = &[
    "mail-editor-reference-message-container", // Outlook, new
    "OLK_SRC_BODY_SECTION",                    // Outlook for Mac
];

/// Identifiers of elements after which everything is quoted.
const IDS_BEFORE: &[&str] = &[
    "divRplyFwdMsg", // Outlook on the web
    "appendonsend",  // Outlook on the web
    "zwchr",         // Zimbra
];

/// The rule Outlook for Windows draws above the header of the quoted mail, without white space.
const OUTLOOK_RULES: &[&str] = &[
    "border:none;border-top:solid#e1e1e11.0pt", // since 2013
    "border:none;border-top:solid#b5c4df1.0pt", // 2007 and 2010
];

/// Whether `element` marks quoted text, and which.
pub(crate) fn mark(element: &Element<'_, '_>) -> Option<Mark> {
    let id = element.get_attribute("id").unwrap_or_default();
    if IDS_BEFORE.contains(&id.as_str()) || has_outlook_rule(element) {
        return Some(Mark::FromHere);
    }
    let class = element.get_attribute("class").unwrap_or_default();
    let encloses = IDS.contains(&id.as_str())
        || class.split_ascii_whitespace().any(|class| CLASSES.contains(&class))
        || is_citation(element);
    let is_container = element.tag_name() == "div" && class.split_ascii_whitespace().any(|class| class == CONTAINER);
    encloses.then_some(if is_container { Mark::Container } else { Mark::Inside })
}

/// `<blockquote type="cite">` (Apple Mail, Thunderbird) and `<div name="quote">` (GMX, WEB.DE).
fn is_citation(element: &Element<'_, '_>) -> bool {
    let has = |name: &str, value: &str| {
        element.get_attribute(name).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
    };
    match element.tag_name().as_str() {
        "blockquote" => has("type", "cite"),
        "div" => has("name", "quote"),
        _ => false,
    }
}

fn has_outlook_rule(element: &Element<'_, '_>) -> bool {
    let Some(style) = element.get_attribute("style").filter(|style| style.contains("border-top")) else {
        return false;
    };
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    let style = style.to_ascii_lowercase();
    OUTLOOK_RULES.iter().any(|rule| style.starts_with(rule))
}
