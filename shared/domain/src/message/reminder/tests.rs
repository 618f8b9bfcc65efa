use super::*;
use crate::time::schedule::WallTime;

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Due at 08:00 in Berlin.
fn reminder(condition: ReminderCondition) -> Reminder {
    let wall = WallTime { local: "2026-11-24T08:00:00".parse().unwrap(), time_zone: "Europe/Berlin".into() };
    let due = Schedule { at: instant("2026-11-24T07:00:00Z"), wall };
    Reminder::new("Call about the offer".into(), condition, due).unwrap()
}

fn facts(opened: Option<&str>, replied: Option<&str>) -> ReminderFacts {
    let opened = opened.map(|at| Deed { at: instant(at), by: DeedKind::Open });
    let replied_at = replied.map(instant);
    let replied = replied_at.map(|at| Deed { at, by: DeedKind::Reply });
    let seen = [opened, replied].into_iter().flatten().min_by_key(|deed| deed.at);
    ReminderFacts { seen, replied_at, untracked: false }
}

fn status(judgement: Judgement) -> ReminderStatus {
    match judgement {
        Judgement::Fire(reminder) | Judgement::Satisfy(reminder) => reminder.status,
        other => panic!("{other:?}"),
    }
}

const BEFORE: Option<&str> = Some("2026-11-23T13:05:00Z");
const EARLIER: Option<&str> = Some("2026-11-23T12:00:00Z");
const ON_TIME: Option<&str> = Some("2026-11-24T07:00:00Z");
const LATE: Option<&str> = Some("2026-11-24T07:00:00.001Z");

#[test]
fn only_what_happened_in_time_makes_it_needless() {
    use DeedKind::{Open as Opened, Reply as Answered};
    use ReminderCondition::{Always, NoReply, NotOpened};
    for (condition, opened, replied, want) in [
        (NoReply, None, None, None),
        (NoReply, BEFORE, None, None),
        (NoReply, None, BEFORE, Some((BEFORE, Answered))),
        (NoReply, None, ON_TIME, Some((ON_TIME, Answered))),
        (NoReply, None, LATE, None),
        (NotOpened, None, None, None),
        (NotOpened, BEFORE, None, Some((BEFORE, Opened))),
        (NotOpened, LATE, None, None),
        (NotOpened, None, BEFORE, Some((BEFORE, Answered))),
        (NotOpened, EARLIER, BEFORE, Some((EARLIER, Opened))),
        (NotOpened, LATE, BEFORE, Some((BEFORE, Answered))),
        (Always, BEFORE, BEFORE, None),
    ] {
        // Whether the tick came in time or hours later.
        for now in ["2026-11-24T07:00:00Z", "2026-11-24T19:00:00Z"].map(instant) {
            let got = status(judge(&reminder(condition), facts(opened, replied), now));
            let want = match want {
                Some((at, by)) => ReminderStatus::Satisfied { at: instant(at.unwrap()), by },
                None => ReminderStatus::Fired { at: now, untracked: false },
            };
            assert_eq!(got, want, "{condition:?} {opened:?} {replied:?}");

            let fired = reminder(condition).next(ReminderStatus::Fired { at: now, untracked: false });
            let corrected = fired.belatedly_satisfied(facts(opened, replied));
            assert_eq!(corrected.map_or(fired.status, |corrected| corrected.status), want, "known too late");
        }
    }
}

#[test]
fn nothing_is_decided_early_or_twice() {
    let pending = reminder(ReminderCondition::NoReply);
    let due = instant("2026-11-24T07:00:00Z");
    let early = instant("2026-11-24T06:59:59.999Z");
    assert_eq!(judge(&pending, facts(BEFORE, BEFORE), early), Judgement::Wait(due));
    let Judgement::Fire(fired) = judge(&pending, ReminderFacts::default(), due) else { panic!() };
    assert_eq!(judge(&fired, ReminderFacts::default(), due), Judgement::Done);
    assert_eq!(judge(&fired, facts(BEFORE, BEFORE), due), Judgement::Done);
}

#[test]
fn the_rules_of_today_decide_when_it_is_due() {
    let stale = Reminder {
        due: Schedule { at: instant("2026-11-24T06:00:00Z"), ..reminder(ReminderCondition::Always).due },
        ..reminder(ReminderCondition::Always)
    };
    let at = instant("2026-11-24T06:00:00Z");
    assert_eq!(judge(&stale, ReminderFacts::default(), at), Judgement::Wait(instant("2026-11-24T07:00:00Z")));
}

#[test]
fn it_changes_while_it_is_pending() {
    let pending = reminder(ReminderCondition::NoReply);
    let changed = pending.changed("Write".into(), ReminderCondition::Always, pending.due.clone()).unwrap();
    assert!(!changed.needs_tracking());
    let fired = pending.next(ReminderStatus::Fired { at: instant("2026-11-24T07:00:00Z"), untracked: false });
    let refused = fired.changed("Write".into(), ReminderCondition::Always, pending.due.clone());
    assert_eq!(refused, Err(ReminderRefusal::NotPending));
    for title in ["", "  ", "a\nb", &"a".repeat(257)] {
        assert!(pending.changed(title.into(), ReminderCondition::Always, pending.due.clone()).is_err(), "{title:?}");
    }
}

#[test]
fn what_cannot_be_judged_any_more_fires_and_says_so() {
    let due = instant("2026-11-24T07:00:00Z");
    let untracked = ReminderFacts { untracked: true, ..ReminderFacts::default() };
    for (condition, said) in [(ReminderCondition::NotOpened, true), (ReminderCondition::Always, false)] {
        let Judgement::Fire(fired) = judge(&reminder(condition), untracked, due) else { panic!() };
        assert_eq!(summary(&fired, due, &TimeZone::UTC).contains("not tracked any more"), said);
    }
    let opened = ReminderFacts { untracked: true, ..facts(BEFORE, None) };
    assert!(matches!(judge(&reminder(ReminderCondition::NotOpened), opened, due), Judgement::Satisfy(_)));
}

#[test]
fn a_relative_due_time_follows_the_message_and_the_recipient() {
    let leaves = instant("2026-11-21T07:00:00Z");
    let relative = reminder(ReminderCondition::NotOpened).following(Some(RelativeDue::usual()));
    assert_eq!(relative.behind(leaves, leaves), None);
    let moved = relative.behind(leaves, instant("2026-11-20T07:00:00Z")).unwrap();
    assert_eq!(moved.due.at, instant("2026-11-23T07:00:00Z"), "earlier as well");

    let day = |text: &str| text.parse().unwrap();
    assert_eq!(relative.away(day("2026-11-24")), None, "not later");
    assert_eq!(reminder(ReminderCondition::NotOpened).away(day("2026-11-30")), None, "the author named this time");
    let away = relative.away(day("2026-11-30")).unwrap();
    assert_eq!(away.due.at, instant("2026-11-30T07:00:00Z"));
    let told = summary(&away, leaves, &TimeZone::UTC);
    assert_eq!(told, "Reminds on Mon 30 Nov, 07:00 if nobody has opened it; moved to when the recipient is back");
}

#[test]
fn the_summary_says_what_became_of_it() {
    let berlin = crate::time::zone::named("Europe/Berlin").unwrap();
    let now = instant("2026-11-24T07:00:10Z");
    for (condition, opened, replied, pending, after) in [
        (
            ReminderCondition::NoReply,
            None,
            None,
            "Reminds on Tue 24 Nov, 08:00 if nobody has replied",
            "Reminded on Tue 24 Nov, 08:00: not answered by a person",
        ),
        (
            ReminderCondition::NotOpened,
            None,
            None,
            "Reminds on Tue 24 Nov, 08:00 if nobody has opened it",
            "Reminded on Tue 24 Nov, 08:00: not opened by a person",
        ),
        (ReminderCondition::Always, None, None, "Reminds on Tue 24 Nov, 08:00", "Reminded on Tue 24 Nov, 08:00"),
        (
            ReminderCondition::NoReply,
            None,
            BEFORE,
            "Reminds on Tue 24 Nov, 08:00 if nobody has replied",
            "Not needed: answered on Mon 23 Nov, 14:05",
        ),
        (
            ReminderCondition::NotOpened,
            BEFORE,
            None,
            "Reminds on Tue 24 Nov, 08:00 if nobody has opened it",
            "Not needed: opened on Mon 23 Nov, 14:05",
        ),
    ] {
        let reminder = reminder(condition);
        assert_eq!(summary(&reminder, now, &berlin), pending);
        let (Judgement::Fire(next) | Judgement::Satisfy(next)) = judge(&reminder, facts(opened, replied), now) else {
            panic!()
        };
        assert_eq!(summary(&next, now, &berlin), after);
        assert_eq!(serde_json::from_value::<Reminder>(serde_json::to_value(&next).unwrap()).unwrap(), next);
    }
}
