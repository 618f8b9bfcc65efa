use std::collections::{BTreeSet, VecDeque};

use super::*;
use crate::ground::version::Versioned;

fn start() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn later(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn attempt(n: u8) -> AttemptId {
    AttemptId::new(start(), [n; 10])
}

fn submitted() -> Copy {
    Copy::queued(0, start(), 1).submitting(later(1), attempt(1)).unwrap()
}

#[test]
fn the_straight_way() {
    let sent = submitted().answered(later(2), SesAnswer::Accepted("id".into())).unwrap();
    assert_eq!((sent.state, sent.ses_id.as_deref()), (CopyState::Sent, Some("id")));
    assert_eq!(sent.step(later(9999)), CopyStep::Done);
}

#[test]
fn nothing_leaves_before_its_time() {
    let copy = Copy::queued(0, later(60), 1);
    assert_eq!(copy.step(later(59)), CopyStep::Wait(later(60)));
    assert_eq!(copy.submitting(later(59), attempt(1)), Err(NotPossible));
    assert_eq!(copy.step(later(60)), CopyStep::Submit);
}

#[test]
fn what_may_have_left_us_is_never_taken_over() {
    let copy = submitted();
    assert_eq!(copy.step(later(60)), CopyStep::Wait(later(91)));
    assert_eq!(copy.submitting(later(60), attempt(2)), Err(NotPossible));
    assert_eq!(copy.rejected("too large".into()), Err(NotPossible));
    let CopyStep::Settle(confirming, Some(until)) = copy.step(later(91)) else { panic!() };
    assert_eq!((confirming.state, until), (CopyState::Confirming, later(1 + 15 * 60)));
    let CopyStep::Settle(unconfirmed, None) = confirming.step(until) else { panic!() };
    assert_eq!(unconfirmed.state, CopyState::Unconfirmed);
    assert_eq!(unconfirmed.step(later(99_999)), CopyStep::Done);
    for doubtful in [&copy, &confirming, &unconfirmed] {
        let settled = doubtful.answered(later(100), SesAnswer::Accepted("late".into())).unwrap();
        assert_eq!(settled.state, CopyState::Sent);
    }
}

#[test]
fn answers_lead_where_they_should() {
    let not_now = SesAnswer::NotNow { reason: "busy".into(), wait: SignedDuration::from_secs(5) };
    let waiting = submitted().answered(later(2), not_now.clone()).unwrap();
    assert_eq!((waiting.state, waiting.until), (CopyState::RetryWait, Some(later(7))));
    assert_eq!(waiting.step(later(6)), CopyStep::Wait(later(7)));
    let again = waiting.submitting(later(7), attempt(2)).unwrap();
    assert_eq!((again.state, again.submissions), (CopyState::Submitting, 2));
    assert_eq!(submitted().answered(later(2), SesAnswer::Refused("no".into())).unwrap().state, CopyState::Failed);
    assert_eq!(submitted().answered(later(2), SesAnswer::Lost).unwrap().state, CopyState::Confirming);
    let day_later = start() + HORIZON + SignedDuration::from_secs(60);
    assert_eq!(submitted().answered(day_later, not_now).unwrap().state, CopyState::Failed);
}

#[test]
fn people_decide_only_what_is_open() {
    let copy = submitted();
    assert_eq!(copy.cancelled(), Err(NotPossible));
    assert_eq!(copy.assumed_sent(), Err(NotPossible));
    assert_eq!(Copy::queued(0, start(), 1).cancelled().unwrap().state, CopyState::Cancelled);
    let unconfirmed = Copy { state: CopyState::Unconfirmed, ..copy };
    assert!(unconfirmed.assumed_sent().unwrap().assumed);
    let again = unconfirmed.sent_again(later(5000)).unwrap();
    assert_eq!((again.state, again.due_at), (CopyState::Queued, later(5000)));
}

/// Everything two workers, the provider and time can do to one copy: the provider takes it at most once.
#[test]
fn the_whole_state_space_is_safe() {
    #[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
    struct World {
        copy: String,
        accepted: u8,
        seconds: i64,
        held: [Option<u32>; 2],
        wired: [bool; 2],
    }
    let read = |world: &World| -> Copy { serde_json::from_str(&world.copy).unwrap() };
    let write = |copy: &Copy| serde_json::to_string(copy).unwrap();
    let first = World {
        copy: write(&Copy::queued(0, start(), 1)),
        accepted: 0,
        seconds: 0,
        held: [None; 2],
        wired: [false; 2],
    };
    let (mut seen, mut open) = (BTreeSet::from([first.clone()]), VecDeque::from([first]));
    while let Some(world) = open.pop_front() {
        assert!(world.accepted <= 1, "sent twice");
        let (copy, now) = (read(&world), later(world.seconds));
        let mut next = Vec::new();
        for n in 0..2 {
            let id = attempt(u8::try_from(n).unwrap());
            let mut with = |after: &Copy, change: &dyn Fn(&mut World)| {
                let written = if *after == copy { copy.clone() } else { after.clone().succeeding(&copy) };
                let mut world = World { copy: write(&written), ..world.clone() };
                change(&mut world);
                next.push(world);
            };
            match copy.step(now) {
                CopyStep::Submit => with(&copy, &|w| w.held[n] = Some(copy.version)),
                CopyStep::Settle(settled, _) => with(&settled, &|_| ()),
                CopyStep::Wait(_) | CopyStep::Done => {}
            }
            if world.held[n] == Some(copy.version)
                && let Ok(submitting) = copy.submitting(now, id)
            {
                with(&submitting, &|w| (w.held[n], w.wired[n]) = (None, true));
            }
            if world.wired[n] {
                with(&copy, &|w| (w.accepted, w.wired[n]) = (w.accepted + 1, false)); // taken, then the worker dies
                with(&copy, &|w| w.wired[n] = false); // dies before the bytes leave
                if copy.attempt == Some(id)
                    && let Ok(sent) = copy.answered(now, SesAnswer::Accepted("id".into()))
                {
                    with(&sent, &|w| (w.accepted, w.wired[n]) = (w.accepted + 1, false));
                }
                let busy = SesAnswer::NotNow { reason: "busy".into(), wait: SignedDuration::from_secs(50) };
                if copy.attempt == Some(id)
                    && let Ok(waiting) = copy.answered(now, busy)
                {
                    with(&waiting, &|w| w.wired[n] = false);
                }
            }
        }
        if world.seconds < 400 {
            next.push(World { seconds: world.seconds + 50, ..world.clone() });
        }
        open.extend(next.into_iter().filter(|world| seen.insert(world.clone())));
    }
    assert!(seen.len() > 500, "{} states", seen.len());
}
