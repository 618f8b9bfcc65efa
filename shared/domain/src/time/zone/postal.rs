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

/// The zone of a postal code, by the longest prefix that fits, the last of equals.
pub(super) fn find(country: &str, code: &str) -> Option<&'static str> {
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    let fits = |first: &str, last: &str| code.get(..first.len()).is_some_and(|head| (first..=last).contains(&head));
    let best = rules(country).filter(|(first, last, _)| fits(first, last)).max_by_key(|(first, ..)| first.len());
    best.map(|(.., zone)| zone).filter(|zone| !zone.is_empty())
}
