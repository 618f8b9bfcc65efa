//! Reminders: when they fire, when they are not needed, and what they wait for.

use jiff::SignedDuration;
use local::Fault;
use serde_json::{Value, json};

use crate::time::{cards, schedule};
use crate::world::{World, offer};

#[tokio::test(start_paused = true)]
async fn a_reminder_fires_unless_what_was_hoped_for_happened() {
    let world = World::new().await;
    let due = json!("2026-11-26T08:00:00Z");
    let remind = |condition: &str| json!({"title": "Call them", "condition": condition, "due": due});
    let (opened, ignored, always) = (world.send(offer()).await, world.send(offer()).await, world.send(offer()).await);
    let path = |id: &str| format!("/v1/messages/{id}/reminder");
    let (status, reminder) = world.call("PUT", &path(&opened), remind("not_opened")).await;
    assert_eq!((status, &reminder["status"]), (200, &json!("pending")));
    assert_eq!(reminder["summary"], "Reminds on Thu 26 Nov, 08:00 if nobody has opened it");
    world.call("PUT", &path(&ignored), remind("not_opened")).await;
    world.call("PUT", &path(&always), remind("always")).await;
    world.advance(SignedDuration::from_hours(24));
    world.visit(&world.received()[0].pixel()).await;
    world.settle().await;
    assert_eq!(cards(&world, "active").await.len(), 1, "the first open");
    world.advance(SignedDuration::from_hours(48));
    world.telltale.timers.tick().await;
    world.telltale.timers.tick().await;
    let state = async |id: &str| world.message(id).await["reminder"].clone();
    assert_eq!(state(&opened).await["status"], "satisfied");
    assert_eq!(state(&opened).await["summary"], "Not needed: opened on Tue 24 Nov, 08:00");
    assert_eq!(state(&ignored).await["status"], "fired");
    assert_eq!(state(&always).await["status"], "fired");
    let active = cards(&world, "active").await;
    let kinds: Vec<&str> = active.iter().map(|card| card["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["reminder", "reminder", "first_open"], "the highest first");
    assert_eq!((&active[0]["priority"], &active[0]["title"]), (&json!("high"), &json!("Call them")));
    let (status, problem) = world.call("PUT", &path(&ignored), remind("always")).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("reminder_over")));
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_the_reminder_is_caught_up() {
    let world = World::new().await;
    world.telltale.timers.tick().await;
    let id = world.send(offer()).await;
    let reminder = json!({"title": "Call them", "condition": "always", "due": "2026-11-25T08:30:30Z"});
    world.call("PUT", &format!("/v1/messages/{id}/reminder"), reminder).await;
    world.advance(SignedDuration::from_hours(100));
    world.telltale.timers.tick().await;
    world.telltale.timers.tick().await;
    assert_eq!(cards(&world, "active").await.len(), 1, "once");
}

#[tokio::test(start_paused = true)]
async fn reminders_are_changed_removed_and_refused() {
    let world = World::new().await;
    let mut draft = offer();
    draft["tracking"] = json!(false);
    let id = world.send(draft).await;
    let path = format!("/v1/messages/{id}/reminder");
    let remind = |title: &str, condition: &str, due: &str| json!({"title": title, "condition": condition, "due": due});
    for (input, code) in [
        (remind("x", "no_reply", "2026-11-24T08:00:00Z"), "needs_tracking"),
        (remind("x", "not_opened", "2026-11-24T08:00:00Z"), "needs_tracking"),
        (remind("", "always", "2026-11-24T08:00:00Z"), "invalid_text"),
        (remind("x", "always", "2026-11-22T08:00:00Z"), "in_the_past"),
        (remind("x", "sometimes", "2026-11-24T08:00:00Z"), "invalid_value"),
    ] {
        let (status, problem) = world.call("PUT", &path, input).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(code)));
    }
    world.call("PUT", &path, remind("early", "always", "2026-11-24T08:00:00Z")).await;
    world.call("PUT", &path, remind("late", "always", "2026-11-25T08:00:00Z")).await;
    world.advance(SignedDuration::from_hours(25));
    world.telltale.timers.tick().await;
    assert_eq!(cards(&world, "active").await.len(), 0, "moved away");
    assert_eq!(world.call("DELETE", &path, Value::Null).await.0, 204);
    world.advance(SignedDuration::from_hours(25));
    world.telltale.timers.tick().await;
    assert_eq!(cards(&world, "all").await.len(), 0);
    assert_eq!(world.message(&id).await["reminder"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_is_never_due_before_its_message_leaves() {
    let world = World::new().await;
    let id = schedule(&world, offer(), json!({"at": "2026-11-23T09:00:00Z"})).await;
    let path = format!("/v1/messages/{id}/reminder");
    let remind = |due: &str| json!({"title": "Call them", "condition": "not_opened", "due": due});
    let (status, problem) = world.call("PUT", &path, remind("2026-11-23T08:59:00Z")).await;
    assert_eq!((status, &problem["code"]), (422, &json!("before_sending")));
    assert_eq!(world.call("PUT", &path, remind("2026-11-23T12:00:00Z")).await.0, 200);

    let at = json!({"at": "2026-11-25T09:00:00Z"});
    assert_eq!(world.call("PUT", &format!("/v1/messages/{id}/schedule"), at).await.0, 200);
    assert_eq!(world.message(&id).await["reminder"]["due"]["at"], "2026-11-25T12:00:00.000Z");
    world.run_for(SignedDuration::from_hours(50)).await;
    assert_eq!(cards(&world, "active").await.len(), 0, "it has left and is not due");
    world.run_for(SignedDuration::from_hours(3)).await;
    assert_eq!(cards(&world, "active").await[0]["kind"], "reminder");
}

#[tokio::test(start_paused = true)]
async fn a_draft_that_gets_a_time_takes_its_reminder_along() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let remind = json!({"title": "Call them", "condition": "not_opened", "due": "2026-11-23T11:00:00Z"});
    assert_eq!(world.call("PUT", &format!("/v1/messages/{id}/reminder"), remind).await.0, 200);
    let at = json!({"at": "2026-11-24T09:00:00Z"});
    let (status, sent) = world.call("POST", &format!("/v1/messages/{id}/send"), at).await;
    assert_eq!((status, &sent["reminder"]["due"]["at"]), (202, &json!("2026-11-24T12:00:00.000Z")), "{sent}");
    world.run_for(SignedDuration::from_hours(27)).await;
    assert_eq!(cards(&world, "active").await.len(), 0);
    world.run_for(SignedDuration::from_hours(2)).await;
    assert_eq!(cards(&world, "active").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_waits_for_a_message_that_is_held_up() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let remind = json!({"title": "Call them", "condition": "not_opened", "due": "2026-11-23T08:10:00Z"});
    assert_eq!(world.call("PUT", &format!("/v1/messages/{id}/reminder"), remind).await.0, 200);
    assert_eq!(world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await.0, 202);
    for nth in 0..1000 {
        world.cloud.faults.plan_on("ses", nth, Fault::Throttle);
    }
    world.run_for(SignedDuration::from_mins(40)).await;
    assert_eq!(cards(&world, "active").await.len(), 0, "nobody can have opened it");
    world.cloud.faults.reset();
    world.run_for(SignedDuration::from_mins(30)).await;
    assert_eq!((world.received().len(), cards(&world, "active").await.len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_reminder_that_was_answered_in_time_is_taken_back() {
    let world = World::new().await;
    let id = world.send(offer()).await;
    let due = "2026-11-24T08:00:00Z";
    let reminder = json!({"title": "Call them", "condition": "not_opened", "due": due});
    assert_eq!(world.call("PUT", &format!("/v1/messages/{id}/reminder"), reminder).await.0, 200);
    world.telltale.timers.tick().await;

    world.advance(SignedDuration::from_hours(24) - SignedDuration::from_millis(300));
    world.visit(&world.received()[0].pixel()).await;
    world.advance(SignedDuration::from_millis(400));
    world.telltale.timers.tick().await;
    assert_eq!(cards(&world, "active").await[0]["kind"], "reminder", "the open is still on its way");

    world.settle().await;
    let kinds: Vec<Value> = cards(&world, "all").await.iter().map(|card| card["kind"].clone()).collect();
    assert_eq!(kinds, ["first_open"]);
    let message = world.message(&id).await;
    assert_eq!(message["reminder"]["status"], "satisfied", "{}", message["reminder"]);
}

#[tokio::test]
async fn a_reminder_is_right_whatever_is_recorded_meanwhile() {
    crate::two_at_once::in_every_order(
        async |world| {
            let id = world.send(offer()).await;
            let reminder = json!({"title": "Call them", "condition": "not_opened", "due": "2026-11-24T08:00:00Z"});
            assert_eq!(world.call("PUT", &format!("/v1/messages/{id}/reminder"), reminder).await.0, 200);
            world.telltale.timers.tick().await;
            world.advance(SignedDuration::from_hours(23));
            world.visit(&world.received()[0].pixel()).await;
            world.advance(SignedDuration::from_hours(2));
            id
        },
        async |world, _| world.telltale.timers.tick().await,
        async |world, _| world.settle().await,
        async |world, id, (), _| {
            world.settle().await;
            assert_eq!(world.message(id).await["reminder"]["status"], "satisfied");
            let kinds: Vec<Value> = cards(world, "all").await.iter().map(|card| card["kind"].clone()).collect();
            assert_eq!(kinds, ["first_open"]);
        },
    )
    .await;
}
