//! Links in plain text.

use std::ops::Range;

use super::destination;
use super::splice::{Edit, splice};
use crate::addresses;

/// `text` for one recipient: every address that can be tracked is replaced by what `wrap` gives
/// for its [`destination`], or stays when that is `None`.
///
/// Quoted lines (`>`) stay, and so does everything after the line with which mail programs begin
/// an earlier mail ("-----Original Message-----", "On … wrote:"), unless quoted lines follow it.
pub fn text(text: &str, wrap: &dyn Fn(&str) -> Option<String>) -> String {
    let edits =
        links(text).filter_map(|(place, destination)| Some(Edit { place, text: wrap(&destination)? })).collect();
    splice(text, edits)
}

/// Links that can be tracked: where each stands, and where it leads.
pub(super) fn links(text: &str) -> impl Iterator<Item = (Range<usize>, String)> {
    own_lines(text).flat_map(move |line| {
        addresses::find(&text[line.clone()]).filter_map(move |found| {
            let place = line.start + found.start..line.start + found.end;
            Some((place.clone(), destination(&text[place])?))
        })
    })
}

/// What the author wrote, without the earlier mail below it and without quoted lines.
pub(crate) fn own_text(text: &str) -> String {
    own_lines(text).map(|line| &text[line]).collect()
}

/// The same, also without the lines that say whose the quoted lines are.
pub(crate) fn own_words(text: &str) -> String {
    let mut attributed = 0;
    let own = own_lines(text).filter(|line| {
        let rest = &text[line.start..];
        let found = attribution_lines(rest.lines().next().unwrap_or_default().trim(), rest);
        attributed = found.unwrap_or(attributed);
        let skip = attributed > 0;
        attributed = attributed.saturating_sub(1);
        !skip
    });
    own.map(|line| &text[line]).collect()
}

/// Where the author's own text ends: everything after it is an earlier mail, with the line that says whose it is.
pub(crate) fn end_of_own_text(text: &str) -> usize {
    let last = own_lines(text).filter(|line| !text[line.clone()].trim().is_empty()).collect::<Vec<_>>();
    let end = |lines: &[Range<usize>]| lines.last().map_or(0, |line| line.end);
    let closes = |lines: usize| last.len().checked_sub(lines).map(|at| last[at].start);
    // An attribution above quoted lines is no one's own text.
    let attribution = (1..=ATTRIBUTION_LINES).rev().filter_map(closes).find(|start| {
        let tail = &text[*start..];
        end(&last) < text.trim_end().len() && attributes(tail.lines().next().unwrap_or_default().trim(), tail)
    });
    attribution.unwrap_or_else(|| end(&last))
}

/// Lines the author wrote, as ranges of bytes.
fn own_lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(move |line| {
            let range = start..start + line.len();
            start = range.end;
            range
        })
        .take_while(|line| !begins_earlier_mail(&text[line.start..]))
        .filter(|line| !is_quoted(&text[line.clone()]))
}

fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// Headings between dashes or underscores that come before an earlier mail.
const HEADINGS: &[&str] = &[
    "original message",
    "forwarded message",
    "original appointment",
    "ursprüngliche nachricht",
    "originalnachricht",
    "weitergeleitete nachricht",
    "message d'origine",
    "message original",
    "message transféré",
    "mensaje original",
    "mensaje reenviado",
    "messaggio originale",
    "messaggio inoltrato",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "mensagem original",
];

/// First and last words of the line that attributes a quotation to its author.
const ATTRIBUTIONS: &[(&str, &str)] = &[
    ("On ", "wrote:"),
    ("Am ", "schrieb:"),
    ("Le ", "a écrit :"),
    ("Le ", "a écrit:"),
    ("El ", "escribió:"),
    ("Il ", "ha scritto:"),
    ("Op ", "schreef:"),
    ("Em ", "escreveu:"),
];

/// An attribution is often wrapped, seldom more than twice.
const ATTRIBUTION_LINES: usize = 3;

/// Whether the first line of `text` begins an earlier mail that goes on to the end.
fn begins_earlier_mail(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().trim();
    is_heading(first) || is_attribution(first, text)
}

fn is_heading(line: &str) -> bool {
    let Some(words) = line.strip_prefix("--").filter(|words| words.ends_with("--")) else { return false };
    let words = words.trim_matches(|c: char| c == '-' || c.is_whitespace()).to_lowercase().replace('’', "'");
    HEADINGS.contains(&words.as_str())
}

/// "On (a date) … wrote:", unless quoted lines follow: those are recognised one by one, and what the author
/// writes below or between them is the author's.
fn is_attribution(first: &str, text: &str) -> bool {
    let quoted =
        || attribution(first, text).is_some_and(|mut after| after.find(|line| !line.is_empty()).is_some_and(is_quoted));
    attributes(first, text) && !quoted()
}

/// Whether `text` begins with a line that says who wrote what follows.
fn attributes(first: &str, text: &str) -> bool {
    attribution(first, text).is_some()
}

/// The lines after the one with which `text` begins, if that says who wrote them.
fn attribution<'t>(first: &str, text: &'t str) -> Option<impl Iterator<Item = &'t str> + use<'t>> {
    let lines = attribution_lines(first, text)?;
    Some(text.lines().map(str::trim).skip(lines))
}

/// How many lines say who wrote what follows, if `text` begins with such.
fn attribution_lines(first: &str, text: &str) -> Option<usize> {
    ATTRIBUTIONS.iter().filter(|(opening, _)| first.starts_with(opening)).find_map(|(_, closing)| {
        let mut lines = text.lines().map(str::trim).take(ATTRIBUTION_LINES).take_while(|line| !line.is_empty());
        let mut dated = false;
        let last = lines.position(|line| {
            dated |= line.contains(|c: char| c.is_ascii_digit());
            line.ends_with(closing)
        })?;
        dated.then_some(last + 1)
    })
}
