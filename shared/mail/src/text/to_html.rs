//! Writes HTML for text that was written without.

use crate::addresses;

/// `text` as HTML: paragraphs where blank lines are, line breaks, quoted lines (`>`) as a
/// quotation, web addresses as links. Everything else is shown as it is; nothing in `text` can
/// become markup. A fragment without `<html>` and `<body>`.
pub fn to_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 4);
    let mut block = None;
    for line in text.lines() {
        let (kind, words) = read_line(line);
        if block != kind {
            html.push_str(block.map_or("", Block::end));
            html.push_str(kind.map_or("", Block::start));
            block = kind;
        } else if block.is_some() {
            html.push_str("<br>\n");
        }
        push_line(&mut html, words);
    }
    html.push_str(block.map_or("", Block::end));
    html
}

/// What lines are gathered in. The direction of writing follows the first letter of each block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Paragraph,
    Quote,
}

impl Block {
    const fn start(self) -> &'static str {
        match self {
            Self::Paragraph => "<p dir=\"auto\">",
            Self::Quote => "<blockquote type=\"cite\" dir=\"auto\">",
        }
    }

    const fn end(self) -> &'static str {
        match self {
            Self::Paragraph => "</p>\n",
            Self::Quote => "</blockquote>\n",
        }
    }
}

/// The block a line belongs to, `None` between blocks, and what it says.
fn read_line(line: &str) -> (Option<Block>, &str) {
    let line = line.trim_end();
    match line.strip_prefix('>') {
        Some(quoted) => (Some(Block::Quote), quoted.strip_prefix(' ').unwrap_or(quoted)),
        None if line.is_empty() => (None, ""),
        None => (Some(Block::Paragraph), line),
    }
}

fn push_line(html: &mut String, line: &str) {
    let mut done = 0;
    for place in addresses::find(line) {
        push_words(html, &line[done..place.start], done == 0);
        let address = htmlize::escape_all_quotes(&line[place.clone()]);
        html.push_str("<a href=\"");
        html.push_str(&address);
        html.push_str("\">");
        html.push_str(&address);
        html.push_str("</a>");
        done = place.end;
    }
    push_words(html, &line[done..], done == 0);
}

/// Writes words, keeping every space: HTML shows none at the start of a line, and one of several.
fn push_words(html: &mut String, words: &str, line_start: bool) {
    let words = htmlize::escape_text(words);
    let mut spaced = line_start;
    for c in words.chars().map(|c| if c == '\t' { ' ' } else { c }) {
        let space = c == ' ';
        if space && spaced {
            html.push_str("&nbsp;");
        } else {
            html.push(c);
        }
        spaced = space;
    }
}
