//! Working hours: on which days and between which times a message is met at work.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// For how many days the next working moment is looked for. One week has every weekday; the second is for the rare
/// day whose hours the clocks jump over.
const LOOK_AHEAD: i64 = 14;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "their names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// Working hours on the recipient's clock. In JSON `{"start": "08:00", "end": "17:00", "days": ["mon", …]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct WorkingHours {
    #[serde(serialize_with = "minutes")]
    start: Time,
    #[serde(serialize_with = "minutes")]
    end: Time,
    days: BTreeSet<Day>,
}

/// Why these are no working hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHours {
    /// They end before they start.
    #[error("working hours must start before they end, on the same day")]
    Order,
    /// On no day.
    #[error("working hours need at least one day")]
    NoDay,
    /// No time of a day.
    #[error("expected a time such as 08:00")]
    Time,
}

/// As it comes in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    start: String,
    end: String,
    days: BTreeSet<Day>,
}

impl TryFrom<Unchecked> for WorkingHours {
    type Error = InvalidHours;

    fn try_from(unchecked: Unchecked) -> Result<Self, InvalidHours> {
        let read = |text: &str| Time::strptime("%H:%M", text).map_err(|_| InvalidHours::Time);
        Self::new(read(&unchecked.start)?, read(&unchecked.end)?, unchecked.days)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn minutes<S: serde::Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&time.strftime("%H:%M"))
}

/// Monday to Friday, 8:00 to 17:00 (reference, "Die effektivste Übermittlungszeit auswählen").
impl Default for WorkingHours {
    fn default() -> Self {
        let days = BTreeSet::from([Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri]);
        Self { start: time(8, 0, 0, 0), end: time(17, 0, 0, 0), days }
    }
}

/// "08:00 to 17:00".
impl std::fmt::Display for WorkingHours {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.start.strftime("%H:%M"), self.end.strftime("%H:%M"))
    }
}

impl WorkingHours {
    /// Hours from `start` up to but without `end`, on these days.
    ///
    /// # Errors
    /// When there are none.
    pub fn new(start: Time, end: Time, days: BTreeSet<Day>) -> Result<Self, InvalidHours> {
        match () {
            () if start >= end => Err(InvalidHours::Order),
            () if days.is_empty() => Err(InvalidHours::NoDay),
            () => Ok(Self { start, end, days }),
        }
    }

    /// The days.
    pub fn days(&self) -> &BTreeSet<Day> {
        &self.days
    }

    /// The part of them that lies in an hour of the day, if any.
    pub(super) fn within(&self, hour: i8) -> Option<Self> {
        let from = time(hour, 0, 0, 0);
        let start = self.start.max(from);
        let end = if hour < 23 { self.end.min(time(hour + 1, 0, 0, 0)) } else { self.end };
        Self::new(start, end, self.days.clone()).ok()
    }

    /// `now` inside of them, else their next moment.
    pub(super) fn next(&self, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        let today = zone.to_datetime(now).date();
        let days = (0..LOOK_AHEAD).filter_map(|n| today.checked_add(n.days()).ok());
        days.filter_map(|day| self.on(day, zone)).find(|(_, end)| now < *end).map(|(start, _)| now.max(start))
    }

    /// First instant and end on a day, if it is a working day and the clocks do not jump over all of it.
    fn on(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let at = |time| zone.to_ambiguous_timestamp(day.to_datetime(time)).compatible().ok();
        let hours = (at(self.start)?, at(self.end)?);
        let works = self.days.contains(&day.weekday().into());
        (works && hours.0 < hours.1).then_some(hours)
    }
}
