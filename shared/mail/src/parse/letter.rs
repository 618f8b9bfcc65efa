//! A mail that came in, as a person reads it: the writer's own words, all of it as HTML, and the files.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::received::{reported, single};
use super::{TooComplex, on_thread};
use crate::classify::own_words;
use crate::text;

/// The most text that is shown, in bytes.
const MAX_TEXT: usize = 256 * 1024;
/// The longest HTML that is shown, in bytes. The text is shown in the place of what is longer.
const MAX_HTML: usize = 2 * 1024 * 1024;
/// How much of a mail an excerpt has, in characters.
const EXCERPT: usize = 200;
/// The most files.
const MAX_FILES: usize = 50;
/// The longest name of a file, in bytes.
const MAX_NAME: usize = 200;

/// A mail as a person reads it. Everything in it is as its writer sent it: the HTML is not safe to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// The one address in `From`.
    pub from: Option<String>,
    /// The name beside it.
    pub from_name: Option<String>,
    /// The subject, decoded.
    pub subject: String,
    /// The writer's own words, without the mail that is answered; all of the text when there are none.
    pub text: String,
    /// All of the mail.
    pub html: String,
    /// The files, images that stand in the text among them.
    pub files: Vec<LetterFile>,
}

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterFile {
    /// A plain name.
    pub filename: String,
    /// As the mail says.
    pub content_type: String,
    /// The name by which the HTML shows it.
    pub content_id: Option<String>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Reads a mail for a person.
///
/// # Errors
/// When it is too complex to be read safely.
pub fn letter(raw: &[u8]) -> Result<Letter, TooComplex> {
    on_thread(raw, |message| Letter::of(reported(message).unwrap_or(message)))
}

impl Letter {
    fn of(message: &Message<'_>) -> Self {
        let (from, from_name) =
            message.from().and_then(single).map_or((None, None), |(email, name)| (Some(email), name));
        let text = whole_text(message);
        let own = own_words::to_read(&text);
        let own = if own.trim().is_empty() { text.clone() } else { own };
        Self {
            from,
            from_name,
            subject: message.subject().unwrap_or_default().to_owned(),
            text: own.trim().to_owned(),
            html: html(message).unwrap_or_else(|| text::to_html(&text)),
            files: message.attachments().take(MAX_FILES).enumerate().map(|(n, part)| LetterFile::of(n, part)).collect(),
        }
    }
}

/// The beginning of the writer's own words, on one line.
pub(super) fn excerpt(message: &Message<'_>) -> Option<String> {
    let own = own_words::to_read(&whole_text(message));
    let words = own.split_whitespace().collect::<Vec<_>>().join(" ");
    let shown: String = words.chars().take(EXCERPT).collect();
    let ellipsis = if shown.len() < words.len() { "…" } else { "" };
    (!shown.is_empty()).then(|| shown + ellipsis)
}

impl LetterFile {
    fn of(n: usize, part: &MessagePart<'_>) -> Self {
        let content_type = part.content_type().map(|of| match of.subtype() {
            Some(subtype) => format!("{}/{subtype}", of.ctype()).to_ascii_lowercase(),
            None => of.ctype().to_ascii_lowercase(),
        });
        let given = part.attachment_name().map(plain_name).filter(|name| !name.is_empty());
        let fallback =
            if matches!(part.body, PartType::Message(_)) { "mail.eml".to_owned() } else { format!("file-{}", n + 1) };
        Self {
            filename: given.unwrap_or(fallback),
            content_type: content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            content_id: part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned()),
            bytes: part.contents().to_vec(),
        }
    }
}

/// The name without folders and without what could pretend to be something else.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_odd = |c: char| {
        c.is_control() || matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let plain: String = last.chars().filter(|c| !is_odd(*c)).collect();
    let plain = shortened(plain.trim(), MAX_NAME);
    if plain == "." || plain == ".." { String::new() } else { plain.to_owned() }
}

fn whole_text(message: &Message<'_>) -> String {
    let text = match message.text_bodies().next().map(|part| &part.body) {
        Some(PartType::Text(text)) => text.to_string(),
        Some(PartType::Html(html)) => text::from_html(shortened(html, MAX_HTML)),
        _ => String::new(),
    };
    shortened(&text, MAX_TEXT).to_owned()
}

fn html(message: &Message<'_>) -> Option<String> {
    match message.html_bodies().next().map(|part| &part.body) {
        Some(PartType::Html(html)) if html.len() <= MAX_HTML => Some(html.to_string()),
        _ => None,
    }
}

fn shortened(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quoted_mail_is_folded_and_the_files_are_listed() {
        let raw = "From: Ann Buyer <ann@example.org>\r\nSubject: =?utf-8?q?Re=3A_Gr=C3=BC=C3=9Fe?=\r\n\
            Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
            --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nYes, please.\r\n\r\nOn Mon, 23 Nov 2026, Sales wrote:\r\n\
            > Our offer\r\n--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Yes, please.</p><blockquote type=\"cite\">\
            Our offer</blockquote>\r\n--a--\r\n--b\r\nContent-Type: application/pdf; name=\"../order.pdf\"\r\n\
            Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n";
        let letter = letter(raw.as_bytes()).unwrap();
        assert_eq!((letter.from.as_deref(), letter.from_name.as_deref()), (Some("ann@example.org"), Some("Ann Buyer")));
        assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("Re: Grüße", "Yes, please."));
        assert!(letter.html.contains("<blockquote"));
        let file = &letter.files[0];
        assert_eq!((file.filename.as_str(), file.content_type.as_str()), ("order.pdf", "application/pdf"));
        assert_eq!((letter.files.len(), file.bytes.as_slice()), (1, b"hello".as_slice()));
    }

    #[test]
    fn one_part_stands_for_the_other() {
        let text = letter(b"From: a@example.org\r\nSubject: x\r\n\r\nHello <b>\r\n").unwrap();
        assert_eq!(text.text, "Hello <b>");
        assert!(text.html.contains("Hello &lt;b&gt;"), "{}", text.html);
        let raw = "From: a@example.org\r\nContent-Type: text/html\r\n\r\n<p>Hello</p><blockquote type=cite><p>Offer</p></blockquote>";
        let html = letter(raw.as_bytes()).unwrap();
        assert_eq!(html.text, "Hello");
        let quoted = letter(b"From: a@example.org\r\nSubject: x\r\n\r\n> Only this\r\n").unwrap();
        assert_eq!(quoted.text, "> Only this", "better than nothing");
    }

    #[test]
    fn names_of_files_are_plain() {
        for (given, plain) in [
            ("a/b.pdf", "b.pdf"),
            ("C:\\x\\b.pdf", "b.pdf"),
            ("..", ""),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("a\nb", "ab"),
        ] {
            assert_eq!(plain_name(given), plain);
        }
        assert_eq!(plain_name(&"ü".repeat(300)).len(), MAX_NAME);
    }
}
