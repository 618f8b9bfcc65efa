//! Time zones: the rules behind an IANA name, and the zone of a person from what a record knows.
//!
//! No map service is asked. Tables tell the zone of a country, or of the region, postal code or city where a
//! country has several. Most are generated from public data, see `gazetteer/README.md`; regions and postal rules
//! are kept by hand. Nothing is guessed below nine of ten people: then the answer is why it is not known.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

mod city;
mod country;
mod fold;
mod postal;
mod region;

use city::Split;
use country::{Clock, Country};
use region::Region;

/// What the database calls a clock that nobody has set yet.
const NOT_SET: &str = "Factory";

/// The present rules of an IANA zone, in any spelling of its case. They come with the program and not from the
/// machine, so the same name means the same everywhere.
pub fn named(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    let is_set = !zone.is_unknown() && zone.iana_name() != Some(NOT_SET);
    is_set.then_some(zone)
}

/// A postal address as a record has it. Nothing in it is checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PostalAddress {
    /// Street and number.
    pub street: Option<String>,
    /// City or town.
    pub city: Option<String>,
    /// State, province or the like: its name or ISO 3166-2 code.
    pub region: Option<String>,
    /// ZIP or postal code.
    pub postal_code: Option<String>,
    /// The country's name, in English, its own or another usual language, or its ISO 3166-1 code of two or three
    /// letters.
    pub country: Option<String>,
}

/// What is known of where a person is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ZoneSource<'a> {
    /// The record's own IANA name.
    pub time_zone: Option<&'a str>,
    /// The postal address.
    pub address: Option<&'a PostalAddress>,
    /// A phone number; only the code of its country matters.
    pub phone: Option<&'a str>,
}

/// A zone and what told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zoned {
    /// The IANA name.
    pub zone: String,
    /// In words, as "El Paso, Texas, United States" or "most of Spain".
    pub reason: String,
}

/// The zone cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unknown {
    /// Why, in words.
    pub reason: String,
}

fn told(zone: &str, reason: impl Into<String>) -> Zoned {
    Zoned { zone: zone.to_owned(), reason: reason.into() }
}

fn given(field: Option<&String>) -> Option<&str> {
    field.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// The zone of a person: the record's own, else from the address, else from the code of the phone number.
///
/// # Errors
/// When none of them tells it, with the reason.
pub fn of_person(source: ZoneSource<'_>) -> Result<Zoned, Unknown> {
    let own = || {
        let zone = named(source.time_zone?.trim())?;
        Some(told(zone.iana_name()?, "the record's time zone"))
    };
    let shared = source.phone.and_then(country::of_phone);
    let candidates = shared.as_ref().map_or(&[][..], |(_, countries)| countries.as_slice());
    let by_phone = || {
        let (code, countries) = shared.as_ref()?;
        let [country] = countries[..] else { return None };
        let Zoned { zone, reason } = by_clock(country)?;
        Some(Zoned { zone, reason: format!("phone code +{code}, {reason}") })
    };
    let by_address = || by_address(source.address?, candidates);
    own().or_else(by_address).or_else(by_phone).ok_or_else(|| Unknown { reason: why_not(source, candidates) })
}

/// In the address's own country, else in those of the phone number, else among the big cities of the world.
fn by_address(address: &PostalAddress, candidates: &[Country]) -> Option<Zoned> {
    if let Some(text) = given(address.country.as_ref()) {
        let country = country::find(text)?;
        // A postal code of a place with another clock than the country must not fall back to the country's.
        let elsewhere = postal_zone(country, address) == Some(postal::Zone::Several);
        return by_place(country, address).or_else(|| if elsewhere { None } else { by_clock(country) });
    }
    let by_candidate = candidates.iter().find_map(|country| by_place(*country, address));
    by_candidate.or_else(|| {
        let city = given(address.city.as_ref()).filter(|_| candidates.is_empty())?;
        Some(told(city::find(city::WORLD, city)?, city))
    })
}

/// What the country alone tells.
fn by_clock(country: Country) -> Option<Zoned> {
    match country.clock {
        Clock::One(zone) => Some(told(zone, country.name)),
        Clock::Most(zone) => Some(told(zone, format!("most of {}", country.name))),
        Clock::Several => None,
    }
}

/// What the region tells, else the postal code, else the city.
fn by_place(country: Country, address: &PostalAddress) -> Option<Zoned> {
    if let Some(region) = given(address.region.as_ref()).and_then(|text| region::find(country.code, text)) {
        return by_region(country, region, address);
    }
    by_postal_code(country, address).or_else(|| {
        let city = given(address.city.as_ref())?;
        Some(told(city::find(country.code, city)?, format!("{city}, {}", country.name)))
    })
}

fn by_region(country: Country, region: Region, address: &PostalAddress) -> Option<Zoned> {
    let whole = format!("{}, {}", region.name, country.name);
    let key = format!("{}-{}", country.code, region.code);
    let Some(split) = city::split(&key) else { return Some(told(region.zone, whole)) };
    let by_city =
        given(address.city.as_ref()).and_then(|city| Some(told(city::find(&key, city)?, format!("{city}, {whole}"))));
    by_city.or_else(|| by_postal_code(country, address)).or_else(|| match split {
        Split::Most => Some(told(region.zone, format!("most of {whole}"))),
        Split::Even => None,
    })
}

fn by_postal_code(country: Country, address: &PostalAddress) -> Option<Zoned> {
    let code = given(address.postal_code.as_ref())?;
    match postal::find(country.code, code)? {
        postal::Zone::One(zone) => Some(told(zone, format!("postal code {code}, {}", country.name))),
        postal::Zone::Several => None,
    }
}

fn postal_zone(country: Country, address: &PostalAddress) -> Option<postal::Zone> {
    postal::find(country.code, given(address.postal_code.as_ref())?)
}

fn why_not(source: ZoneSource<'_>, candidates: &[Country]) -> String {
    let address = source.address.cloned().unwrap_or_default();
    match given(address.country.as_ref()).map(|text| (text, country::find(text))) {
        Some((text, None)) => format!("the country “{text}” is not known"),
        Some((_, Some(country))) => several(country),
        None => match candidates {
            [] if given(address.city.as_ref()).is_some() => "the address has no country".to_owned(),
            [] => "no time zone, address or international phone number is known".to_owned(),
            [country] => several(*country),
            _ => "several countries share the phone code".to_owned(),
        },
    }
}

fn several(country: Country) -> String {
    match country.code {
        "BV" | "HM" => format!("nobody lives on {}", country.name),
        _ => format!("{} has several time zones, and the address does not tell which", country.name),
    }
}

#[cfg(test)]
mod tests;
