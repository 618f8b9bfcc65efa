//! Whether a reader sees an element and its line breaks, by its own attributes.

use lol_html::html_content::Element;

use crate::track::tiny::declared;

/// Drawings, and what is hidden as the preview line many newsletters begin with.
pub(super) fn is_hidden(element: &Element<'_, '_>) -> bool {
    let style = element.get_attribute("style").unwrap_or_default();
    let says = |property: &str, value: &str| declared(&style, property).is_some_and(|found| found.trim() == value);
    matches!(element.tag_name().as_str(), "svg" | "template")
        || element.has_attribute("hidden")
        || says("display", "none")
        || says("visibility", "hidden")
}

/// Whether line breaks in the text of an element are shown (CSS Text, `white-space`).
pub(super) fn keeps_line_breaks(element: &Element<'_, '_>) -> bool {
    let style = element.get_attribute("style").unwrap_or_default();
    declared(&style, "white-space")
        .is_some_and(|found| matches!(found.trim(), "pre" | "pre-wrap" | "pre-line" | "break-spaces"))
}
