//! Reads HTML and writes what a reader would see of it as plain text.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use lol_html::html_content::{Element, EndTag, TextChunk, TextType};
use lol_html::{HtmlRewriter, MemorySettings, Settings, doc_text, element};

use percent_encoding::percent_decode_str;
use url::Url;

use super::open::OpenElements;
use super::seen;
use super::sheet::Sheet;
use crate::addresses;
use crate::track::quoted::{self, Mark};
use crate::track::{destination, link, tiny};

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
    open: OpenElements,
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
pub(super) enum End {
    Block,
    Paragraph,
    Quote,
    Section,
    /// As a section, unless a quotation in it has ended.
    Container,
    /// A container in which the author goes on.
    Answered,
    Indent,
    List,
    Link,
    Preformatted,
    PreWrap,
    Hidden,
}

impl Page {
    fn element(&self, element: &mut Element<'_, '_>) {
        let mut reader = self.0.borrow_mut();
        let tag = element.tag_name();
        for ended in reader.open.implied_ends(&tag) {
            reader.close(ended);
        }
        let ends = if reader.hidden > 0 { Vec::new() } else { reader.begin(element) };
        if element.can_have_content()
            && let Some(id) = reader.open.push(&tag, ends)
            && let Some(handlers) = element.end_tag_handlers()
        {
            let page = self.clone();
            handlers.push(Box::new(move |_: &mut EndTag<'_>| {
                let mut reader = page.0.borrow_mut();
                for ended in reader.open.end(id) {
                    reader.close(ended);
                }
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

    /// Begins an element that is not inside a hidden one; what its end will mean.
    fn begin(&mut self, element: &Element<'_, '_>) -> Vec<End> {
        if seen::is_hidden(element) {
            self.hidden += usize::from(element.can_have_content());
            return vec![End::Hidden];
        }
        let mut ends: Vec<End> = self.open(element).into_iter().collect();
        if seen::keeps_line_breaks(element) && element.can_have_content() {
            self.preformatted += 1;
            ends.push(End::PreWrap);
        }
        ends
    }

    /// Begins an element that is seen; what its end will mean, if anything.
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
            Some(Mark::Container) => {
                self.sheet.open_section();
                return Some(End::Container);
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
            "img" if !tiny::is_pixel(element) => {
                self.write(&htmlize::unescape_attribute(element.get_attribute("alt").unwrap_or_default()));
            }
            "td" | "th" => self.sheet.space(),
            "a" => return self.open_link(element),
            "blockquote" => {
                self.sheet.indent();
                return Some(End::Indent);
            }
            "base" => self.base = self.base.take().or_else(|| link::base(&element.get_attribute("href")?)),
            "ul" | "ol" => {
                let first = number(element, "start").unwrap_or(1);
                self.sheet.open_list((element.tag_name() == "ol").then_some(first));
                return Some(End::List);
            }
            "li" => {
                self.sheet.item(number(element, "value"));
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
            End::Block | End::Answered => self.sheet.block(),
            End::Paragraph => self.sheet.paragraph(),
            End::Quote => {
                self.sheet.close_quote();
                if self.open.leave_container() {
                    self.sheet.close_section();
                }
            }
            End::Section | End::Container => self.sheet.close_section(),
            End::Indent => self.sheet.outdent(),
            End::List => self.sheet.close_list(),
            End::Link => self.close_link(),
            End::Hidden => self.hidden = self.hidden.saturating_sub(1),
            End::PreWrap => self.preformatted = self.preformatted.saturating_sub(1),
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
        let written = || contact(href).or_else(|| on_the_web().then(|| href.to_owned()));
        let address = link::resolve(value, self.base.as_ref()).or_else(written)?;
        (!address.is_empty() && !address.contains(char::is_whitespace)).then_some(address)
    }

    fn close_link(&mut self) {
        if let Some(Link { address, label }) = self.link.take()
            && !says_the_same(label.trim(), &address)
        {
            if is_cut_off(label.trim(), &address) {
                self.sheet.take_back(label.trim());
            }
            self.sheet.write_word(&format!("<{address}>"));
        }
    }
}

/// The number in an attribute of a list or its item.
fn number(element: &Element<'_, '_>, attribute: &str) -> Option<i32> {
    element.get_attribute(attribute)?.trim().parse().ok()
}

/// Mailbox or telephone number of a link that leads to one, with its percent signs decoded (RFC 6068, RFC 3966).
fn contact(href: &str) -> Option<String> {
    ["mailto:", "tel:", "sms:"].iter().find_map(|scheme| {
        let (head, rest) = href.split_at_checked(scheme.len())?;
        let address = rest.split('?').next().unwrap_or_default();
        let decoded = || percent_decode_str(address).decode_utf8().map_or_else(|_| address.to_owned(), Cow::into_owned);
        head.eq_ignore_ascii_case(scheme).then(decoded)
    })
}

/// Whether a label shows the beginning of its address only. In text the label would lead there.
fn is_cut_off(label: &str, address: &str) -> bool {
    let shown = label.trim_end_matches(['.', '…']);
    shown.len() < label.len() && shown.contains("://") && address.starts_with(shown)
}

/// Whether the label of a link already is its address, so that a reader of the text gets there; or its number in groups.
fn says_the_same(label: &str, address: &str) -> bool {
    let on_the_web = address.contains("://");
    if !on_the_web {
        let digits =
            |text: &str| text.chars().filter(|c| !c.is_whitespace() && !"()-/".contains(*c)).collect::<String>();
        let is_number = || address.chars().any(|c| c.is_ascii_digit()) && !address.contains('@');
        return label == address || is_number() && digits(label) == digits(address);
    }
    let found = addresses::find(label).next().is_some_and(|found| found == (0..label.len()));
    found && (label == address || destination(label).is_some_and(|label| label == address))
}
