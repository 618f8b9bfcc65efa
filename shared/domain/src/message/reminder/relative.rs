//! Due times that count from when the message leaves.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};

use crate::time::delivery_time::Day;
use crate::time::schedule::{Schedule, WallTime};
use crate::time::zone;

/// The longest distance, in days.
pub const MAX_DAYS: u16 = 365;

/// A due time that counts from when the message leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelativeDue {
    /// How many days later, from 1 to [`MAX_DAYS`].
    pub after_days: u16,
    /// The days that count; all when it is empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub days: BTreeSet<Day>,
    /// The time on that day; the time at which the message leaves when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_time: Option<Time>,
}

impl RelativeDue {
    /// The organisation's default: three days later.
    pub fn usual() -> Self {
        Self { after_days: 3, days: BTreeSet::new(), local_time: None }
    }

    /// When it is due, on the clocks of a zone.
    pub fn counted(&self, leaves_at: Timestamp, time_zone: &str) -> Schedule {
        let clock = zone::named(time_zone).unwrap_or(TimeZone::UTC);
        let leaves = clock.to_datetime(leaves_at);
        let time = self.local_time.unwrap_or(leaves.time());
        on(self.day(leaves.date()).to_datetime(time), time_zone, leaves_at)
    }

    fn day(&self, leaves: Date) -> Date {
        let mut day = leaves;
        for _ in 0..self.after_days.min(MAX_DAYS) {
            day = next(day);
            // With at least one day that counts, one of seven is it.
            for _ in 0..6 {
                if self.days.is_empty() || self.days.contains(&day.weekday().into()) {
                    break;
                }
                day = next(day);
            }
        }
        day
    }
}

/// The same time on another day.
pub(super) fn on_day(due: &Schedule, day: Date) -> Schedule {
    on(day.to_datetime(due.wall.local.time()), &due.wall.time_zone, due.at)
}

fn on(local: DateTime, time_zone: &str, otherwise: Timestamp) -> Schedule {
    let due = Schedule { at: otherwise, wall: WallTime { local, time_zone: time_zone.to_owned() } };
    Schedule { at: due.again(), ..due }
}

fn next(day: Date) -> Date {
    day.checked_add(1.day()).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_when_the_message_leaves() {
        let working = || BTreeSet::from([Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri]);
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        // Thursday, 19 November 2026.
        let leaves = at("2026-11-19T15:30:00Z");
        for (after_days, days, local_time, want) in [
            (3, BTreeSet::new(), None, "2026-11-22T15:30:00Z"),
            (3, working(), None, "2026-11-24T15:30:00Z"),
            (1, working(), Some("09:00"), "2026-11-20T08:00:00Z"),
            (2, working(), Some("09:00"), "2026-11-23T08:00:00Z"),
            (7, BTreeSet::from([Day::Sun]), Some("09:00"), "2027-01-03T08:00:00Z"),
        ] {
            let local_time = local_time.map(|time| time.parse().unwrap());
            let due = RelativeDue { after_days, days, local_time }.counted(leaves, "Europe/Berlin");
            assert_eq!(due.at, at(want), "{after_days}");
        }
        let due = RelativeDue::usual().counted(at("2026-10-23T08:00:00Z"), "Europe/Berlin");
        assert_eq!(due.at, at("2026-10-26T09:00:00Z"), "ten o'clock stays ten o'clock");
    }
}
