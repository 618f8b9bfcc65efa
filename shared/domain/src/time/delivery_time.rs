//! Recommended delivery time: when a message meets its recipient at work.
//!
//! The recipient's zone comes from [`zone::of_person`], the working hours from the organisation. Inside of them a
//! message may leave now, outside at their next moment. Who has opened often enough is met in the hour of most
//! opens instead. Telltale recommends and the author decides, so each answer carries its reason.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::time::zone::{self, Unknown, Zoned};

mod habit;
mod hours;

use habit::Habit;
pub use hours::{Day, InvalidHours, WorkingHours};

/// When a message should leave, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recommendation {
    /// The instant; `now` inside working hours.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// What the recipient's clock shows then, in whole seconds.
    pub recipient_local: DateTime,
    /// The recipient's zone: with the time above a wall time to schedule.
    pub time_zone: String,
    /// In words.
    pub reason: String,
}

/// Why no time is recommended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoRecommendation {
    /// Each may be at work at another time.
    #[error("a time is recommended for a single recipient only")]
    SeveralRecipients,
    /// Nobody will read it.
    #[error("the message has no recipient")]
    NoRecipient,
    /// Nothing tells where the recipient is.
    #[error("the recipient's time zone is not known: {0}")]
    Unknown(#[from] Unknown),
    /// The clocks jump over all of the working hours.
    #[error("there are no working hours in the next two weeks")]
    NoWorkingHours,
}

/// The one recipient that a time can be recommended for.
///
/// # Errors
/// When there are several, or none.
pub fn only<T>(recipients: &[T]) -> Result<&T, NoRecommendation> {
    match recipients {
        [recipient] => Ok(recipient),
        [] => Err(NoRecommendation::NoRecipient),
        _ => Err(NoRecommendation::SeveralRecipients),
    }
}

/// Recommends when to send to a person in a zone. `opens` are all that this person is known to have made, in any
/// order; opens by machines do not belong to them.
///
/// # Errors
/// When the zone is not known, or the clocks jump over all working hours.
pub fn recommend(
    zoned: Result<Zoned, Unknown>,
    hours: &WorkingHours,
    opens: &[Timestamp],
    now: Timestamp,
) -> Result<Recommendation, NoRecommendation> {
    let zoned = zoned?;
    let zone = zone::named(&zoned.zone).ok_or_else(|| no_such_zone(&zoned))?;
    let habit = Habit::of(opens, &zone, hours);
    let hours = habit.as_ref().map_or(hours, |habit| &habit.hours);
    let at = hours.next(&zone, now).ok_or(NoRecommendation::NoWorkingHours)?;
    let why = match habit {
        Some(Habit { hour, opens, of, .. }) => format!("opens most often around {hour:02}:00: {opens} of {of}"),
        None if at == now => format!("within working hours, {hours}"),
        None => format!("next working hours, {hours}"),
    };
    let reason = format!("{why}, in {} ({})", zoned.zone, zoned.reason);
    Ok(Recommendation { at, recipient_local: shown(at, &zone), time_zone: zoned.zone, reason })
}

fn no_such_zone(zoned: &Zoned) -> Unknown {
    Unknown { reason: format!("there is no time zone {}", zoned.zone) }
}

/// Without the fraction of a second that `now` may have.
fn shown(at: Timestamp, zone: &TimeZone) -> DateTime {
    zone.to_datetime(Timestamp::from_second(at.as_second()).unwrap_or(at))
}

#[cfg(test)]
mod tests;
