//! How long texts, files and events are kept.

use jiff::SignedDuration;
use local::Fault;
use local::cloud::inbound::Envelope;
use serde_json::{Value, json};

use crate::world::{Received, World, offer};

const DAY: SignedDuration = SignedDuration::from_hours(24);

async fn keep(world: &World, days: u32) {
    let (status, settings) = world.call("PATCH", "/v1/settings", json!({"retention_days": days})).await;
    assert_eq!((status, &settings["retention_days"]), (200, &json!(days)));
}

/// A message that was opened and answered, with a file.
async fn opened() -> (World, String, Received) {
    let world = World::new().await;
    keep(&world, 3).await;
    world.telltale.timers.tick().await;
    let id = world.draft(offer()).await;
    world.attach(&id, "offer.pdf", true, b"%PDF-1.7 offer").await;
    world.release(&id).await;
    world.advance(SignedDuration::from_mins(30));
    let mail = world.received().remove(0);
    world.visit(&mail.pixel()).await;
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
    let answer = format!(
        "From: purchasing@example.org\r\nMessage-ID: <1@example.org>\r\nIn-Reply-To: <{}>\r\n\r\nYes.\r\n",
        parsed.message_id().unwrap()
    );
    world.cloud.receive_mail(answer.as_bytes(), Envelope::default()).unwrap();
    world.settle().await;
    (world, id, mail)
}

/// What is stored of a message besides itself: text, files, events, mail.
async fn around(world: &World) -> usize {
    let kinds = ["SEGMENT#", "REPLY#", "ATT#", "messages/msg_", "inbound/"];
    world.stored().await.iter().filter(|item| kinds.iter().any(|kind| item.contains(kind))).count()
}

#[tokio::test(start_paused = true)]
async fn after_its_time_a_message_keeps_its_figures_only() {
    let (world, id, mail) = opened().await;
    assert_eq!(world.message(&id).await["expires_at"], "2026-11-26T08:00:00.000Z");
    assert!(around(&world).await >= 5);
    world.advance(DAY * 3);
    let message = world.message(&id).await;
    assert_eq!((&message["html"], &message["attachments"]), (&json!(""), &json!([])), "hidden before it is deleted");
    let events = async || {
        let timeline = world.timeline(&id).await;
        let kinds = timeline["events"].as_array().unwrap().iter().map(|event| event["kind"].clone());
        (kinds.collect::<Vec<_>>(), timeline["kpis"]["opens"].clone())
    };
    assert_eq!(events().await, (vec![json!("delivered"), json!("sent")], json!(1)));
    world.telltale.timers.tick().await;
    assert_eq!(around(&world).await, 0);
    world.visit(&mail.pixel()).await;
    world.settle().await;
    assert_eq!(around(&world).await, 0, "nothing is added any more");
    assert_eq!(events().await, (vec![json!("delivered"), json!("sent")], json!(1)));
    let message = world.message(&id).await;
    let kpis = &message["kpis"];
    assert_eq!(
        (&kpis["opens"], &kpis["replies"], &message["to"][0]["name"]),
        (&json!(1), &json!(1), &json!("Purchasing"))
    );
    assert_eq!(world.visit(&mail.tracked("/c/")[0]).await.0, 302, "links work for ever");
    assert_eq!(world.visit(&mail.tracked("/a/")[0]).await.0, 404);
    assert_eq!(world.call("GET", "/v1/messages?sort=-opens", Value::Null).await.1["items"][0]["kpis"]["opens"], 1);
}

#[tokio::test(start_paused = true)]
async fn the_settings_of_the_day_decide() {
    let (world, id, _) = opened().await;
    keep(&world, 5).await;
    world.advance(DAY * 4);
    world.telltale.timers.tick().await;
    assert_ne!(world.message(&id).await["html"], "", "kept longer than was thought when it was sent");
    keep(&world, 1).await;
    assert_eq!(world.message(&id).await["html"], "", "hidden at once");
    keep(&world, 5).await;
    world.advance(DAY);
    world.telltale.timers.tick().await;
    assert_eq!(around(&world).await, 0);
    for days in [json!(0), json!(3651), json!(-1), json!("30")] {
        assert_eq!(world.call("PATCH", "/v1/settings", json!({"retention_days": days})).await.0, 422, "{days}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_still_to_be_sent_is_kept() {
    let world = World::new().await;
    keep(&world, 1).await;
    world.telltale.timers.tick().await;
    let id = world.draft(offer()).await;
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({"at": "2026-11-30T08:00:00Z"})).await;
    let draft = world.draft(offer()).await;
    world.advance(DAY * 6);
    world.telltale.timers.tick().await;
    world.run_for(DAY + SignedDuration::from_mins(5)).await;
    assert_eq!(world.received().len(), 1);
    assert_eq!(world.message(&id).await["status"], "sent");
    world.advance(DAY * 2);
    world.telltale.timers.tick().await;
    assert_eq!(world.message(&id).await["html"], "");
    assert_ne!(world.message(&draft).await["html"], "", "a draft is its author's");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_is_interrupted_goes_on_at_the_next_tick() {
    let due = async || {
        let (world, id, _) = opened().await;
        world.advance(DAY * 3 - SignedDuration::from_hours(1));
        world.telltale.timers.tick().await;
        world.advance(SignedDuration::from_hours(1));
        world.cloud.faults.reset();
        (world, id)
    };
    let calls = {
        let (world, _) = due().await;
        world.telltale.timers.tick().await;
        world.cloud.faults.calls().len()
    };
    assert!(calls > 20, "{calls}");

    for n in 0..calls {
        let (world, id) = due().await;
        world.cloud.faults.plan(n, [Fault::CrashBefore, Fault::CrashAfter, Fault::Before][n % 3]);
        for _ in 0..3 {
            world.telltale.timers.tick().await;
            world.advance(SignedDuration::from_mins(1));
        }
        assert_eq!(world.cloud.faults.waiting(), 0, "{n} never struck");
        assert_eq!(around(&world).await, 0, "struck at {n}");
        assert_eq!(world.kpi(&id, "opens").await, 1);
    }
}
