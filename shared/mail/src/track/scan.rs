//! One pass over the HTML that finds what is to be rewritten, and where.
//!
//! `lol_html` only tells positions; nothing is serialised again. So every byte outside the found
//! places stays as the author wrote it, by construction. It does not look into comments: what
//! Outlook alone reads (`<!--[if mso]>`, VML) is never touched.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use lol_html::html_content::{Element, EndTag};
use lol_html::{ElementContentHandlers, HtmlRewriter, MemorySettings, Selector, Settings, element};

use super::quoted::{self, Mark};
use super::{Error, link, tiny};

/// What `lol_html` may allocate, mostly for open elements.
pub(super) const MEMORY_BYTES: usize = 16 << 20;

/// What there is to rewrite, as byte positions in the scanned HTML, each list in document order.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Values of `href` that may be tracked, without their quotes.
    pub(super) links: Vec<Range<usize>>,
    /// Values of `href` the author does not want tracked.
    pub(super) opted_out: Vec<Range<usize>>,
    /// Value of the first `<base href>`.
    pub(super) base: Option<Range<usize>>,
    /// Values of `src` of images outside quoted text.
    pub(super) images: Vec<Range<usize>>,
    /// Pixels in quoted text, which would report to someone else.
    pub(super) foreign_pixels: Vec<Range<usize>>,
    /// Quoted text of earlier mails; what is not closed ends with the document.
    pub(super) quotes: Vec<Range<usize>>,
    /// Tags and elements that may come before the body.
    pub(super) prelude: Vec<Range<usize>>,
    /// Where the content of `<body>` begins.
    pub(super) body_start: Option<usize>,
    /// Where `</body>` stands, or else `</html>`.
    pub(super) body_end: Option<usize>,
}

/// Finds what there is to rewrite in `html`.
pub(super) fn scan(html: &str) -> Result<Found, Error> {
    let scan = Scan::new(html.len());
    let settings = Settings::new()
        .with_strict(false)
        .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MEMORY_BYTES))
        .append_element_content_handler(on("html, head, body", &scan, Scan::frame))
        .append_element_content_handler(on("meta, link, base", &scan, Scan::head_tag))
        .append_element_content_handler(on("title, style, script, noscript", &scan, Scan::head_text))
        .append_element_content_handler(on(quoted::ELEMENTS, &scan, Scan::quote))
        .append_element_content_handler(on("a[href], area[href]", &scan, Scan::link))
        .append_element_content_handler(on("img", &scan, Scan::image));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| ());
    // Handlers never fail and outside strict mode nothing is ambiguous: only memory can run out.
    rewriter.write(html.as_bytes()).map_err(|_| Error::TooComplex)?;
    rewriter.end().map_err(|_| Error::TooComplex)?;
    Ok(scan.0.take().found)
}

/// Hands the elements `selector` matches to `handle`, which cannot fail.
fn on<'h>(
    selector: &str,
    scan: &'h Scan,
    handle: fn(&Scan, &mut Element<'_, '_>),
) -> (Cow<'static, Selector>, ElementContentHandlers<'h>) {
    element!(selector, move |element| {
        handle(scan, element);
        Ok(())
    })
}

/// What the handlers share. They run one after the other, so a borrow never meets another.
#[derive(Clone)]
struct Scan(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    found: Found,
    document_end: usize,
    /// Open elements that enclose quoted text, each as long as it does.
    quotes_open: Vec<OpenQuote>,
    quoting: usize,
    /// A mark was seen after which everything is quoted.
    quoted_to_the_end: bool,
}

/// An open element that encloses quoted text.
struct OpenQuote {
    mark: Mark,
    /// The author goes on in it.
    answered: bool,
}

impl State {
    const fn in_quote(&self) -> bool {
        self.quoting > 0 || self.quoted_to_the_end
    }

    fn open_quote(&mut self, start: usize, mark: Mark) {
        if !self.in_quote() {
            self.found.quotes.push(start..self.document_end);
        }
        match mark {
            Mark::Inside | Mark::Container => {
                self.quotes_open.push(OpenQuote { mark, answered: false });
                self.quoting += 1;
            }
            Mark::FromHere => self.quoted_to_the_end = true,
        }
    }

    /// Ends the innermost element with quoted text; `answers` when the author may go on behind it in its container.
    fn close_quote(&mut self, end: usize, answers: bool) {
        let was_quote = self.in_quote();
        self.quoting -= usize::from(self.quotes_open.pop().is_some_and(|quote| !quote.answered));
        let outer = self.quotes_open.last_mut();
        if let Some(outer) = outer.filter(|outer| answers && outer.mark == Mark::Container && !outer.answered) {
            outer.answered = true;
            self.quoting -= 1;
        }
        if was_quote
            && !self.in_quote()
            && let Some(quote) = self.found.quotes.last_mut()
        {
            quote.end = end;
        }
    }
}

impl Scan {
    fn new(document_end: usize) -> Self {
        Self(Rc::new(RefCell::new(State { document_end, ..State::default() })))
    }

    /// `<html>`, `<head>` and `<body>`: a quoted mail may bring its own, which do not count.
    fn frame(&self, element: &mut Element<'_, '_>) {
        let tag = element.source_location().bytes();
        if self.0.borrow().in_quote() {
            return;
        }
        match element.tag_name().as_str() {
            "body" => {
                self.0.borrow_mut().found.body_start.get_or_insert(tag.end);
                self.when_closed(element, |state, end| {
                    state.found.body_end.get_or_insert(end.start);
                });
            }
            "html" => {
                self.0.borrow_mut().found.prelude.push(tag);
                self.when_closed(element, |state, end| {
                    state.found.body_end.get_or_insert(end.start);
                });
            }
            _ => {
                self.0.borrow_mut().found.prelude.push(tag);
                self.when_closed(element, |state, end| state.found.prelude.push(end));
            }
        }
    }

    /// Elements of the head without content.
    fn head_tag(&self, element: &mut Element<'_, '_>) {
        let mut state = self.0.borrow_mut();
        state.found.prelude.push(element.source_location().bytes());
        if state.found.base.is_none() && element.tag_name() == "base" && !state.in_quote() {
            state.found.base = link::value(element, "href");
        }
    }

    /// Elements of the head whose content is text.
    fn head_text(&self, element: &mut Element<'_, '_>) {
        let start = element.source_location().bytes().start;
        self.when_closed(element, move |state, end| state.found.prelude.push(start..end.end));
    }

    fn quote(&self, element: &mut Element<'_, '_>) {
        if let Some(mark) = quoted::mark(element) {
            self.0.borrow_mut().open_quote(element.source_location().bytes().start, mark);
            let answers = quoted::ends_quotation(element);
            if mark != Mark::FromHere {
                self.when_closed(element, move |state, end| state.close_quote(end.end, answers));
            }
        }
    }

    fn link(&self, element: &mut Element<'_, '_>) {
        let mut state = self.0.borrow_mut();
        if state.in_quote() {
            return;
        }
        let found = &mut state.found;
        let links = if link::opted_out(element) { &mut found.opted_out } else { &mut found.links };
        links.extend(link::value(element, "href"));
    }

    fn image(&self, element: &mut Element<'_, '_>) {
        let mut state = self.0.borrow_mut();
        if !state.in_quote() {
            state.found.images.extend(link::value(element, "src"));
        } else if tiny::is_pixel(element) {
            state.found.foreign_pixels.push(element.source_location().bytes());
        }
    }

    /// Runs `then` with the place of the end tag that closes `element`, be it its own or an outer one.
    fn when_closed(&self, element: &mut Element<'_, '_>, then: impl FnOnce(&mut State, Range<usize>) + 'static) {
        if let Some(handlers) = element.end_tag_handlers() {
            let scan = self.clone();
            handlers.push(Box::new(move |tag: &mut EndTag<'_>| {
                then(&mut scan.0.borrow_mut(), tag.source_location().bytes());
                Ok(())
            }));
        }
    }
}
