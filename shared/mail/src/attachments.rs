//! A list of files that are linked instead of attached, as HTML and as text.
//!
//! Without words of its own, so that it fits into a mail in any language.

use std::fmt::Write as _;

use crate::track;

/// A file in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// Name the recipient sees.
    pub filename: &'a str,
    /// Size in bytes.
    pub size: u64,
    /// Where it is downloaded.
    pub url: &'a str,
}

/// The list as HTML, "" when there are no files.
///
/// A table with styles in the elements: that is what every mail client shows the same way. The
/// links are marked so that [`track`] leaves them alone.
pub fn html_list(files: &[Listed<'_>]) -> String {
    if files.is_empty() {
        return String::new();
    }
    let rows: String = files.iter().map(html_row).collect();
    format!(
        "<table role=\"presentation\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\" \
         style=\"border-collapse:collapse;margin:16px 0;font-family:Arial,Helvetica,sans-serif;\
         font-size:14px;line-height:20px\">{rows}</table>"
    )
}

fn html_row(file: &Listed<'_>) -> String {
    let url = htmlize::escape_all_quotes(file.url);
    let filename = one_line(file.filename);
    let filename = htmlize::escape_text(filename.as_str());
    let size = human_size(file.size);
    format!(
        "<tr><td style=\"border:1px solid #d0d7de;padding:8px 12px\">\
         <a href=\"{url}\" data-no-track target=\"_blank\" rel=\"noopener\" \
         style=\"color:#0b57d0;text-decoration:underline\"><bdi>{filename}</bdi></a>\
         <span style=\"color:#57606a;white-space:nowrap\"> &nbsp;{size}</span></td></tr>"
    )
}

/// The list as text, "" when there are no files; else it ends with a line break.
pub fn text_list(files: &[Listed<'_>]) -> String {
    files.iter().fold(String::new(), |mut list, file| {
        let (filename, size) = (one_line(file.filename), human_size(file.size));
        // Writing to a string cannot fail.
        let _ = writeln!(list, "- {filename} ({size})\n  <{}>", file.url);
        list
    })
}

/// `text` with the list on lines of its own: after what the author wrote, above an earlier mail that goes on to the end.
pub fn with_text_list(text: &str, list: &str) -> String {
    if list.is_empty() {
        return text.to_owned();
    }
    let own = text[..track::end_of_own_text(text)].trim_end();
    let quoted = &text[own.len()..];
    let quoted = quoted.trim_start_matches(['\r', '\n']);
    let gap = |part: &str| if part.trim().is_empty() { "" } else { "\n" };
    let line_end = if own.is_empty() { "" } else { "\n\n" };
    format!("{own}{line_end}{list}{}{quoted}", gap(quoted))
}

/// A name that cannot pretend to be another line of the mail.
fn one_line(filename: &str) -> String {
    filename.split(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')).collect::<Vec<_>>().join(" ")
}

/// Powers of 1,000, as mail clients and the International System of Units count.
const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];

/// `size` bytes for people: `512 B`, `1.5 kB`, `12 MB`.
fn human_size(size: u64) -> String {
    if size < 1_000 {
        return format!("{size} B");
    }
    let mut tenths = size / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    let unit = UNITS[unit];
    if whole < 10 && tenth > 0 { format!("{whole}.{tenth} {unit}") } else { format!("{whole} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::{Listed, html_list, human_size, text_list};

    const FILE: Listed<'_> =
        Listed { filename: "Offer <1> & \"2\".pdf", size: 1_234_567, url: "https://t.test/a/x?b=1&c='2'" };

    #[test]
    fn lists_nothing_without_files() {
        assert_eq!(html_list(&[]), "");
        assert_eq!(text_list(&[]), "");
    }

    #[test]
    fn escapes_names_and_addresses() {
        let html = html_list(&[FILE, FILE]);
        assert!(html.contains("<bdi>Offer &lt;1&gt; &amp; \"2\".pdf</bdi>"), "{html}");
        assert!(html.contains("href=\"https://t.test/a/x?b=1&amp;c=&apos;2&apos;\""), "{html}");
        assert_eq!(html.matches("<tr>").count(), 2);
    }

    #[test]
    fn writes_one_entry_per_file() {
        let forged = Listed { filename: "a\r\n- b", ..FILE };
        let text = text_list(&[FILE, forged]);
        let expected = "- Offer <1> & \"2\".pdf (1.2 MB)\n  <https://t.test/a/x?b=1&c='2'>\n\
                        - a  - b (1.2 MB)\n  <https://t.test/a/x?b=1&c='2'>\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn stands_on_lines_of_its_own_above_a_quotation() {
        for (text, want) in [
            ("Hello\nAnn", "Hello\nAnn\n\n- L\n"),
            ("Hello\n", "Hello\n\n- L\n"),
            ("Hello\r\n\r\n", "Hello\n\n- L\n"),
            ("", "- L\n"),
            ("Hello\n\n> Q\n> Q\n", "Hello\n\n- L\n\n> Q\n> Q\n"),
            ("> Q\n", "- L\n\n> Q\n"),
            ("> Q\nHello\n", "> Q\nHello\n\n- L\n"),
            ("Hello\n\nOn 1 June 2026, A wrote:\n> Q\n", "Hello\n\n- L\n\nOn 1 June 2026, A wrote:\n> Q\n"),
            ("Hello\n-----Original Message-----\nQ\n", "Hello\n\n- L\n\n-----Original Message-----\nQ\n"),
        ] {
            assert_eq!(super::with_text_list(text, "- L\n"), want, "{text:?}");
            assert_eq!(super::with_text_list(text, ""), text);
        }
    }

    #[test]
    fn is_not_tracked_again() {
        let list = html_list(&[FILE]);
        assert!(crate::track::Page::read(&list).unwrap().destinations("").is_empty());
    }

    #[test]
    fn names_sizes_for_people() {
        for (size, name) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (1_550, "1.5 kB"),
            (12_345, "12 kB"),
            (999_999, "999 kB"),
            (1_000_000, "1 MB"),
            (9_500_000, "9.5 MB"),
            (1_000_000_000, "1 GB"),
            (u64::MAX, "18446 PB"),
        ] {
            assert_eq!(human_size(size), name);
        }
    }
}
