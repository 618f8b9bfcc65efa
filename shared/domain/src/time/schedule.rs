//! Schedules: when a message leaves or a reminder is due, as an author says it.
//!
//! An author means a time on a clock, not an instant: *eight in the morning in Berlin* stays eight when a
//! parliament moves the clocks. So the wall time and its zone are kept beside the instant that they mean today,
//! and resolved once more at the last moment.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::time::zone;

/// What is past by less than this is meant for now: it was the future when the author chose it.
pub const GRACE: SignedDuration = SignedDuration::from_mins(1);
/// How many calendar years ahead a time may lie.
pub const HORIZON_YEARS: i64 = 2;

/// A time on the clocks of a zone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WallTime {
    /// Date and time without an offset, as `2026-11-24T08:00:00`; seconds may be left out.
    #[serde(deserialize_with = "local")]
    pub local: DateTime,
    /// The IANA name of the zone, as `Europe/Berlin`. An input may leave it out, until [`When::at_home`] fills it in.
    #[serde(default, deserialize_with = "zone_name")]
    pub time_zone: String,
}

/// A time as an author gives it: a text is an instant, an object a wall time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum When {
    /// RFC 3339, with any offset.
    Instant(#[serde(with = "crate::time::instant::millis")] Timestamp),
    /// On the clocks of a zone.
    Wall(WallTime),
}

/// A wall time and the instant that it means. In JSON `{"at": …, "local": …, "time_zone": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Schedule {
    /// When, under the rules that the zone had when this was resolved.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// What the author said; in UTC when it was an instant.
    #[serde(flatten)]
    pub wall: WallTime,
}

/// Why a time cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleRefusal {
    /// Over by a minute or more.
    #[error("the time is in the past")]
    InThePast,
    /// Beyond the horizon.
    #[error("the time is more than two years ahead")]
    TooFar,
    /// No such zone.
    #[error("unknown time zone: expected an IANA name such as Europe/Berlin")]
    UnknownZone,
}

impl ScheduleRefusal {
    /// The stable name of the reason, as problem documents carry it.
    pub fn code(self) -> &'static str {
        match self {
            Self::InThePast => "in_the_past",
            Self::TooFar => "too_far",
            Self::UnknownZone => "unknown_time_zone",
        }
    }
}

impl When {
    /// The same on the clocks of `zone`, when it names none.
    #[must_use]
    pub fn at_home(&self, zone: &str) -> Self {
        match self {
            Self::Wall(wall) if wall.time_zone.is_empty() => {
                Self::Wall(WallTime { time_zone: zone.to_owned(), ..wall.clone() })
            }
            named => named.clone(),
        }
    }

    /// The instant that is meant, be it past or far ahead.
    ///
    /// # Errors
    /// [`ScheduleRefusal::UnknownZone`].
    pub fn instant(&self) -> Result<Timestamp, ScheduleRefusal> {
        match self {
            Self::Instant(at) => Ok(*at),
            Self::Wall(wall) => wall.resolved().ok_or(ScheduleRefusal::UnknownZone),
        }
    }
}

impl WallTime {
    /// The instant under the zone's present rules, or nothing for an unknown zone.
    ///
    /// A time that the clocks jump over moves forward by as much as they jump; of a time that comes twice the
    /// first is meant (RFC 5545 section 3.3.5).
    fn resolved(&self) -> Option<Timestamp> {
        Some(first(self.local, &zone::named(&self.time_zone)?))
    }
}

/// What lies beyond the years that can be told is as far away as can be told.
fn first(local: DateTime, zone: &TimeZone) -> Timestamp {
    let beyond = if local.year() > 0 { Timestamp::MAX } else { Timestamp::MIN };
    zone.to_ambiguous_timestamp(local).compatible().unwrap_or(beyond)
}

/// Finds the instant that is meant.
///
/// # Errors
/// [`ScheduleRefusal`] when the zone is unknown, or the instant a minute past or more than two years ahead.
pub fn resolve(when: &When, now: Timestamp) -> Result<Schedule, ScheduleRefusal> {
    let (meant, wall) = match when {
        When::Instant(at) => (*at, in_utc(*at)),
        When::Wall(wall) => {
            let zone = zone::named(&wall.time_zone).ok_or(ScheduleRefusal::UnknownZone)?;
            let time_zone = zone.iana_name().unwrap_or(&wall.time_zone).to_owned();
            (first(wall.local, &zone), WallTime { time_zone, ..wall.clone() })
        }
    };
    if now.duration_since(meant) >= GRACE {
        return Err(ScheduleRefusal::InThePast);
    }
    if meant > horizon(now) {
        return Err(ScheduleRefusal::TooFar);
    }
    Ok(Schedule { at: meant.max(now), wall })
}

fn in_utc(at: Timestamp) -> WallTime {
    WallTime { local: TimeZone::UTC.to_datetime(at), time_zone: "UTC".to_owned() }
}

fn horizon(now: Timestamp) -> Timestamp {
    let span = Span::new().years(HORIZON_YEARS);
    now.to_zoned(TimeZone::UTC).checked_add(span).map_or(Timestamp::MAX, |end| end.timestamp())
}

impl Schedule {
    /// Another instant, told on the clocks of the same zone.
    #[must_use]
    pub fn moved(&self, at: Timestamp) -> Self {
        let zone = zone::named(&self.wall.time_zone).unwrap_or(TimeZone::UTC);
        Self { at, wall: WallTime { local: zone.to_datetime(at), ..self.wall.clone() } }
    }

    /// The instant under the rules of today, for the last moment before something happens. Differs from `at`
    /// when the zone's rules changed meanwhile, and by less than a minute when the time had just passed.
    pub fn again(&self) -> Timestamp {
        self.wall.resolved().unwrap_or(self.at)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WhenVisitor)
    }
}

/// Tells the two shapes apart by hand: serde's own *untagged* answers only that neither matched.
struct WhenVisitor;

impl<'de> Visitor<'de> for WhenVisitor {
    type Value = When;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "an instant such as \"2026-11-24T07:00:00Z\" or a wall time such as \
             {\"local\": \"2026-11-24T08:00:00\", \"time_zone\": \"Europe/Berlin\"}",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<When, E> {
        let expected = "expected an instant with an offset such as 2026-11-24T07:00:00Z";
        text.parse().map(When::Instant).map_err(|_| E::custom(expected))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<When, A::Error> {
        WallTime::deserialize(MapAccessDeserializer::new(map)).map(When::Wall)
    }
}

/// Reads the name of a zone. Nobody means an empty one.
fn zone_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let expected = "expected an IANA name such as Europe/Berlin";
    if name.is_empty() { Err(D::Error::custom(expected)) } else { Ok(name) }
}

/// Reads a local time. An offset is refused: it would contradict the zone, or be ignored without a word.
fn local<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime, D::Error> {
    let text = String::deserialize(deserializer)?;
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    let read = formats.iter().find_map(|format| DateTime::strptime(format, &text).ok());
    read.ok_or_else(|| D::Error::custom("expected a local time without an offset such as 2026-11-24T08:00:00"))
}

#[cfg(test)]
mod tests;
