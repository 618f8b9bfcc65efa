//! Postal codes of countries with several zones.

/// country|first and last prefix|zone, or nothing where a prefix has several.
const POSTAL: &str = include_str!("data/postal.txt");

/// First and last prefix, and the zone, of the rules of a country.
pub(super) fn rules(country: &str) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    POSTAL.lines().filter_map(move |line| {
        let mut fields = line.split('|');
        let prefixes = fields.next().filter(|of| *of == country).and(fields.next())?;
        let (first, last) = prefixes.split_once('-')?;
        Some((first, last, fields.next()?))
    })
}

/// What a postal code tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// All places of the code have this one.
    One(&'static str),
    /// Its places have several, or are anywhere, as a military post office.
    Several,
}

/// The zone of a postal code, by the longest prefix that fits, the last of equals. The country may stand before
/// digits, as in `F-97400`.
pub(super) fn find(country: &str, code: &str) -> Option<Zone> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    by_prefix(country, &code).or_else(|| by_prefix(country, code.trim_start_matches(|c: char| c.is_ascii_alphabetic())))
}

fn by_prefix(country: &str, code: &str) -> Option<Zone> {
    let fits = |first: &str, last: &str| code.get(..first.len()).is_some_and(|head| (first..=last).contains(&head));
    let best = rules(country).filter(|(first, last, _)| fits(first, last)).max_by_key(|(first, ..)| first.len());
    best.map(|(.., zone)| if zone.is_empty() { Zone::Several } else { Zone::One(zone) })
}
