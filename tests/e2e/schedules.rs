//! Random schedules, edits and ticks: whatever comes together, each message leaves exactly once, not before its time,
//! and at most a second after it.

use jiff::{SignedDuration, Timestamp};
use local::Fault;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::{Value, json};

use crate::world::{World, offer, start};

/// How long the author plans and changes things.
const SPAN: i64 = 40 * 60;

#[derive(Debug, Clone)]
struct Planned {
    seconds: i64,
    recipients: usize,
    tracked: bool,
}

#[derive(Debug, Clone)]
enum Change {
    Move(i64),
    TakeBack,
    SendNow,
    Cancel,
}

#[derive(Debug, Clone)]
struct Edit {
    seconds: i64,
    message: usize,
    change: Change,
}

#[derive(Debug, Clone)]
struct Plan {
    messages: Vec<Planned>,
    edits: Vec<Edit>,
    /// Seconds by which the tick of a minute comes late, in turn.
    lateness: Vec<i64>,
}

fn plans() -> impl Strategy<Value = Plan> {
    let planned = (1..SPAN, 1_usize..4, any::<bool>());
    let planned = planned.prop_map(|(seconds, recipients, tracked)| Planned { seconds, recipients, tracked });
    let change = prop_oneof![
        (1..SPAN).prop_map(Change::Move),
        Just(Change::TakeBack),
        Just(Change::SendNow),
        Just(Change::Cancel)
    ];
    let edit = (0..SPAN, any::<usize>(), change);
    let edit = edit.prop_map(|(seconds, message, change)| Edit { seconds, message, change });
    let parts = (
        prop::collection::vec(planned, 1..4),
        prop::collection::vec(edit, 0..6),
        prop::collection::vec(0_i64..60, 1..20),
    );
    parts.prop_map(|(messages, mut edits, lateness)| {
        edits.sort_by_key(|edit| edit.seconds);
        Plan { messages, edits, lateness }
    })
}

/// A message and when it is to leave, as far as its author was told.
struct Expected {
    id: String,
    recipients: usize,
    at: Option<Timestamp>,
}

fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

async fn schedule(world: &World, planned: &Planned) -> Expected {
    let to: Vec<Value> = (0..planned.recipients).map(|n| json!({"email": format!("buyer{n}@example.org")})).collect();
    let draft = json!({"to": to, "subject": "Offer", "html": "<p>Hello</p>", "tracking": planned.tracked});
    let id = world.draft(draft).await;
    let (path, time) = (format!("/v1/messages/{id}/send"), at(planned.seconds));
    assert_eq!(world.call("POST", &path, json!({"at": time.to_string()})).await.0, 202);
    Expected { id, recipients: planned.recipients, at: Some(time) }
}

/// Makes a change, which may come too late, and learns from the API what the message says then.
async fn change(world: &World, expected: &mut Expected, change: &Change) {
    let path = |rest: &str| format!("/v1/messages/{}{rest}", expected.id);
    let seconds = |n: i64| json!({"at": (world.now() + SignedDuration::from_secs(n)).to_string()});
    let now = world.now();
    let answer = match change {
        Change::Move(n) if expected.at.is_none() => world.call("POST", &path("/send"), seconds(*n)).await,
        Change::Move(n) => world.call("PUT", &path("/schedule"), seconds(*n)).await,
        Change::TakeBack => world.call("DELETE", &path("/schedule"), Value::Null).await,
        Change::SendNow => world.call("POST", &path("/send"), json!({})).await,
        Change::Cancel => world.call("DELETE", &path(""), Value::Null).await,
    };
    let message = loop {
        let (status, message) = world.call("GET", &path(""), Value::Null).await;
        if status == 200 {
            break message;
        }
    };
    expected.at = match message["status"].as_str().unwrap() {
        "draft" | "cancelled" => None,
        "scheduled" => Some(message["schedule"]["at"].as_str().unwrap().parse().unwrap()),
        // The answer may have been lost although the message was released.
        _ if matches!(change, Change::SendNow) && answer.0 != 409 => Some(expected.at.map_or(now, |at| at.min(now))),
        _ => expected.at,
    };
}

/// Lives through a plan; gives what is to be expected in the end.
async fn live(world: &World, plan: &Plan, before_edits: impl FnOnce()) -> Vec<Expected> {
    let mut expected = Vec::new();
    for planned in &plan.messages {
        expected.push(schedule(world, planned).await);
    }
    before_edits();
    let late = |minute: i64| {
        let n = usize::try_from(minute).unwrap() % plan.lateness.len();
        Some(SignedDuration::from_secs(plan.lateness[n]))
    };
    for edit in &plan.edits {
        world.run_with(at(edit.seconds).duration_since(world.now()), late).await;
        let n = edit.message % expected.len();
        change(world, &mut expected[n], &edit.change).await;
    }
    world.run_with(SignedDuration::from_secs(2 * SPAN + 30 * 60), late).await;
    expected
}

/// When the mails of a message left for one of its recipients.
fn left(world: &World, id: &str, recipient: usize) -> Vec<Timestamp> {
    let to = format!("buyer{recipient}@example.org");
    let mails = world.cloud.mails();
    let mails = mails.iter().filter(|mail| mail.tags["message"] == id && mail.destinations[0] == to);
    mails.map(|mail| mail.at).collect()
}

fn in_a_world(live: impl AsyncFnOnce(World) -> TestCaseResult) -> TestCaseResult {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async { live(World::new().await).await })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_message_leaves_once_and_on_the_second(plan in plans()) {
        in_a_world(async |world| {
            for expected in live(&world, &plan, || ()).await {
                for recipient in 0..expected.recipients {
                    let left = left(&world, &expected.id, recipient);
                    let on_time = |at: Timestamp| {
                        let late = left[0].duration_since(at);
                        !late.is_negative() && late <= SignedDuration::from_secs(1)
                    };
                    match expected.at {
                        None => prop_assert!(left.is_empty(), "{left:?}"),
                        Some(at) => prop_assert!(left.len() == 1 && on_time(at), "{at} {left:?}"),
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn whatever_breaks_no_message_leaves_twice_or_early_or_gets_lost(
        plan in plans(),
        faults in prop::collection::vec((0_usize..120, prop::sample::select(Fault::ALL.to_vec())), 1..4),
    ) {
        in_a_world(async |world| {
            let strike = || faults.iter().for_each(|(n, fault)| world.cloud.faults.plan(*n, *fault));
            let expected = live(&world, &plan, strike).await;
            world.cloud.faults.reset();
            for expected in expected {
                let message = world.message(&expected.id).await;
                for recipient in 0..expected.recipients {
                    let left = left(&world, &expected.id, recipient);
                    let status = message["copies"][recipient]["status"].as_str().unwrap_or("none");
                    match expected.at {
                        None => prop_assert!(left.is_empty(), "{left:?}"),
                        Some(_) if left.is_empty() => prop_assert_eq!(status, "unconfirmed"),
                        Some(at) => prop_assert!(left.len() == 1 && left[0] >= at, "{at} {left:?} {status}"),
                    }
                }
            }
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn everybody_gets_a_message_that_moves_after_somebody_was_erased() {
    let world = World::new().await;
    let record = json!({"name": "First", "emails": ["first@example.org"]});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", record).await.0, 201);
    let mut draft = offer();
    draft["to"] =
        json!([{"email": "first@example.org"}, {"email": "second@example.org"}, {"email": "third@example.org"}]);
    let id = world.draft(draft).await;
    let send = format!("/v1/messages/{id}/send");
    assert_eq!(world.call("POST", &send, json!({"at": "2026-11-25T00:00:00Z"})).await.0, 202);
    assert_eq!(world.call("POST", "/v1/records/contact/c-1/erase", json!({})).await.0, 200);
    let earlier = json!({"at": "2026-11-23T09:00:00Z"});
    assert_eq!(world.call("PUT", &format!("/v1/messages/{id}/schedule"), earlier).await.0, 200);
    world.run_for(SignedDuration::from_hours(2)).await;
    let mut to: Vec<String> = world.received().into_iter().map(|mail| mail.to).collect();
    to.sort();
    assert_eq!(to, ["second@example.org", "third@example.org"]);
}
