//! Crashes: every call of a flow is struck before and after, alone and in pairs, and whatever happens, a copy is
//! accepted at most once, every accepted request reaches a state that somebody can see, and figures are exact.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use aws::mailer::Mailer;
use jiff::SignedDuration;
use local::Fault;
use local::telltale::{CONFIGURATION_SET, Parts};
use serde_json::{Value, json};

use crate::world::{World, offer};

const KINDS: [Fault; 6] =
    [Fault::Before, Fault::After, Fault::Throttle, Fault::Unavailable, Fault::CrashBefore, Fault::CrashAfter];
/// Which calls are struck, and how.
type Plan = Vec<(usize, Fault)>;

const KILLS: [Fault; 3] = [Fault::After, Fault::CrashBefore, Fault::CrashAfter];

/// A draft, ready to be sent, in a fresh world.
async fn ready(make: impl AsyncFn() -> World) -> (World, String) {
    let world = make().await;
    let id = world.draft(offer()).await;
    // From here on, ticks know from where to go on.
    world.telltale.timers.tick().await;
    world.cloud.faults.reset();
    (world, id)
}

/// Sends with a client that repeats its request until it is answered, and gives everything time to settle.
async fn send_stubbornly(world: &World, id: &str) {
    let once = [("idempotency-key", "send")];
    let path = format!("/v1/messages/{id}/send");
    for _ in 0..6 {
        if world.call_as(&world.key, "POST", &path, &once, json!({})).await.0 == 202 {
            break;
        }
        world.advance(SignedDuration::from_secs(1));
    }
    // Hints lie by the hour, so a tick over six minutes follows what six ticks would; the others would be idle.
    let every_six = |minute: i64| (minute % 6 == 0).then_some(SignedDuration::ZERO);
    world.run_with(SignedDuration::from_mins(31), every_six).await;
}

/// How often each recipient's copy was accepted.
fn accepted(world: &World) -> BTreeMap<String, usize> {
    let mut accepted = BTreeMap::new();
    for mail in world.cloud.mails() {
        *accepted.entry(mail.destinations[0].clone()).or_default() += 1;
    }
    accepted
}

async fn check(world: &World, id: &str, schedule: &str) -> Result<(), String> {
    let accepted = accepted(world);
    if let Some((to, n)) = accepted.iter().find(|(_, n)| **n > 1) {
        return Err(format!("{schedule}: {to} got {n}"));
    }
    let message = world.message(id).await;
    let copy = &message["copies"][0];
    let visible = ["sent", "delivered", "unconfirmed", "failed"].contains(&copy["status"].as_str().unwrap_or_default());
    if !visible {
        return Err(format!("{schedule}: copy is {copy}"));
    }
    if copy["status"] == "failed" && !accepted.is_empty() {
        return Err(format!("{schedule}: failed, but it was accepted"));
    }
    if ["sent", "delivered"].contains(&copy["status"].as_str().unwrap_or_default()) && accepted.is_empty() {
        return Err(format!("{schedule}: sent, but it was not accepted"));
    }
    Ok(())
}

/// Runs the send flow once for every place where it can break, and says how often, and what went wrong.
async fn enumerate(make: impl AsyncFn() -> World + Copy + Send, pairs: bool) -> (usize, Vec<String>) {
    let (world, id) = ready(make).await;
    send_stubbornly(&world, &id).await;
    let calls = world.cloud.faults.calls();
    let idle = |call: &local::Call| call.to_string() == "dynamodb.Query" || call.to_string() == "dynamodb.GetItem";
    // After the mail has left, ticks only read; those calls are all alike.
    let last = calls.iter().rposition(|call| !idle(call) && call.to_string() != "dynamodb.PutItem").unwrap_or(0);
    let depth = (last + 3).min(calls.len()).min(40);
    let mut plans: Vec<Plan> = Vec::new();
    plans.extend((0..depth).flat_map(|n| KINDS.map(|fault| vec![(n, fault)])));
    if pairs {
        for first in 0..depth {
            for second in first + 1..depth + 4 {
                plans.extend(KILLS.iter().flat_map(|a| KILLS.map(|b| vec![(first, *a), (second, b)])));
            }
        }
    }
    (plans.len(), on_all_cores(make, &plans))
}

/// Plans in worlds of their own, shared out over the cores.
fn on_all_cores(make: impl AsyncFn() -> World + Copy + Send, plans: &[Plan]) -> Vec<String> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = plans.len().div_ceil(cores);
    thread::scope(|scope| {
        let run = |plans| {
            scope.spawn(move || {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                runtime.enable_all().start_paused(true).build().unwrap().block_on(run(make, plans))
            })
        };
        let parts: Vec<_> = plans.chunks(share).map(run).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

async fn run(make: impl AsyncFn() -> World + Copy, plans: &[Plan]) -> Vec<String> {
    let mut wrong = Vec::new();
    for plan in plans {
        let (world, id) = ready(make).await;
        for (n, fault) in plan {
            world.cloud.faults.plan(*n, *fault);
        }
        send_stubbornly(&world, &id).await;
        world.cloud.faults.reset();
        wrong.extend(check(&world, &id, &format!("{plan:?}")).await.err());
    }
    wrong
}

/// A mailer that tries again when an answer is lost, as the SDK's default would: it sends twice.
fn retrying_mailer(parts: &Parts) -> Mailer {
    let retry = aws_sdk_ses::config::retry::RetryConfig::standard();
    let config = parts.aws().ses().config().to_builder().retry_config(retry).build();
    Mailer::new(aws_sdk_ses::Client::from_conf(config), Some(CONFIGURATION_SET.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn a_copy_is_accepted_at_most_once_wherever_it_breaks() {
    let (runs, wrong) = enumerate(World::new, true).await;
    println!("send flow: {runs} schedules");
    assert!(runs > 1000, "{runs}");
    assert!(wrong.is_empty(), "{} of {runs}: {:#?}", wrong.len(), &wrong[..wrong.len().min(5)]);
}

#[tokio::test(start_paused = true)]
async fn the_enumeration_bites_when_the_mail_service_is_called_again() {
    let retrying = async || World::with(|parts| sender::App { mailer: retrying_mailer(parts), ..parts.sender() }).await;
    let (_, wrong) = enumerate(retrying, false).await;
    assert!(wrong.iter().any(|problem| problem.contains("got 2")), "the SDK's default retries send twice: {wrong:?}");
}

#[tokio::test(start_paused = true)]
async fn an_unconfirmed_copy_waits_for_a_person() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    world.cloud.faults.plan_on("ses", 0, Fault::CrashBefore);
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
    world.run_for(SignedDuration::from_mins(4)).await;
    assert_eq!(world.message(&id).await["copies"][0]["status"], "confirming");
    world.run_for(SignedDuration::from_mins(16)).await;
    assert_eq!(world.message(&id).await["copies"][0]["status"], "unconfirmed");
    assert_eq!(world.received().len(), 0);
    let path = format!("/v1/messages/{id}/copies/0/resolve");
    let (status, message) = world.call("POST", &path, json!({"as": "send_again"})).await;
    assert_eq!((status, &message["copies"][0]["status"]), (200, &json!("queued")));
    world.settle().await;
    assert_eq!(world.received().len(), 1);
    let (status, problem) = world.call("POST", &path, json!({"as": "sent"})).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("not_unconfirmed")));
}

/// Three opens and two clicks on a sent message, put onto the queue, not yet recorded.
async fn hits() -> (World, String) {
    let world = World::new().await;
    let id = world.send(offer()).await;
    world.advance(SignedDuration::from_mins(10));
    let mail = world.received().remove(0);
    for url in [mail.pixel(), mail.tracked("/c/")[0].clone(), mail.pixel()] {
        world.advance(SignedDuration::from_secs(60));
        world.visit(&url).await;
    }
    world.cloud.faults.reset();
    (world, id)
}

async fn figures(world: &World, id: &str) -> Value {
    let kpis = world.message(id).await["kpis"].clone();
    json!([kpis["opens"], kpis["link_clicks"], kpis["first_opened_at"], kpis["last_opened_at"]])
}

async fn record(world: &World) {
    for _ in 0..6 {
        world.settle().await;
        world.advance(SignedDuration::from_secs(181));
    }
    world.cloud.faults.reset();
    if world.cloud.sqs.redrive("events-dead").unwrap() > 0 {
        world.settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn figures_are_exact_wherever_recording_breaks() {
    let (world, id) = hits().await;
    record(&world).await;
    let want = figures(&world, &id).await;
    assert_eq!((&want[0], &want[1]), (&json!(2), &json!(1)));
    let depth = 14;
    let mut plans: Vec<Vec<(usize, Fault)>> = (0..depth).flat_map(|n| KINDS.map(|fault| vec![(n, fault)])).collect();
    for first in 0..depth {
        plans.extend((first + 1..depth).flat_map(|second| KILLS.map(|fault| vec![(first, fault), (second, fault)])));
    }
    println!("record flow: {} schedules", plans.len());
    for plan in plans {
        let (world, id) = hits().await;
        for (n, fault) in &plan {
            world.cloud.faults.plan(*n, *fault);
        }
        record(&world).await;
        assert_eq!(figures(&world, &id).await, want, "{plan:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn duplicates_in_other_batches_change_nothing() {
    let (world, id) = hits().await;
    let bodies: Vec<String> = world.cloud.sqs.messages("events").unwrap().into_iter().map(|m| m.body).collect();
    record(&world).await;
    let want = figures(&world, &id).await;
    for (n, body) in bodies.iter().rev().chain(&bodies).chain(bodies.iter().rev()).enumerate() {
        world.cloud.sqs.send("events", body, SignedDuration::ZERO).unwrap();
        if n % 2 == 0 {
            world.settle().await;
        }
    }
    record(&world).await;
    assert_eq!(figures(&world, &id).await, want);
    assert_eq!(world.timeline(&id).await["events"].as_array().unwrap().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_poisoned_task_ends_apart_and_harms_nothing_beside_it() {
    let (world, id) = hits().await;
    world.cloud.sqs.send("events", "{\"type\":\"from_the_future\"}", SignedDuration::ZERO).unwrap();
    for _ in 0..8 {
        world.settle().await;
        world.advance(SignedDuration::from_secs(181));
    }
    assert_eq!(world.kpi(&id, "opens").await, 2);
    assert_eq!(world.cloud.sqs.depth("events-dead").unwrap().total(), 1);
    assert_eq!(world.cloud.sqs.depth("events").unwrap().total(), 0);
}
