//! The table that is printed.

use std::fmt::Write as _;

use crate::cost::Cost;

/// One line of the table.
pub struct Row {
    what: String,
    cells: [String; 4],
    target: String,
    missed: bool,
}

const HEAD: [&str; 6] = ["what", "write units", "read units", "calls", "time", "target"];

impl Row {
    /// What one act uses, when `cost` was used for `acts` of them.
    pub fn cost(what: &str, cost: &Cost, acts: u32) -> Self {
        let each = |sum: f64| figure(sum / f64::from(acts));
        let cells = [each(cost.writes), each(cost.reads), each(f64::from(cost.calls())), String::new()];
        Self { what: what.to_owned(), cells, target: String::new(), missed: false }
    }

    /// How long something takes.
    pub fn time(what: &str, time: String) -> Self {
        let cells = [String::new(), String::new(), String::new(), time];
        Self { what: what.to_owned(), cells, target: String::new(), missed: false }
    }

    /// Adds how long it takes.
    #[must_use]
    pub fn and_time(mut self, time: String) -> Self {
        self.cells[3] = time;
        self
    }

    /// Sets a target, and says whether it is met.
    #[must_use]
    pub fn target(mut self, target: &str, met: bool) -> Self {
        let verdict = if met { "met" } else { "MISSED" };
        self.target = format!("{target}: {verdict}");
        self.missed = !met;
        self
    }

    /// Whether it has a target that is not met.
    pub fn misses(&self) -> bool {
        self.missed
    }

    fn columns(&self) -> [&str; 6] {
        let [writes, reads, calls, time] = self.cells.each_ref().map(String::as_str);
        [&self.what, writes, reads, calls, time, &self.target]
    }
}

/// Two digits after the point, without zeros at the end.
fn figure(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A table in Markdown whose columns are also aligned in a terminal.
pub fn text(rows: &[Row]) -> String {
    let lines: Vec<[&str; 6]> = std::iter::once(HEAD).chain(rows.iter().map(Row::columns)).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: [usize; 6] = std::array::from_fn(width);
    let mut text = String::new();
    for (n, line) in lines.iter().enumerate() {
        for (column, (cell, &width)) in line.iter().zip(&widths).enumerate() {
            let numeric = (1..=4).contains(&column);
            let _ = if numeric { write!(text, "| {cell:>width$} ") } else { write!(text, "| {cell:<width$} ") };
        }
        text.push_str("|\n");
        if n == 0 {
            for (column, &width) in widths.iter().enumerate() {
                let end = if (1..=4).contains(&column) { ':' } else { '-' };
                let _ = write!(text, "|{}{end}", "-".repeat(width + 1));
            }
            text.push_str("|\n");
        }
    }
    text
}
