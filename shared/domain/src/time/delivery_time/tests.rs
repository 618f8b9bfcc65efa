use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::time;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn in_zone(zone: &str) -> Zoned {
    Zoned { zone: zone.into(), reason: "the record's time zone".into() }
}

fn recommended(zone: &str, opens: &[Timestamp], now: Timestamp) -> Recommendation {
    recommend(Ok(in_zone(zone)), &WorkingHours::default(), opens, now).unwrap()
}

/// Zone and Monday, then the answer at every full hour (UTC) of the week, with hours of the same answer in one line:
/// three plain weeks, and three that end with a change of the clocks.
const WEEKS: &str = include_str!("weeks.txt");

fn week(zone: &str, monday: &str) -> Vec<String> {
    let start = instant(monday);
    let mut lines: Vec<(Timestamp, Timestamp, String)> = Vec::new();
    for now in (0..168).map(|hour| start + SignedDuration::from_hours(hour)) {
        let got = recommended(zone, &[], now);
        assert_eq!(zone::named(zone).unwrap().to_datetime(got.at), got.recipient_local);
        let answer = if got.at == now {
            "now".to_owned()
        } else {
            format!("{} = {}", got.recipient_local.strftime("%a %H:%M"), got.at.strftime("%a %H:%MZ"))
        };
        match lines.last_mut() {
            Some((_, last, same)) if *same == answer => *last = now,
            _ => lines.push((now, now, answer)),
        }
    }
    let line = |(first, last, answer): &(Timestamp, Timestamp, String)| {
        format!("{} to {}: {answer}", first.strftime("%a %H"), last.strftime("%a %H"))
    };
    lines.iter().map(line).collect()
}

#[test]
fn every_hour_of_a_week() {
    let mut want = WEEKS.lines().peekable();
    while let Some((zone, monday)) = want.next().and_then(|line| line.split_once(' ')) {
        for line in week(zone, monday) {
            assert_eq!(Some(line.as_str()), want.next(), "{zone} {monday}");
        }
        assert!(want.peek().is_none_or(|line| line.contains('/')), "{zone}");
    }
}

#[test]
fn the_borders_of_the_day_and_of_the_week() {
    for (now, want) in [
        ("2026-11-27T06:59:59.999Z", "2026-11-27T07:00:00Z"),
        ("2026-11-27T07:00:00Z", "2026-11-27T07:00:00Z"),
        ("2026-11-27T15:59:59.999Z", "2026-11-27T15:59:59.999Z"),
        ("2026-11-27T16:00:00Z", "2026-11-30T07:00:00Z"),
    ] {
        assert_eq!(recommended("Europe/Berlin", &[], instant(now)).at, instant(want), "{now}");
    }
    let got = recommended("Europe/Berlin", &[], instant("2026-11-27T15:59:59.999Z"));
    assert_eq!(got.recipient_local.to_string(), "2026-11-27T16:59:59");
}

/// Opens at full hours of Berlin's clock in November, one on each day.
fn opens(hours: &[i8]) -> Vec<Timestamp> {
    let day =
        |n: usize| instant("2026-11-01T00:00:00+01:00") + SignedDuration::from_hours(24 * i64::try_from(n).unwrap());
    hours.iter().enumerate().map(|(n, hour)| day(n) + SignedDuration::from_hours((*hour).into())).collect()
}

#[test]
fn a_habit_is_met_and_said() {
    for (hours, now, want) in [
        // Twelve opens, seven of them around nine: tomorrow, although it is working time.
        (&[9, 9, 9, 9, 9, 9, 9, 14, 14, 16, 20, 21][..], "2026-11-23T10:00:00Z", Some("2026-11-24T08:00:00Z")),
        // In that hour: now.
        (&[9, 9, 9, 9, 9], "2026-11-23T08:59:00Z", Some("2026-11-23T08:59:00Z")),
        // Evenings are no working time: the best hour inside.
        (&[20, 20, 20, 20, 14, 14], "2026-11-23T08:00:00Z", Some("2026-11-23T13:00:00Z")),
        // Over the weekend.
        (&[8, 8, 8, 8, 8], "2026-11-27T08:00:00Z", Some("2026-11-30T07:00:00Z")),
        // Of equals the earliest.
        (&[15, 15, 10, 10, 13], "2026-11-23T10:00:00Z", Some("2026-11-24T09:00:00Z")),
        // Too few, none inside, or none twice.
        (&[9, 9, 9, 9], "2026-11-23T10:00:00Z", None),
        (&[20, 20, 20, 20, 20], "2026-11-23T10:00:00Z", None),
        (&[8, 9, 10, 11, 12], "2026-11-23T10:00:00Z", None),
    ] {
        let got = recommended("Europe/Berlin", &opens(hours), instant(now));
        assert_eq!(got.at, instant(want.unwrap_or(now)), "{hours:?}");
        assert_eq!(got.reason.contains("opens most often"), want.is_some(), "{}", got.reason);
    }
    let got = recommended("Europe/Berlin", &opens(&[9, 9, 9, 14, 20]), instant("2026-11-23T10:00:00Z"));
    assert_eq!(got.reason, "opens most often around 09:00: 3 of 5, in Europe/Berlin (the record's time zone)");
}

#[test]
fn reasons_are_words() {
    let reason = |now| recommended("Asia/Kolkata", &[], instant(now)).reason;
    let inside = "within working hours, 08:00 to 17:00, in Asia/Kolkata (the record's time zone)";
    let outside = "next working hours, 08:00 to 17:00, in Asia/Kolkata (the record's time zone)";
    assert_eq!(reason("2026-11-23T10:00:00Z"), inside);
    assert_eq!(reason("2026-11-23T20:00:00Z"), outside);
}

#[test]
fn no_recommendation_says_why() {
    let now = instant("2026-11-23T10:00:00Z");
    let unknown = Err(Unknown { reason: "no address".into() });
    let got = recommend(unknown, &WorkingHours::default(), &[], now).unwrap_err();
    assert_eq!(got.to_string(), "the recipient's time zone is not known: no address");
    let got = recommend(Ok(in_zone("Nowhere")), &WorkingHours::default(), &[], now).unwrap_err();
    assert_eq!(got.to_string(), "the recipient's time zone is not known: there is no time zone Nowhere");
    assert_eq!(only(&[1]), Ok(&1));
    assert_eq!(only(&[1, 2]), Err(NoRecommendation::SeveralRecipients));
    assert_eq!(only::<u8>(&[]), Err(NoRecommendation::NoRecipient));
    // Sundays from 2:00 to 3:00 in Berlin: the clocks jump over them, so it is the Sunday after.
    let sundays = WorkingHours::new(time(2, 0, 0, 0), time(3, 0, 0, 0), BTreeSet::from([Day::Sun])).unwrap();
    let got = recommend(Ok(in_zone("Europe/Berlin")), &sundays, &[], instant("2027-03-22T00:00:00Z")).unwrap();
    assert_eq!(got.at, instant("2027-04-04T00:00:00Z"));
}

#[test]
fn working_hours_are_configured() {
    let default = json!({"start": "08:00", "end": "17:00", "days": ["mon", "tue", "wed", "thu", "fri"]});
    assert_eq!(serde_json::to_value(WorkingHours::default()).unwrap(), default);
    let read = |start: &str, end: &str, days: &[&str]| {
        serde_json::from_value::<WorkingHours>(json!({"start": start, "end": end, "days": days}))
            .map_err(|error| error.to_string())
    };
    let sunday = read("07:30", "15:00", &["thu", "sun", "mon", "tue", "wed"]).unwrap();
    let got = recommend(Ok(in_zone("Asia/Dubai")), &sunday, &[], instant("2026-11-27T10:00:00Z")).unwrap();
    assert_eq!(got.recipient_local.to_string(), "2026-11-29T07:30:00");
    for (start, end, days, want) in [
        ("08:00", "08:00", &["mon"][..], "must start before they end"),
        ("22:00", "06:00", &["mon"], "must start before they end"),
        ("08:00", "17:00", &[], "at least one day"),
        ("8", "17:00", &["mon"], "expected a time such as 08:00"),
        ("08:00", "24:00", &["mon"], "expected a time such as 08:00"),
        ("08:00", "17:00", &["monday"], "unknown variant"),
    ] {
        let error = read(start, end, days).unwrap_err();
        assert!(error.contains(want), "{error}");
    }
}

proptest! {
    #[test]
    fn it_is_never_past_always_at_work_and_within_a_week(
        second in 0_i64..100_000_000,
        zone in prop::sample::select(vec!["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"]),
        habit in prop::collection::vec(0_i8..24, 0..12),
    ) {
        let now = instant("2026-11-23T00:00:00Z") + SignedDuration::from_secs(second);
        let got = recommended(zone, &opens(&habit), now);
        prop_assert!(got.at >= now && got.at.duration_since(now) < SignedDuration::from_hours(7 * 24));
        prop_assert!((8..17).contains(&got.recipient_local.hour()));
        prop_assert!(Day::from(got.recipient_local.weekday()) < Day::Sat);
        prop_assert_eq!(zone::named(zone).unwrap().to_timestamp(got.recipient_local).unwrap().as_second(), got.at.as_second());
    }
}
