use proptest::prelude::*;
use serde_json::json;

use super::*;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn wall(local: &str, time_zone: &str) -> WallTime {
    WallTime { local: local.parse().unwrap(), time_zone: time_zone.to_owned() }
}

fn read(value: serde_json::Value) -> Result<When, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

#[test]
fn gaps_move_forward_and_overlaps_take_the_first() {
    for (local, zone, want) in [
        // Berlin: 02:00 to 03:00 is jumped over, 02:00 to 03:00 comes twice.
        ("2027-03-28T01:59:59", "Europe/Berlin", "2027-03-28T00:59:59Z"),
        ("2027-03-28T02:30:00", "Europe/Berlin", "2027-03-28T01:30:00Z"),
        ("2027-03-28T03:00:00", "Europe/Berlin", "2027-03-28T01:00:00Z"),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00Z"),
        ("2026-10-25T03:00:00", "Europe/Berlin", "2026-10-25T02:00:00Z"),
        // New York.
        ("2027-03-14T02:15:00", "America/New_York", "2027-03-14T07:15:00Z"),
        ("2026-11-01T01:15:00", "America/New_York", "2026-11-01T05:15:00Z"),
        ("2026-11-01T02:00:00", "America/New_York", "2026-11-01T07:00:00Z"),
        // Sydney: the other half of the year.
        ("2026-10-04T02:30:00", "Australia/Sydney", "2026-10-03T16:30:00Z"),
        ("2027-04-04T02:30:00", "Australia/Sydney", "2027-04-03T15:30:00Z"),
        // Lord Howe: half an hour only.
        ("2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:45:00Z"),
        ("2026-10-04T02:30:00", "Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
        ("2027-04-04T01:45:00", "Australia/Lord_Howe", "2027-04-03T14:45:00Z"),
        ("2027-04-04T02:00:00", "Australia/Lord_Howe", "2027-04-03T15:30:00Z"),
        // Santiago: at midnight. São Paulo: the same until 2019, none since.
        ("2026-09-06T00:30:00", "America/Santiago", "2026-09-06T04:30:00Z"),
        ("2027-04-03T23:30:00", "America/Santiago", "2027-04-04T02:30:00Z"),
        ("2018-11-04T00:30:00", "America/Sao_Paulo", "2018-11-04T03:30:00Z"),
        ("2026-11-01T00:30:00", "America/Sao_Paulo", "2026-11-01T03:30:00Z"),
        // Tehran: a gap at midnight until 2022, none since.
        ("2022-03-22T00:30:00", "Asia/Tehran", "2022-03-21T21:00:00Z"),
        ("2027-03-22T00:30:00", "Asia/Tehran", "2027-03-21T21:00:00Z"),
        // Casablanca: back by one hour for Ramadan, until September 2026.
        ("2026-02-15T02:30:00", "Africa/Casablanca", "2026-02-15T01:30:00Z"),
        ("2026-03-22T02:30:00", "Africa/Casablanca", "2026-03-22T02:30:00Z"),
        ("2027-02-07T02:30:00", "Africa/Casablanca", "2027-02-07T02:30:00Z"),
        // Apia: a whole day that never was.
        ("2011-12-30T12:00:00", "Pacific/Apia", "2011-12-30T22:00:00Z"),
    ] {
        assert_eq!(wall(local, zone).resolved(), Some(instant(want)), "{local} {zone}");
    }
}

#[test]
fn the_past_the_present_and_the_far_future() {
    let now = instant("2026-11-23T08:00:00Z");
    for (at, want) in [
        ("2026-11-23T07:59:00.000Z", Err(ScheduleRefusal::InThePast)),
        ("2026-11-23T07:59:00.001Z", Ok("2026-11-23T08:00:00Z")),
        ("2026-11-23T08:00:00Z", Ok("2026-11-23T08:00:00Z")),
        ("2026-11-23T08:00:00.001Z", Ok("2026-11-23T08:00:00.001Z")),
        ("2028-11-23T08:00:00Z", Ok("2028-11-23T08:00:00Z")),
        ("2028-11-23T08:00:00.001Z", Err(ScheduleRefusal::TooFar)),
    ] {
        let got = resolve(&When::Instant(instant(at)), now).map(|schedule| schedule.at);
        assert_eq!(got, want.map(instant), "{at}");
    }
    for (local, want) in [
        ("-009999-01-01T00:00:00", ScheduleRefusal::InThePast),
        ("9999-12-31T23:59:59", ScheduleRefusal::TooFar),
        ("2026-11-23T08:59:00", ScheduleRefusal::InThePast),
    ] {
        assert_eq!(resolve(&When::Wall(wall(local, "Europe/Berlin")), now), Err(want), "{local}");
    }
}

#[test]
fn the_wall_time_is_kept_with_the_zone_in_its_own_spelling() {
    let now = instant("2026-11-23T08:00:00Z");
    let schedule = resolve(&When::Wall(wall("2026-11-24T08:00:00", "europe/BERLIN")), now).unwrap();
    assert_eq!(schedule.wall, wall("2026-11-24T08:00:00", "Europe/Berlin"));
    assert_eq!(schedule.again(), schedule.at);
    let schedule = resolve(&When::Instant(instant("2026-11-24T08:00:00+01:00")), now).unwrap();
    assert_eq!(schedule.wall, wall("2026-11-24T07:00:00", "UTC"));
    for zone in ["", "Berlin", "Europe/Berlin ", "+01:00", "Etc/Unknown", "CET-1CEST", "../etc/passwd"] {
        let got = resolve(&When::Wall(wall("2026-11-24T08:00:00", zone)), now);
        assert_eq!(got, Err(ScheduleRefusal::UnknownZone), "{zone}");
    }
}

#[test]
fn changed_rules_change_the_instant_and_a_lost_zone_does_not() {
    let at = instant("2026-11-24T08:00:00Z");
    let moved = Schedule { at, wall: wall("2026-11-24T08:00:00", "Europe/Berlin") };
    assert_eq!(moved.again(), instant("2026-11-24T07:00:00Z"));
    let lost = Schedule { at, wall: wall("2026-11-24T08:00:00", "Europe/Atlantis") };
    assert_eq!(lost.again(), at);
}

#[test]
fn both_shapes_are_read_and_others_say_what_was_expected() {
    assert_eq!(read(json!("2026-11-24T08:00:00+01:00")), Ok(When::Instant(instant("2026-11-24T07:00:00Z"))));
    for local in ["2026-11-24T08:00:00", "2026-11-24T08:00", "2026-11-24T08:00:00.000"] {
        let got = read(json!({"local": local, "time_zone": "Europe/Berlin"}));
        assert_eq!(got, Ok(When::Wall(wall("2026-11-24T08:00:00", "Europe/Berlin"))), "{local}");
    }
    for (value, want) in [
        (json!("2026-11-24T08:00:00"), "expected an instant with an offset"),
        (json!("tomorrow"), "expected an instant with an offset"),
        (json!(1_700_000_000), "expected an instant such as"),
        (json!(null), "expected an instant such as"),
        (json!([]), "expected an instant such as"),
        (json!({}), "missing field `local`"),
        (json!({"local": "2026-11-24T08:00:00", "time_zone": ""}), "expected an IANA name"),
        (json!({"local": "2026-11-24T08:00:00Z", "time_zone": "UTC"}), "expected a local time without an offset"),
        (json!({"local": "2026-11-24T08:00:00+01:00", "time_zone": "UTC"}), "expected a local time without"),
        (json!({"local": "2026-11-24", "time_zone": "UTC"}), "expected a local time without an offset"),
        (json!({"local": "2026-02-30T08:00:00", "time_zone": "UTC"}), "expected a local time without an offset"),
        (json!({"local": "2026-11-24T08:00:00", "time_zone": "UTC", "fold": 1}), "unknown field `fold`"),
    ] {
        let error = read(value.clone()).unwrap_err();
        assert!(error.contains(want), "{value}: {error}");
    }
}

#[test]
fn a_schedule_is_flat_in_json() {
    let schedule = Schedule { at: instant("2026-11-24T07:00:00Z"), wall: wall("2026-11-24T08:00:00", "Europe/Berlin") };
    let value = serde_json::to_value(&schedule).unwrap();
    let want = json!({"at": "2026-11-24T07:00:00.000Z", "local": "2026-11-24T08:00:00", "time_zone": "Europe/Berlin"});
    assert_eq!(value, want);
    assert_eq!(serde_json::from_value::<Schedule>(value).unwrap(), schedule);
}

proptest! {
    #[test]
    fn what_is_resolved_shows_on_the_clock_or_was_jumped_over(
        hour in 0_i64..17_000,
        second in 0_i64..3600,
        zone in prop::sample::select(vec![
            "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Tehran",
            "Africa/Casablanca", "Pacific/Chatham", "America/Sao_Paulo", "Asia/Kathmandu",
        ]),
    ) {
        let now = instant("2026-11-23T08:00:00Z");
        let asked = zone::named(zone).unwrap().to_datetime(now + SignedDuration::from_secs(hour * 3600 + second));
        let schedule = resolve(&When::Wall(WallTime { local: asked, time_zone: zone.to_owned() }), now).unwrap();
        let shown = zone::named(zone).unwrap().to_datetime(schedule.at);
        prop_assert!(shown >= asked);
        prop_assert!(shown.duration_since(asked) <= SignedDuration::from_hours(1));
        prop_assert_eq!(schedule.again(), schedule.at);
    }

    #[test]
    fn a_time_reads_as_it_is_written(millis in 0_i64..4_000_000_000_000) {
        let at = Timestamp::from_millisecond(millis).unwrap();
        for when in [When::Instant(at), When::Wall(in_utc(at))] {
            prop_assert_eq!(read(serde_json::to_value(&when).unwrap()), Ok(when));
        }
    }
}

#[test]
fn a_wall_time_without_a_zone_is_meant_at_home() {
    let read = |json: &str| serde_json::from_str::<When>(json);
    let here = read(r#"{"local": "2026-11-24T08:00:00"}"#).unwrap();
    assert_eq!(here.instant(), Err(ScheduleRefusal::UnknownZone));
    assert_eq!(here.at_home("Europe/Berlin").instant(), Ok(instant("2026-11-24T07:00:00Z")));
    let there = read(r#"{"local": "2026-11-24T08:00:00", "time_zone": "UTC"}"#).unwrap();
    assert_eq!(there.at_home("Europe/Berlin").instant(), Ok(instant("2026-11-24T08:00:00Z")));
    assert!(read(r#"{"local": "2026-11-24T08:00:00", "time_zone": ""}"#).is_err());
}
