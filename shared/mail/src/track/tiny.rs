//! Recognises tracking pixels: images nobody can see.

use lol_html::html_content::Element;

/// Whether an image is at most one pixel wide and at most one high, by its style or its attributes.
pub(crate) fn is_pixel(image: &Element<'_, '_>) -> bool {
    let style = image.get_attribute("style").unwrap_or_default();
    ["width", "height"].into_iter().all(|side| {
        let attribute = || image.get_attribute(side);
        declared(&style, side).or_else(attribute).is_some_and(|length| is_tiny(&length))
    })
}

/// The last value `style` declares for `property`.
pub(crate) fn declared(style: &str, property: &str) -> Option<String> {
    style
        .rsplit(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case(property))
        .map(|(_, value)| value.to_ascii_lowercase().replace("!important", ""))
        .next()
}

/// One pixel at most, as HTML (`1`, `1px`) and CSS write it; Word makes `.0104in` of it.
fn is_tiny(length: &str) -> bool {
    let length = length.trim().to_ascii_lowercase();
    let digits = length.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(length.len());
    let (number, unit) = length.split_at(digits);
    let pixels = match unit.trim() {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        // A share of something unknown: only nothing of it is surely tiny.
        _ => f32::INFINITY,
    };
    // Half a pixel more is still drawn as one.
    number.parse::<f32>().is_ok_and(|n| n == 0.0 || n * pixels < 1.5)
}
