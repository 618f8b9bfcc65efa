//! The elements that are open, with the ends that HTML does not write.
//!
//! `lol_html` keeps an element open until an end tag closes it or what is around it. A browser ends a paragraph where the
//! next block begins and an item where the next item begins (WHATWG HTML, "optional tags"); what was opened inside
//! ends with it.

use super::from_html::End;

/// How many open elements are looked at, so that deep nesting costs no more than its length.
const FAR: usize = 64;

/// The kinds of elements that the rules of implied ends tell apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Paragraph,
    Item,
    Term,
    Cell,
    Row,
    Group,
    Table,
    List,
    Block,
    Inline,
}

impl Kind {
    fn of(tag: &str) -> Self {
        match tag {
            "p" => Self::Paragraph,
            "li" => Self::Item,
            "dt" | "dd" => Self::Term,
            "td" | "th" => Self::Cell,
            "tr" => Self::Row,
            "tbody" | "thead" | "tfoot" => Self::Group,
            "table" => Self::Table,
            "ul" | "ol" | "dl" | "menu" => Self::List,
            "address" | "article" | "aside" | "blockquote" | "center" | "details" | "div" | "fieldset"
            | "figcaption" | "figure" | "footer" | "form" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header"
            | "hr" | "main" | "nav" | "pre" | "section" | "summary" => Self::Block,
            _ => Self::Inline,
        }
    }

    const fn ends_a_paragraph(self) -> bool {
        matches!(self, Self::Paragraph | Self::Item | Self::Term | Self::Table | Self::List | Self::Block)
    }

    /// Whether an open element of this kind ends where one of `next` begins.
    const fn ends_before(self, next: Self) -> bool {
        match next {
            Self::Item => matches!(self, Self::Item),
            Self::Term => matches!(self, Self::Term),
            Self::Cell => matches!(self, Self::Cell),
            Self::Row => matches!(self, Self::Row | Self::Cell),
            Self::Group => matches!(self, Self::Group | Self::Row | Self::Cell),
            _ => false,
        }
    }

    /// Whether what is around an open element of this kind is out of reach of one of `next`.
    const fn shields_from(self, next: Self) -> bool {
        match next {
            Self::Item | Self::Term => matches!(self, Self::List | Self::Table | Self::Cell),
            _ => matches!(self, Self::Table),
        }
    }
}

/// The open elements that matter, outermost first.
#[derive(Default)]
pub(super) struct OpenElements {
    all: Vec<OpenElement>,
    next: u64,
}

struct OpenElement {
    id: u64,
    kind: Kind,
    ends: Vec<End>,
}

impl OpenElements {
    /// Adds an element; its number, unless its end makes no difference.
    pub(super) fn push(&mut self, tag: &str, ends: Vec<End>) -> Option<u64> {
        let kind = Kind::of(tag);
        if ends.is_empty() && kind == Kind::Inline {
            return None;
        }
        self.next += 1;
        self.all.push(OpenElement { id: self.next, kind, ends });
        Some(self.next)
    }

    /// The ends that an element with this tag implies where it begins, innermost first.
    pub(super) fn implied_ends(&mut self, tag: &str) -> Vec<End> {
        let next = Kind::of(tag);
        let mut ended = Vec::new();
        if next.ends_a_paragraph() {
            let outer = self.all.iter().rev().take(FAR).position(|open| open.kind != Kind::Inline);
            let paragraph = outer.map(|up| self.all.len() - 1 - up).filter(|at| self.all[*at].kind == Kind::Paragraph);
            ended.extend(paragraph.map(|at| self.cut(at)).unwrap_or_default());
        }
        let reach = self.all.iter().enumerate().rev().take(FAR).take_while(|(_, open)| !open.kind.shields_from(next));
        let last = reach.filter(|(_, open)| open.kind.ends_before(next)).map(|(at, _)| at).last();
        ended.extend(last.map(|at| self.cut(at)).unwrap_or_default());
        ended
    }

    /// The ends that come with the end of this element, innermost first; none when it has ended before.
    pub(super) fn end(&mut self, id: u64) -> Vec<End> {
        self.all.binary_search_by_key(&id, |open| open.id).map(|at| self.cut(at)).unwrap_or_default()
    }

    /// Whether the innermost element around quoted text is a container, which from here on is one no more.
    pub(super) fn leave_container(&mut self) -> bool {
        let around = self.all.iter_mut().rev().take(FAR).flat_map(|open| &mut open.ends);
        let mut around = around.filter(|end| matches!(end, End::Quote | End::Section | End::Container | End::Answered));
        let container = around.next().filter(|end| matches!(end, End::Container));
        container.map(|end| *end = End::Answered).is_some()
    }

    fn cut(&mut self, at: usize) -> Vec<End> {
        self.all.drain(at..).rev().flat_map(|open| open.ends.into_iter().rev()).collect()
    }
}
