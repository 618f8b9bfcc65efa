//! Regions: the states, provinces and islands of countries with several zones.

use super::fold::fold;

/// country|code|zone|names.
const REGIONS: &str = include_str!("data/regions.txt");

/// Words that say what kind of region it is, in the languages of the table; they are left out or not at will.
const KINDS: [&str; 22] = [
    "oblast",
    "krai",
    "kray",
    "republic",
    "respublika",
    "autonomous",
    "okrug",
    "state",
    "province",
    "provincia",
    "provinsi",
    "region",
    "estado",
    "departamento",
    "of",
    "de",
    "do",
    "da",
    "область",
    "край",
    "республика",
    "обл",
];

/// A region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    /// ISO 3166-2 without the country.
    pub(super) code: &'static str,
    /// Its first name in the table.
    pub(super) name: &'static str,
    /// The zone of all or most of it.
    pub(super) zone: &'static str,
}

/// The regions of a country, each with its names.
pub(super) fn of(country: &str) -> impl Iterator<Item = (Region, &'static str)> {
    REGIONS.lines().filter_map(move |line| {
        let mut fields = line.splitn(4, '|');
        let (_, code) = (fields.next().filter(|of| *of == country)?, fields.next()?);
        let (zone, names) = (fields.next()?, fields.next()?);
        Some((Region { code, name: names.split('|').next()?, zone }, names))
    })
}

/// The region of a country by its code, as "TX" or "US-TX", or one of its names.
pub(super) fn find(country: &str, text: &str) -> Option<Region> {
    let (folded, bare) = (fold(text), bare(text));
    let code = folded.strip_prefix(&country.to_lowercase()).map_or(folded.as_str(), str::trim_start);
    let by_code = of(country).find(|(region, _)| [code, &folded].iter().any(|c| region.code.eq_ignore_ascii_case(c)));
    let exactly = || of(country).find(|(_, names)| names.split('|').any(|name| fold(name) == folded));
    let without_kind = || of(country).find(|(_, names)| names.split('|').any(|name| self::bare(name) == bare));
    by_code.or_else(exactly).or_else(without_kind).map(|(region, _)| region)
}

/// The name without the words of [`KINDS`], unless nothing else is in it.
fn bare(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<_> = folded.split(' ').filter(|word| !KINDS.contains(word)).collect();
    if words.is_empty() { folded } else { words.join(" ") }
}
