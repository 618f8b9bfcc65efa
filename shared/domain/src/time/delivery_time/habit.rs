//! Habits: the hour of the day in which a person opens most.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::WorkingHours;

/// How many opens by this person must be on record before they tell a habit.
const ON_RECORD: usize = 5;
/// How many of them must lie in one hour: a single one is chance.
const IN_THE_HOUR: usize = 2;

/// The hour of most opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Habit {
    /// 0 to 23, on the person's clock.
    pub(super) hour: i8,
    /// How many opens lie in it.
    pub(super) opens: usize,
    /// Of how many.
    pub(super) of: usize,
    /// The part of the working hours in it.
    pub(super) hours: WorkingHours,
}

impl Habit {
    /// The working hour of most opens, the earliest of equals.
    pub(super) fn of(opens: &[Timestamp], zone: &TimeZone, hours: &WorkingHours) -> Option<Self> {
        let mut by_hour = [0; 24];
        for open in opens {
            by_hour[usize::from(zone.to_datetime(*open).hour().unsigned_abs())] += 1;
        }
        let working = (0..24).zip(by_hour).filter_map(|(hour, opens)| {
            let hours = hours.within(hour)?;
            Some(Self { hour, opens, of: by_hour.iter().sum(), hours })
        });
        // `max_by_key` takes the last of equals.
        let most = working.rev().max_by_key(|habit| habit.opens)?;
        (most.of >= ON_RECORD && most.opens >= IN_THE_HOUR).then_some(most)
    }
}
