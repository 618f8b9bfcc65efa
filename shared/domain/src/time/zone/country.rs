//! Countries by their codes and names, and the countries that share a phone code.

use super::fold::fold;

/// code|alpha-3|zone|name|names as [`plain`] has them. The zone has a tilde when only most people live on its clock.
const COUNTRIES: &str = include_str!("data/countries.txt");
/// A phone code and the countries that have it; one where all of them have one clock.
const PHONES: &str = include_str!("data/phones.txt");
/// Words that names of countries have or lack.
const LEFT_OUT: [&str; 3] = ["and", "of", "the"];
/// Titles before the usual name of a country. *State* is none: it may be one of the United States, as Georgia.
const TITLES: [&str; 14] = [
    "commonwealth ",
    "democratic republic ",
    "democratic socialist republic ",
    "fed democratic republic ",
    "fed republic ",
    "grand duchy ",
    "islamic republic ",
    "kingdom ",
    "peoples democratic republic ",
    "peoples republic ",
    "principality ",
    "republic ",
    "socialist republic ",
    "sultanate ",
];
/// The longest phone code, in digits.
const PHONE_MAX: usize = 6;

/// A country.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(super) code: &'static str,
    /// In English.
    pub(super) name: &'static str,
    /// What the country alone tells.
    pub(super) clock: Clock,
}

/// What is known of the clocks of a country without knowing the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    /// All have the same.
    One(&'static str),
    /// At least nine of ten people have this one.
    Most(&'static str),
    /// Several, or none.
    Several,
}

/// All countries, each with its line.
pub(super) fn all() -> impl Iterator<Item = (Country, &'static str)> {
    COUNTRIES.lines().filter_map(|line| {
        let mut fields = line.split('|');
        let (code, _, zone, name) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let clock = match zone.strip_prefix('~') {
            Some(zone) => Clock::Most(zone),
            None if zone.is_empty() => Clock::Several,
            None => Clock::One(zone),
        };
        Some((Country { code, name, clock }, line))
    })
}

/// The country of a code or a name in one of many languages, also with a title that its usual name lacks, turned
/// round as ISO 3166 does it ("Korea, Republic of", "Netherlands (Kingdom of the)"), or told twice ("UK (England)").
pub(super) fn find(text: &str) -> Option<Country> {
    as_written(text).or_else(|| {
        let (name, rest) = text.split_once([',', '('])?;
        let rest = rest.trim_end().trim_end_matches(')');
        let turned = by_name(&plain(&format!("{rest} {name}")));
        turned.or_else(|| as_written(name).filter(|country| as_written(rest) == Some(*country)))
    })
}

fn as_written(text: &str) -> Option<Country> {
    by_code(text.trim()).or_else(|| by_name(&plain(text)))
}

fn by_code(code: &str) -> Option<Country> {
    let has_code = |line: &str| line.split('|').take(2).any(|other| other.eq_ignore_ascii_case(code));
    all().find(|(_, line)| has_code(line)).map(|(country, _)| country)
}

fn by_name(name: &str) -> Option<Country> {
    let listed = |name: &str| all().find(|(_, line)| line.split('|').skip(4).any(|other| other == name));
    let untitled = || TITLES.iter().find_map(|title| listed(name.strip_prefix(title)?));
    listed(name).or_else(untitled).map(|(country, _)| country)
}

/// A name as the table has it: folded, letters with dots as one word, words that some shorten as one word, and
/// without the words that some leave out.
fn plain(text: &str) -> String {
    let folded = fold(text);
    let mut words: Vec<String> = Vec::new();
    let mut after_letter = false;
    for word in folded.split(' ') {
        let is_letter = word.chars().nth(1).is_none();
        match words.last_mut() {
            Some(last) if is_letter && after_letter => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
        after_letter = is_letter;
    }
    let kept = words.iter().map(String::as_str).filter(|word| !LEFT_OUT.contains(word));
    kept.map(in_full).collect::<Vec<_>>().join(" ")
}

fn in_full(word: &str) -> &str {
    match word {
        "dem" => "democratic",
        "is" | "isl" => "islands",
        "rep" => "republic",
        "sts" => "states",
        _ if word.starts_with("federa") => "fed",
        _ if word.starts_with("republi") || word.starts_with("repubbli") => "republic",
        _ => word,
    }
}

/// The code that a number in international form begins with, and the countries that share it.
pub(super) fn of_phone(number: &str) -> Option<(&'static str, Vec<Country>)> {
    let digits = international(number)?;
    let lengths = (1..=PHONE_MAX.min(digits.len())).rev();
    let (code, countries) = lengths.into_iter().find_map(|length| {
        let lines = PHONES.lines().filter_map(|line| line.split_once(' '));
        lines.into_iter().find(|(code, _)| *code == &digits[..length])
    })?;
    Some((code, countries.split(' ').filter_map(find).collect()))
}

/// The digits after `+` or `00`; a number without either may be from anywhere.
fn international(number: &str) -> Option<String> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    match number.split_once('+') {
        Some((before, after)) if digits(before).is_empty() => Some(digits(after)),
        _ => digits(number).strip_prefix("00").map(str::to_owned),
    }
}
