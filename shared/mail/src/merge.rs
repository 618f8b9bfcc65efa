//! Fills the dynamic values of a template, each escaped by where it lands.
//!
//! A template has no logic: `{{ recipient.name }}` stands for a value and there is nothing else, no tags, filters or
//! loops. So there is nothing for a template engine to run; what matters is the *sink*, the place in which a value
//! ends up. [`Template::parse`] finds it for each value in one pass over the HTML and refuses places in which no
//! escaping is safe: scripts, styles, event handlers, attributes without quotes, names of tags and attributes,
//! comments. [`Template::fill`] then only splices, so every byte besides the values stays as the author wrote it.

mod copy;
mod escape;
mod placeholder;
mod sink;

use std::ops::Range;

pub use copy::{FilledCopy, filled_copy};
pub use placeholder::{Path, Root, named};
pub use sink::Sink;

/// What kind of text a template is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line, for a header.
    Subject,
    /// HTML.
    Html,
    /// Plain text.
    Text,
}

/// Why a text is not a template: where, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct Invalid {
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// In words.
    pub reason: String,
}

impl Invalid {
    /// What is wrong at a byte of `source`.
    fn at(source: &str, byte: usize, reason: impl Into<String>) -> Self {
        let before = &source[..byte];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.matches('\n').count() + 1;
        Self { line, column: before[line_start..].chars().count() + 1, reason: reason.into() }
    }
}

/// A text with places for values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template<'a> {
    source: &'a str,
    values: Vec<Value>,
}

/// A place for a value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Value {
    place: Range<usize>,
    path: Path,
    sink: Sink,
}

/// A filled template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The text. Where a value is missing or refused, the placeholder stands as the author wrote it.
    pub text: String,
    /// Values that there are none for, each once, in order of first appearance.
    pub missing: Vec<Path>,
    /// Values that would begin an address but are none (`http`, `https`, `mailto` or `tel`).
    pub refused: Vec<Path>,
}

impl<'a> Template<'a> {
    /// Finds the places for values and what each has to be escaped for.
    ///
    /// # Errors
    /// The first place that is not understood, or in which no value is safe.
    pub fn parse(kind: Kind, source: &'a str) -> Result<Self, Invalid> {
        let found = placeholder::find(source)?;
        let sinks = match kind {
            Kind::Subject => vec![Sink::Line; found.len()],
            Kind::Text => vec![Sink::Plain; found.len()],
            Kind::Html if found.is_empty() => Vec::new(),
            Kind::Html => sink::find(source, &found)?,
        };
        let values = found.into_iter().zip(sinks).map(|((place, path), sink)| Value { place, path, sink });
        Ok(Self { source, values: values.collect() })
    }

    /// Puts the values in that `lookup` gives. An empty one counts as missing: nobody wants to write "Dear ,".
    pub fn fill(&self, lookup: &dyn Fn(&Path) -> Option<String>) -> Filled {
        let (mut filled, mut end) = (Filled::default(), 0);
        for Value { place, path, sink } in &self.values {
            filled.text.push_str(&self.source[end..place.start]);
            let value = lookup(path).filter(|value| !value.trim().is_empty());
            let problems = if value.is_some() { &mut filled.refused } else { &mut filled.missing };
            if let Some(escaped) = value.and_then(|value| escape::escape(&value, *sink)) {
                filled.text.push_str(&escaped);
            } else {
                filled.text.push_str(&self.source[place.clone()]);
                if !problems.contains(path) {
                    problems.push(path.clone());
                }
            }
            end = place.end;
        }
        filled.text.push_str(&self.source[end..]);
        filled
    }
}

#[cfg(test)]
mod tests;
