use super::fact::{CardAbout, DeliveryProblem, Fact};
use super::*;
use crate::message::Mailbox;
use crate::message::reminder::{Reminder, ReminderCondition};
use crate::people::address::EmailAddress;
use crate::time::schedule::{When, resolve};

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn later(hours: i64) -> Timestamp {
    now() + SignedDuration::from_hours(hours)
}

fn who(name: Option<&str>) -> Mailbox {
    Mailbox { email: EmailAddress::parse("purchasing@example.com").unwrap(), name: name.map(str::to_owned) }
}

fn about(subject: &str) -> CardAbout<'_> {
    CardAbout { message: MessageId::new(now(), [1; 10]), subject, records: vec!["contact:c-1".parse().unwrap()] }
}

fn opened() -> Card {
    Card::of(about("Offer"), Fact::FirstOpen { recipient: 0, who: &who(Some("Purchasing")) }, now())
}

fn reminder(hours: i64) -> Reminder {
    let due = resolve(&When::Instant(later(hours)), now()).unwrap();
    Reminder::new("Call about the offer".into(), ReminderCondition::Always, due).unwrap()
}

fn reminded() -> Card {
    Card::of(about("Offer"), Fact::Reminder(&reminder(1)), now())
}

fn problem(problem: DeliveryProblem, submissions: u32) -> Card {
    let who = who(None);
    Card::of(about("Offer"), Fact::DeliveryProblem { recipient: 0, who: &who, problem, submissions }, now())
}

#[test]
fn each_fact_has_one_card() {
    let person = who(None);
    let late = Card::of(about("Offer"), Fact::FirstOpen { recipient: 0, who: &person }, later(-1));
    assert_eq!(late.id, opened().id, "an earlier open that is found later");
    let all = [
        opened().id,
        Card::of(about("Offer"), Fact::FirstOpen { recipient: 1, who: &person }, now()).id,
        reminded().id,
        Card::of(about("Offer"), Fact::Reminder(&reminder(2)), now()).id,
        problem(DeliveryProblem::Bounced, 1).id,
        problem(DeliveryProblem::Failed, 1).id,
        problem(DeliveryProblem::Failed, 2).id,
    ];
    assert_eq!(std::collections::BTreeSet::from(all).len(), all.len());
    assert_eq!(reminded().id, Card::of(about(""), Fact::Reminder(&reminder(1)), later(5)).id);
}

#[test]
fn titles_are_words() {
    let untitled = Card::of(about(" "), Fact::FirstOpen { recipient: 0, who: &who(Some(" ")) }, now());
    let long = "ü".repeat(100);
    let long = Card::of(about(&long), Fact::FirstOpen { recipient: 0, who: &who(Some("Purchasing")) }, now());
    for (card, want) in [
        (opened(), "Purchasing opened “Offer”"),
        (untitled, "purchasing@example.com opened a message without a subject"),
        (long, &format!("Purchasing opened “{}…”", "ü".repeat(80))),
        (reminded(), "Call about the offer"),
        (problem(DeliveryProblem::Bounced, 1), "Could not be delivered to purchasing@example.com: “Offer”"),
        (problem(DeliveryProblem::Unconfirmed, 1), "Perhaps not sent to purchasing@example.com: “Offer”"),
        (problem(DeliveryProblem::Failed, 1), "Not sent to purchasing@example.com: “Offer”"),
    ] {
        assert_eq!(card.title, want);
    }
}

#[test]
fn a_snooze_lasts_as_long_as_its_priority_or_its_author_says() {
    for (card, until, want) in [
        (reminded(), None, Ok(later(1))),
        (opened(), None, Ok(later(24))),
        (opened(), Some(later(2)), Ok(later(2))),
        (opened(), Some(later(366 * 24)), Ok(later(366 * 24))),
        (opened(), Some(later(366 * 24 + 1)), Err(CardRefusal::TooFar)),
        (opened(), Some(now()), Err(CardRefusal::InThePast)),
        (opened().dismissed(), None, Err(CardRefusal::Dismissed)),
    ] {
        let got = card.snoozed(until, now()).map(|card| card.snoozed_until().unwrap());
        assert_eq!(got, want);
    }
}

#[test]
fn a_snoozed_card_comes_back_and_forgets() {
    let snoozed = opened().snoozed(None, now()).unwrap();
    assert_eq!(snoozed.woken(later(24) - SignedDuration::from_millis(1)), None);
    let woken = snoozed.woken(later(24)).unwrap();
    assert_eq!((woken.state, woken.previous), (CardState::Active, None));
    assert_eq!((woken.woken(later(25)), woken.undone(later(25))), (None, Err(CardRefusal::NothingToUndo)));
}

#[test]
fn what_changes_nothing_gives_the_same_card() {
    let dismissed = opened().dismissed();
    assert_eq!(dismissed.dismissed(), dismissed);
    let snoozed = opened().snoozed(Some(later(2)), now()).unwrap();
    assert_eq!(snoozed.snoozed(Some(later(2)), now()).unwrap(), snoozed);
}

#[test]
fn undo_goes_back_one_step_once() {
    let snoozed = opened().snoozed(None, now()).unwrap();
    let longer = snoozed.snoozed(Some(later(48)), now()).unwrap();
    let dismissed = snoozed.dismissed();
    for (card, at, want) in [
        (&snoozed, now(), CardState::Active),
        (&longer, now(), snoozed.state),
        (&dismissed, now(), snoozed.state),
        (&dismissed, later(24), CardState::Active),
        (&opened().dismissed(), now(), CardState::Active),
    ] {
        let undone = card.undone(at).unwrap();
        assert_eq!((undone.state, undone.previous), (want, None));
        assert_eq!(undone.undone(at), Err(CardRefusal::NothingToUndo));
    }
    assert_eq!(opened().undone(now()), Err(CardRefusal::NothingToUndo));
}

#[test]
fn actions_follow_from_the_state() {
    use CardAction::{Dismiss, PhoneCall, Snooze, Undo};
    for (card, want) in [
        (opened(), vec![PhoneCall, Snooze, Dismiss]),
        (opened().snoozed(None, now()).unwrap(), vec![PhoneCall, Snooze, Dismiss, Undo]),
        (opened().dismissed(), vec![PhoneCall, Undo]),
    ] {
        assert_eq!(card.actions(), want);
    }
}

#[test]
fn the_list_starts_with_the_highest_and_newest() {
    let at = |card: Card, hours| Card { created_at: later(hours), ..card };
    let mut cards = [at(opened(), 0), at(reminded(), 1), at(problem(DeliveryProblem::Failed, 1), 3), at(reminded(), 2)];
    cards.sort_by_key(Card::rank);
    let order: Vec<_> = cards.iter().map(|card| (card.kind, card.created_at)).collect();
    let want =
        [(CardKind::Reminder, 2), (CardKind::Reminder, 1), (CardKind::DeliveryProblem, 3), (CardKind::FirstOpen, 0)];
    assert_eq!(order, want.map(|(kind, hours)| (kind, later(hours))));
}

#[test]
fn a_card_reads_as_it_is_written() {
    let card = opened().snoozed(None, now()).unwrap().dismissed();
    let value = serde_json::to_value(&card).unwrap();
    assert_eq!(value["previous"]["snoozed"]["until"], "2026-11-24T08:00:00.000Z");
    assert_eq!(serde_json::from_value::<Card>(value).unwrap(), card);
}
