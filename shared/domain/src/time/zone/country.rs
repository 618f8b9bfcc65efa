//! Countries by their codes and names, and the countries that share a phone code.

use super::fold::fold;

/// code|alpha-3|zone|name|other names, folded. The zone has a tilde when only most people live on its clock.
const COUNTRIES: &str = include_str!("data/countries.txt");
/// A phone code and the countries that have it; one where all of them have one clock.
const PHONES: &str = include_str!("data/phones.txt");
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

/// The country of a code or a name in one of many languages.
pub(super) fn find(text: &str) -> Option<Country> {
    let (plain, name) = (text.trim(), fold(text));
    let matches = |line: &str| {
        let mut fields = line.split('|');
        let mut code = || fields.next().is_some_and(|code| code.eq_ignore_ascii_case(plain));
        code() || code() || fields.skip(2).any(|other| other == name)
    };
    all().find(|(_, line)| matches(line)).map(|(country, _)| country)
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
