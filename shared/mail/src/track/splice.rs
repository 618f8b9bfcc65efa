//! Puts edits into a text and leaves every other byte alone.

use std::ops::Range;

/// New text in place of a range of bytes.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) place: Range<usize>,
    pub(super) text: String,
}

impl Edit {
    pub(super) fn insert(at: usize, text: String) -> Self {
        Self { place: at..at, text }
    }

    pub(super) fn remove(place: Range<usize>) -> Self {
        Self { place, text: String::new() }
    }
}

/// `source` with all `edits`. Of edits at the same place the one given first comes first; what
/// would overlap an earlier edit is dropped.
pub(super) fn splice(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.place.start);
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut result = String::with_capacity(source.len() + added);
    let mut done = 0;
    for edit in edits {
        let Some(kept) = source.get(done..edit.place.start) else { continue };
        result.push_str(kept);
        result.push_str(&edit.text);
        done = edit.place.end;
    }
    result.push_str(&source[done..]);
    result
}
