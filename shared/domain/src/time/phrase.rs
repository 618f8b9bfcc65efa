//! Phrases for lists and activities: what happened, as a person would say it at `now` on the reader's clock.
//!
//! Facts are kept, phrases never: *yesterday* is wrong tomorrow.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::time::schedule::WallTime;
use crate::time::zone;

/// "Scheduled for Tue 24 Nov, 08:00 (Europe/Berlin)": on the clock of the wall time's zone.
pub fn scheduled(at: Timestamp, wall: &WallTime, now: Timestamp) -> String {
    let (zone, name) = match zone::named(&wall.time_zone) {
        Some(zone) => (zone, wall.time_zone.as_str()),
        None => (TimeZone::UTC, "UTC"),
    };
    format!("Scheduled for {} ({name})", moment(at, now, &zone))
}

/// "Not opened yet", or "Last opened" and when, as in "today at 09:14".
pub fn last_opened(at: Option<Timestamp>, now: Timestamp, zone: &TimeZone) -> String {
    at.map_or_else(|| "Not opened yet".to_owned(), |at| format!("Last opened {}", ago(at, now, zone)))
}

/// "just now", "5 minutes ago", "today at 09:14", "yesterday", "on 12 Nov" or "on 12 Nov 2025".
pub fn ago(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    match now.duration_since(at).as_mins() {
        // Clocks differ a little between machines, so the near future is now as well.
        ..1 => return "just now".to_owned(),
        1 => return "1 minute ago".to_owned(),
        minutes @ 2..60 => return format!("{minutes} minutes ago"),
        _ => {}
    }
    let (then, today) = (zone.to_datetime(at), zone.to_datetime(now).date());
    if then.date() == today {
        format!("today at {}", then.strftime("%H:%M"))
    } else if Some(then.date()) == day_before(today) {
        "yesterday".to_owned()
    } else if then.year() == today.year() {
        format!("on {}", then.strftime("%-d %b"))
    } else {
        format!("on {}", then.strftime("%-d %b %Y"))
    }
}

/// "Tue 24 Nov, 08:00", with the year when it is not the present one.
pub fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, this_year) = (zone.to_datetime(at), zone.to_datetime(now).year());
    let format = if then.year() == this_year { "%a %-d %b, %H:%M" } else { "%a %-d %b %Y, %H:%M" };
    then.strftime(format).to_string()
}

fn day_before(day: Date) -> Option<Date> {
    day.checked_sub(1.day()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_open_at_the_borders_of_minutes_days_and_years() {
        let berlin = zone::named("Europe/Berlin").unwrap();
        for (at, now, want) in [
            ("2026-11-23T08:00:30Z", "2026-11-23T08:00:00Z", "just now"),
            ("2026-11-23T08:00:00Z", "2026-11-23T08:00:59Z", "just now"),
            ("2026-11-23T08:00:00Z", "2026-11-23T08:01:00Z", "1 minute ago"),
            ("2026-11-23T08:00:00Z", "2026-11-23T08:05:59Z", "5 minutes ago"),
            ("2026-11-23T08:14:00Z", "2026-11-23T09:13:59Z", "59 minutes ago"),
            ("2026-11-23T08:14:00Z", "2026-11-23T09:14:00Z", "today at 09:14"),
            // Midnight in Berlin is 23:00 UTC.
            ("2026-11-23T22:58:00Z", "2026-11-23T23:03:00Z", "5 minutes ago"),
            ("2026-11-22T23:00:00Z", "2026-11-23T22:59:59Z", "today at 00:00"),
            ("2026-11-22T22:59:59Z", "2026-11-23T22:59:59Z", "yesterday"),
            ("2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z", "yesterday"),
            ("2026-11-21T22:59:59Z", "2026-11-22T23:00:00Z", "on 21 Nov"),
            ("2026-11-12T08:00:00Z", "2026-11-23T08:00:00Z", "on 12 Nov"),
            // New Year in Berlin.
            ("2026-12-31T21:00:00Z", "2026-12-31T23:00:00Z", "yesterday"),
            ("2026-12-30T21:00:00Z", "2026-12-31T22:59:59Z", "yesterday"),
            ("2026-12-30T21:00:00Z", "2026-12-31T23:00:00Z", "on 30 Dec 2026"),
            ("2025-11-12T08:00:00Z", "2026-11-12T08:00:00Z", "on 12 Nov 2025"),
            // The night in which the clocks change has 25 hours.
            ("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", "today at 00:00"),
        ] {
            let want = format!("Last opened {want}");
            assert_eq!(last_opened(Some(instant(at)), instant(now), &berlin), want, "{at} {now}");
        }
        assert_eq!(last_opened(None, instant("2026-11-23T08:00:00Z"), &berlin), "Not opened yet");
    }

    #[test]
    fn the_reader_decides_which_day_it_is() {
        let (at, now) = (instant("2026-11-22T18:00:00Z"), instant("2026-11-23T04:00:00Z"));
        for (zone, want) in
            [("UTC", "yesterday"), ("Asia/Tokyo", "today at 03:00"), ("America/New_York", "today at 13:00")]
        {
            assert_eq!(ago(at, now, &zone::named(zone).unwrap()), want, "{zone}");
        }
    }

    #[test]
    fn a_schedule_is_told_on_its_own_clock() {
        let now = instant("2026-11-23T08:00:00Z");
        for (at, zone, want) in [
            ("2026-11-24T07:00:00Z", "Europe/Berlin", "Scheduled for Tue 24 Nov, 08:00 (Europe/Berlin)"),
            ("2026-11-24T07:00:00Z", "Asia/Kolkata", "Scheduled for Tue 24 Nov, 12:30 (Asia/Kolkata)"),
            ("2026-12-31T23:30:00Z", "Europe/Berlin", "Scheduled for Fri 1 Jan 2027, 00:30 (Europe/Berlin)"),
            ("2026-12-31T22:59:00Z", "Europe/Berlin", "Scheduled for Thu 31 Dec, 23:59 (Europe/Berlin)"),
            ("2026-11-24T07:00:00Z", "Europe/Atlantis", "Scheduled for Tue 24 Nov, 07:00 (UTC)"),
        ] {
            let wall = WallTime { local: "2026-11-24T08:00:00".parse().unwrap(), time_zone: zone.to_owned() };
            assert_eq!(scheduled(instant(at), &wall, now), want);
        }
    }
}
