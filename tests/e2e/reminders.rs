//! Reminders: when they fire, when they are not needed, and what they wait for.

use jiff::SignedDuration;
use local::Fault;
use serde_json::{Value, json};

use crate::inbound::{answer, post, sent};
use crate::time::{cards, schedule};
use crate::world::{World, offer};

/// Lets hours pass and the ticks come behind them.
async fn later(world: &World, hours: i64) {
    world.telltale.timers.tick().await;
    world.advance(SignedDuration::from_hours(hours));
    for _ in 0..2 {
        world.telltale.timers.tick().await;
    }
    world.settle().await;
}

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

#[tokio::test(start_paused = true)]
async fn a_reminder_without_terms_is_the_usual_one() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let path = format!("/v1/messages/{id}/reminder");
    let (status, reminder) = world.call("PUT", &path, json!({})).await;
    assert_eq!((status, &reminder["condition"], &reminder["status"]), (200, &json!("not_opened"), &json!("pending")));
    assert_eq!(reminder["title"], "Not opened yet: Angebot für Sie");
    assert_eq!(reminder["due"]["at"], "2026-11-26T08:00:00.000Z");

    world.advance(SignedDuration::from_hours(5));
    world.release(&id).await;
    assert_eq!(world.message(&id).await["reminder"]["due"]["at"], "2026-11-26T13:00:00.000Z", "from when it left");
    later(&world, 71).await;
    assert_eq!(cards(&world, "active").await.len(), 0);
    later(&world, 2).await;
    assert_eq!(cards(&world, "active").await[0]["kind"], "reminder");

    let mut draft = offer();
    draft["tracking"] = json!(false);
    let id = world.draft(draft).await;
    let (status, problem) = world.call("PUT", &format!("/v1/messages/{id}/reminder"), json!({})).await;
    assert_eq!((status, &problem["code"]), (422, &json!("needs_tracking")));
}

#[tokio::test(start_paused = true)]
async fn a_relative_reminder_follows_the_schedule_both_ways() {
    let world = World::new().await;
    let wall = |day: u8| json!({"at": {"local": format!("2026-11-{day}T16:00:00"), "time_zone": "Europe/Berlin"}});
    let id = schedule(&world, offer(), wall(26)).await;
    let path = format!("/v1/messages/{id}/reminder");
    let due = |after: u16, time: &str| json!({"due": {"after_days": after, "working_days": true, "local_time": time}});
    let (status, reminder) = world.call("PUT", &path, due(2, "09:00")).await;
    assert_eq!(
        (status, &reminder["due"]["local"]),
        (200, &json!("2026-11-30T09:00:00")),
        "Thursday and two working days"
    );
    world.call("PUT", &format!("/v1/messages/{id}/schedule"), wall(27)).await;
    assert_eq!(world.message(&id).await["reminder"]["due"]["local"], "2026-12-01T09:00:00");
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
    assert_eq!(
        world.message(&id).await["reminder"]["due"]["local"],
        "2026-11-25T09:00:00",
        "Monday and two working days"
    );
    for (input, pointer) in [(due(0, "09:00"), "/due/after_days"), (due(366, "09:00"), "/due/after_days")] {
        let (status, problem) = world.call("PUT", &path, input).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    for wrong in [json!({"after_days": 1, "local_time": "9 h"}), json!({"after_days": 1, "days": 2}), json!(3)] {
        assert_eq!(world.call("PUT", &path, json!({"due": wrong})).await.0, 422);
    }
}

#[tokio::test(start_paused = true)]
async fn a_note_of_absence_moves_a_reminder_that_counts_from_sending() {
    let note = "Content-Language: en\r\nAuto-Submitted: auto-replied\r\n";
    let text = "I am out of the office and will be back on 7 December 2026.";
    for (due, first, moved) in [
        (json!({"after_days": 3, "local_time": "09:00"}), true, true),
        (json!({"after_days": 3, "local_time": "09:00"}), false, true),
        (json!("2026-11-26T09:00:00Z"), true, false),
    ] {
        let (world, id, mail) = sent(offer()).await;
        let path = format!("/v1/messages/{id}/reminder");
        let set = async || assert_eq!(world.call("PUT", &path, json!({"due": due})).await.0, 200);
        if first {
            set().await;
        }
        post(&world, &answer(&mail, note, text)).await;
        if !first {
            set().await;
        }
        let reminder = world.message(&id).await["reminder"].clone();
        let want = if moved { "2026-12-07T09:00:00.000Z" } else { "2026-11-26T09:00:00.000Z" };
        assert_eq!(reminder["due"]["at"], want, "{reminder}");
        assert_eq!(reminder["summary"].as_str().unwrap().contains("recipient is back"), moved, "{reminder}");
        later(&world, 24 * 6).await;
        assert_eq!(cards(&world, "active").await.len(), usize::from(!moved));
        later(&world, 24 * 9).await;
        assert_eq!(cards(&world, "active").await.len(), 1, "once");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reminder_fires_and_says_why_when_tracking_has_ended() {
    let world = World::new().await;
    let remind = json!({"condition": "not_opened", "due": "2026-11-24T08:00:00Z"});
    let set = async |id: &str| {
        assert_eq!(world.call("PUT", &format!("/v1/messages/{id}/reminder"), remind.clone()).await.0, 200);
    };
    let dropped = world.draft(offer()).await;
    set(&dropped).await;
    world.call("PUT", &format!("/v1/messages/{dropped}/tracking"), json!({"requested": false})).await;
    world.release(&dropped).await;
    let switched_off = world.send(offer()).await;
    set(&switched_off).await;
    world.call("PATCH", "/v1/settings", json!({"tracking_enabled": false})).await;
    later(&world, 25).await;
    for id in [dropped, switched_off] {
        let reminder = world.message(&id).await["reminder"].clone();
        assert_eq!(reminder["status"], "fired");
        assert!(reminder["summary"].as_str().unwrap().contains("not tracked any more"), "{reminder}");
    }
    let off = world.draft(offer()).await;
    assert_eq!(world.call("PUT", &format!("/v1/messages/{off}/reminder"), remind).await.0, 422);
}
