//! Places by name: in a country, in a region with several zones, or in the world.
//!
//! A section for each zone, `@key zone`, then its names, folded. The key is a country, a region of it, or `*`.
//! A region whose key ends in a tilde has no zone for most of its people. Lists leave out what the country alone
//! tells and names that stand for places with different clocks. One lookup reads what a request for a
//! recommendation can spare, some hundred kilobytes, so there is no index.

use super::fold::fold;

const CITIES: &str = include_str!("data/cities.txt");

/// The key of places whose country is not known.
pub(super) const WORLD: &str = "*";

/// How a region with several zones is spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    /// At least nine of ten people have the region's zone.
    Most,
    /// No zone has so many.
    Even,
}

/// Key, zone and names of each section.
pub(super) fn sections() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    CITIES.split("\n@").skip(1).filter_map(|section| {
        let (head, names) = section.split_once('\n').unwrap_or((section, ""));
        let (key, zone) = head.split_once(' ')?;
        Some((key, zone, names))
    })
}

/// The zone of a place. What follows a comma is not part of its name.
pub(super) fn find(key: &str, city: &str) -> Option<&'static str> {
    let named = |city: &str| {
        let name = fold(city);
        let mut own = sections().filter(|(of, ..)| of.trim_end_matches('~') == key);
        own.find(|(.., names)| names.lines().any(|line| line == name)).map(|(_, zone, _)| zone)
    };
    named(city).or_else(|| city.split_once(',').and_then(|(first, _)| named(first)))
}

/// How a region is split, if it is.
pub(super) fn split(key: &str) -> Option<Split> {
    let own = sections().map(|(of, ..)| of).find(|of| of.trim_end_matches('~') == key)?;
    Some(if own.ends_with('~') { Split::Even } else { Split::Most })
}
