//! Reads HTML and writes what a reader would see of it as plain text.

use std::cell::RefCell;
use std::rc::Rc;

use lol_html::html_content::{Element, EndTag, TextChunk, TextType};
use lol_html::{HtmlRewriter, MemorySettings, Settings, doc_text, element};

use url::Url;

use super::sheet::Sheet;
use crate::track::quoted::{self, Mark};
use crate::track::{destination, link};

/// What `lol_html` may allocate, mostly for open elements.
const MEMORY_BYTES: usize = 64 << 20;

/// The text alternative of `html`: paragraphs, lists and quotations, links as `label <address>`,
/// images by their `alt`. Scripts, styles, comments and what is hidden are left out. Lines are
/// wrapped at 76 characters; addresses stay whole.
///
/// HTML that opens more elements at once than there is memory for is read up to that point.
pub fn from_html(html: &str) -> String {
    let page = Page::default();
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MEMORY_BYTES))
        .append_element_content_handler(element!("*", |element| {
            page.element(element);
            Ok(())
        }))
        .append_document_content_handler(doc_text!(|chunk| {
            page.text(chunk);
            Ok(())
        }));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| ());
    let read = rewriter.write(html.as_bytes()).and_then(|()| rewriter.end());
    // Only memory can run out; what was read until then is better than nothing.
    let _ = read;
    let mut reader = page.0.take();
    reader.close_link();
    reader.sheet.finish()
}

#[derive(Clone, Default)]
struct Page(Rc<RefCell<Reader>>);

#[derive(Default)]
struct Reader {
    sheet: Sheet,
    /// Text of the current text node, which comes in pieces.
    node: String,
    base: Option<Url>,
    link: Option<Link>,
    hidden: usize,
    preformatted: usize,
}

/// An open link.
struct Link {
    address: String,
    label: String,
}

/// What the end of an element means.
#[derive(Clone, Copy)]
enum End {
    Block,
    Paragraph,
    Quote,
    Section,
    Indent,
    List,
    Link,
    Preformatted,
    Hidden,
}

impl Page {
    fn element(&self, element: &mut Element<'_, '_>) {
        let mut reader = self.0.borrow_mut();
        let end = if is_hidden(element) && element.can_have_content() {
            reader.hidden += 1;
            Some(End::Hidden)
        } else if reader.hidden > 0 {
            None
        } else {
            reader.open(element)
        };
        if let (Some(end), Some(handlers)) = (end, element.end_tag_handlers()) {
            let page = self.clone();
            handlers.push(Box::new(move |_: &mut EndTag<'_>| {
                page.0.borrow_mut().close(end);
                Ok(())
            }));
        }
    }

    fn text(&self, chunk: &TextChunk<'_>) {
        let mut reader = self.0.borrow_mut();
        let shown = matches!(chunk.text_type(), TextType::Data | TextType::PlainText | TextType::CDataSection);
        if shown && reader.hidden == 0 {
            reader.node.push_str(chunk.as_str());
        }
        if chunk.last_in_text_node() {
            reader.end_text();
        }
    }
}

impl Reader {
    fn end_text(&mut self) {
        let node = std::mem::take(&mut self.node);
        let text = htmlize::unescape(node.as_str());
        self.write(&text);
    }

    fn write(&mut self, text: &str) {
        if let Some(link) = &mut self.link {
            link.label.push_str(text);
        }
        if self.preformatted > 0 {
            self.sheet.write_preformatted(text);
        } else {
            self.sheet.write(text);
        }
    }

    /// Begins an element; what its end will mean, if anything.
    fn open(&mut self, element: &Element<'_, '_>) -> Option<End> {
        match quoted::mark(element) {
            Some(Mark::Inside) if element.tag_name() == "blockquote" => {
                self.sheet.open_quote();
                return Some(End::Quote);
            }
            Some(Mark::Inside) => {
                self.sheet.open_section();
                return Some(End::Section);
            }
            Some(Mark::FromHere) => self.sheet.quote_the_rest(),
            None => {}
        }
        match element.tag_name().as_str() {
            "br" => self.sheet.break_line(),
            "hr" => {
                self.sheet.block();
                self.sheet.write("--------------------");
                self.sheet.block();
            }
            "img" => self.write(&htmlize::unescape_attribute(element.get_attribute("alt").unwrap_or_default())),
            "td" | "th" => self.sheet.space(),
            "a" => return self.open_link(element),
            "blockquote" => {
                self.sheet.indent();
                return Some(End::Indent);
            }
            "base" => self.base = self.base.take().or_else(|| link::base(&element.get_attribute("href")?)),
            "ul" | "ol" => {
                self.sheet.open_list((element.tag_name() == "ol").then_some(1));
                return Some(End::List);
            }
            "li" => {
                self.sheet.item();
                return Some(End::Block);
            }
            "pre" => {
                self.sheet.paragraph();
                self.preformatted += 1;
                return Some(End::Preformatted);
            }
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" | "figure" | "fieldset" => {
                self.sheet.paragraph();
                return Some(End::Paragraph);
            }
            "div" | "table" | "tr" | "caption" | "section" | "article" | "header" | "footer" | "main" | "nav"
            | "aside" | "address" | "center" | "form" | "dt" | "dd" | "details" | "summary" | "figcaption" => {
                self.sheet.block();
                return Some(End::Block);
            }
            _ => {}
        }
        None
    }

    fn close(&mut self, end: End) {
        match end {
            End::Block => self.sheet.block(),
            End::Paragraph => self.sheet.paragraph(),
            End::Quote => self.sheet.close_quote(),
            End::Section => self.sheet.close_section(),
            End::Indent => self.sheet.outdent(),
            End::List => self.sheet.close_list(),
            End::Link => self.close_link(),
            End::Hidden => self.hidden = self.hidden.saturating_sub(1),
            End::Preformatted => {
                self.preformatted = self.preformatted.saturating_sub(1);
                self.sheet.paragraph();
            }
        }
    }

    fn open_link(&mut self, element: &Element<'_, '_>) -> Option<End> {
        // A link inside a link ends the outer one.
        self.close_link();
        let address = self.shown_address(&element.get_attribute("href")?)?;
        self.link = Some(Link { address, label: String::new() });
        Some(End::Link)
    }

    /// The address to show for the value of an `href`; none for places within the page.
    fn shown_address(&self, value: &str) -> Option<String> {
        let href = htmlize::unescape_attribute(value);
        let href = href.trim();
        let on_the_web = || Url::parse(href).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        let written = || contact(href).or_else(|| on_the_web().then_some(href)).map(str::to_owned);
        let address = link::resolve(value, self.base.as_ref()).or_else(written)?;
        (!address.is_empty() && !address.contains(char::is_whitespace)).then_some(address)
    }

    fn close_link(&mut self) {
        if let Some(Link { address, label }) = self.link.take() {
            let label = label.trim();
            if !says_the_same(label, &address) {
                self.sheet.write_word(&format!("<{address}>"));
            }
        }
    }
}

/// Mailbox or telephone number of a link that leads to one.
fn contact(href: &str) -> Option<&str> {
    ["mailto:", "tel:", "sms:"].iter().find_map(|scheme| {
        let (head, rest) = href.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then(|| rest.split('?').next().unwrap_or_default())
    })
}

/// Whether the label of a link already is its address, or its number in groups.
fn says_the_same(label: &str, address: &str) -> bool {
    let without_grouping = || label.chars().filter(|c| !c.is_whitespace() && !"()-/".contains(*c));
    without_grouping().eq(address.chars().filter(|c| !"()-/".contains(*c)))
        || destination(label).is_some_and(|label| label == address)
}

/// Drawings, and what is hidden as the preview line many newsletters begin with.
fn is_hidden(element: &Element<'_, '_>) -> bool {
    matches!(element.tag_name().as_str(), "svg" | "template")
        || element.has_attribute("hidden")
        || element.get_attribute("style").is_some_and(|style| {
            let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
            style.to_ascii_lowercase().contains("display:none")
        })
}
