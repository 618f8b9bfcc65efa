//! A sheet of plain text that is written from the top: paragraphs, quotations, lists.

/// Longest line, in characters; longer words stay whole. RFC 5322 recommends 78 at most, and a
/// reply puts "> " in front.
const WIDTH: usize = 76;

/// Deeper quotations and lists are shown as if they were this deep.
const DEEPEST: usize = 8;

/// Stands for a space that is kept: in HTML and here.
const HARD_SPACE: char = '\u{a0}';

/// Invisible characters that only steer layout in HTML.
const INVISIBLE: &[char] = &['\u{ad}', '\u{34f}', '\u{200b}', '\u{2060}', '\u{feff}'];

/// Plain text in the making.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    done: String,
    /// What stands on the current line, not wrapped yet.
    line: String,
    /// Line breaks owed before the next line: two make a blank line.
    owed: usize,
    /// Open block quotations of earlier mails.
    quotes: usize,
    /// Open sections around a quotation and the line that says whose it is.
    sections: usize,
    /// Depth of quotation of the last line.
    depth_before: usize,
    /// From here on everything belongs to an earlier mail.
    quoted_to_the_end: bool,
    /// Open indented blocks.
    indents: usize,
    /// Open lists, each with the number of its next item if it counts.
    lists: Vec<Option<i32>>,
    /// What marks the list item on the current line.
    marker: String,
}

impl Sheet {
    /// Writes text in which white space means no more than a space.
    pub(super) fn write(&mut self, text: &str) {
        for c in text.chars().filter(|c| !INVISIBLE.contains(c)) {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0C') {
                self.space();
            } else if !c.is_control() {
                self.line.push(c);
            }
        }
    }

    /// Writes text in which white space counts.
    pub(super) fn write_preformatted(&mut self, text: &str) {
        let mut lines = text.split('\n');
        self.push_hard(lines.next().unwrap_or_default());
        for line in lines {
            self.break_line();
            self.push_hard(line);
        }
    }

    fn push_hard(&mut self, line: &str) {
        for c in line.chars() {
            match c {
                ' ' => self.line.push(HARD_SPACE),
                '\t' => self.line.extend([HARD_SPACE; 4]),
                c if !c.is_control() => self.line.push(c),
                _ => {}
            }
        }
    }

    /// Writes a space, unless there is one.
    pub(super) fn space(&mut self) {
        if !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    /// Writes a word with a space before it.
    pub(super) fn write_word(&mut self, word: &str) {
        self.space();
        self.line.push_str(word);
    }

    /// Takes back words that were written last.
    pub(super) fn take_back(&mut self, words: &str) {
        let kept = self.line.trim_end_matches(' ').strip_suffix(words).map(str::len);
        self.line.truncate(kept.unwrap_or(self.line.len()));
    }

    /// Ends the line; a second time leaves a blank one.
    pub(super) fn break_line(&mut self) {
        if self.end_line() {
            self.owed = 1;
        } else {
            self.owed = (self.owed + 1).min(2);
        }
    }

    /// Begins or ends a block.
    pub(super) fn block(&mut self) {
        self.end_line();
        self.owed = self.owed.max(1);
    }

    /// Begins or ends a block that has a blank line around it.
    pub(super) fn paragraph(&mut self) {
        self.end_line();
        self.owed = 2;
    }

    /// Opens a block quotation of an earlier mail.
    pub(super) fn open_quote(&mut self) {
        self.paragraph();
        self.quotes += 1;
    }

    pub(super) fn close_quote(&mut self) {
        self.paragraph();
        self.quotes = self.quotes.saturating_sub(1);
    }

    /// Opens a section that is quoted, but no deeper than the block quotation in it.
    pub(super) fn open_section(&mut self) {
        self.paragraph();
        self.sections += 1;
    }

    pub(super) fn close_section(&mut self) {
        self.paragraph();
        self.sections = self.sections.saturating_sub(1);
    }

    /// Everything from here on is quoted, at least once.
    pub(super) fn quote_the_rest(&mut self) {
        self.paragraph();
        self.quoted_to_the_end = true;
    }

    pub(super) fn indent(&mut self) {
        self.paragraph();
        self.indents += 1;
    }

    pub(super) fn outdent(&mut self) {
        self.paragraph();
        self.indents = self.indents.saturating_sub(1);
    }

    fn quote_depth(&self) -> usize {
        self.quotes.max(self.sections).max(usize::from(self.quoted_to_the_end)).min(DEEPEST)
    }

    /// Opens a list, whose items count from `first` if it is given.
    pub(super) fn open_list(&mut self, first: Option<i32>) {
        self.list_edge();
        self.lists.push(first);
    }

    pub(super) fn close_list(&mut self) {
        self.end_line();
        self.lists.pop();
        self.list_edge();
    }

    /// Only the outermost list has blank lines around it.
    fn list_edge(&mut self) {
        if self.lists.is_empty() {
            self.paragraph();
        } else {
            self.block();
        }
    }

    /// Begins an item of a list, which may say its own number.
    pub(super) fn item(&mut self, number: Option<i32>) {
        self.block();
        if let (Some(Some(next)), Some(number)) = (self.lists.last_mut(), number) {
            *next = number;
        }
        self.marker = match self.lists.last_mut() {
            Some(Some(number)) => {
                let marker = format!("{number}. ");
                *number = number.saturating_add(1);
                marker
            }
            _ => "- ".to_owned(),
        };
    }

    /// The whole text. It ends with a line break unless it is empty.
    pub(super) fn finish(mut self) -> String {
        self.end_line();
        if !self.done.is_empty() {
            self.done.push('\n');
        }
        self.done
    }

    /// Writes out the current line; whether there was something on it.
    fn end_line(&mut self) -> bool {
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end_matches([' ', HARD_SPACE]);
        if line.is_empty() {
            return false;
        }
        self.pay_breaks();
        let quote = "> ".repeat(self.quote_depth());
        let indent = "  ".repeat((self.indents + self.lists.len().saturating_sub(1)).min(DEEPEST));
        let marker = std::mem::take(&mut self.marker);
        let hanging = if self.lists.is_empty() { 0 } else { marker.chars().count().max(2) };
        let first = format!("{quote}{indent}{marker:hanging$}");
        let next = format!("{quote}{indent}{:hanging$}", "");
        push_wrapped(&mut self.done, line, &first, &next);
        self.depth_before = self.quote_depth();
        self.owed = 1;
        true
    }

    fn pay_breaks(&mut self) {
        if self.done.is_empty() {
            return;
        }
        self.done.push('\n');
        if self.owed > 1 {
            // A blank line inside a quotation belongs to it.
            let quoted = self.quote_depth().min(self.depth_before);
            self.done.push_str("> ".repeat(quoted).trim_end());
            self.done.push('\n');
        }
    }
}

/// Writes `line` in lines of at most [`WIDTH`] characters, `first` and then `next` before each.
fn push_wrapped(done: &mut String, line: &str, first: &str, next: &str) {
    done.push_str(first);
    let mut column = first.chars().count();
    let mut fresh = true;
    for word in line.split(' ') {
        let width = word.chars().count();
        if !fresh && column + 1 + width > WIDTH {
            done.truncate(done.trim_end_matches(' ').len());
            done.push('\n');
            done.push_str(next);
            column = next.chars().count();
        } else if !fresh {
            done.push(' ');
            column += 1;
        }
        done.extend(word.chars().map(|c| if c == HARD_SPACE { ' ' } else { c }));
        column += width;
        fresh = false;
    }
}
