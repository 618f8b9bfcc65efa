//! Time zones: the rules behind an IANA name.

use jiff::tz::{TimeZone, TimeZoneDatabase};

/// The present rules of an IANA zone, in any spelling of its case. They come with the program and not from the
/// machine, so the same name means the same everywhere.
pub fn named(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok().filter(|zone| !zone.is_unknown())
}
