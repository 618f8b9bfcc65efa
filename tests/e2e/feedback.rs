//! What the mail service tells: deliveries, bounces, complaints, evidence, and what follows from them.

use jiff::SignedDuration;
use local::Fault;
use local::telltale::FEEDBACK;
use serde_json::{Value, json};

use crate::world::{World, offer};

fn to(email: &str) -> Value {
    let mut draft = offer();
    draft["to"] = json!([{"email": email}]);
    draft
}

async fn copy(world: &World, id: &str) -> Value {
    world.message(id).await["copies"][0].clone()
}

async fn kinds(world: &World, id: &str) -> Vec<String> {
    let timeline = world.timeline(id).await;
    let events = timeline["events"].as_array().unwrap().iter();
    events.map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

async fn cards(world: &World) -> Vec<Value> {
    world.call("GET", "/v1/cards?state=active", Value::Null).await.1["items"].as_array().unwrap().clone()
}

/// A message whose events wait in the queue, unheard.
async fn unheard(draft: Value) -> (World, String, Vec<String>) {
    let world = World::new().await;
    let id = world.draft(draft).await;
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
    for mapping in world.telltale.mappings.iter().filter(|mapping| mapping.queue != FEEDBACK) {
        while mapping.poll_once(&world.cloud).await.unwrap() > 0 {}
    }
    let events = world.cloud.sqs.messages(FEEDBACK).unwrap().into_iter().map(|event| event.body).collect();
    (world, id, events)
}

/// Takes the waiting events away.
fn silence(world: &World) {
    for event in world.cloud.sqs.receive(FEEDBACK, 10, None).unwrap() {
        world.cloud.sqs.delete(FEEDBACK, &event.receipt).unwrap();
    }
}

/// The same notification with another event in it.
fn edited(notification: &str, edit: impl FnOnce(&mut Value)) -> String {
    let mut notification: Value = serde_json::from_str(notification).unwrap();
    let mut event = serde_json::from_str(notification["Message"].as_str().unwrap()).unwrap();
    edit(&mut event);
    notification["Message"] = json!(event.to_string());
    notification.to_string()
}

#[tokio::test]
async fn a_mail_is_delivered_and_the_timeline_says_when() {
    let world = World::new().await;
    let id = world.send(offer()).await;
    assert_eq!(copy(&world, &id).await["status"], "delivered");
    assert_eq!(kinds(&world, &id).await, ["delivered", "sent"]);
    assert_eq!(world.message(&id).await["status"], "sent");
}

#[tokio::test]
async fn a_bounce_is_shown_put_before_its_author_and_stops_further_mail_until_a_person_lifts_it() {
    let world = World::new().await;
    let first = world.send(to("bounce@example.org")).await;
    let bounced = copy(&world, &first).await;
    assert_eq!(bounced["status"], "bounced");
    assert_eq!(world.message(&first).await["summary"], "Could not be delivered");
    assert_eq!(bounced["detail"], "Permanent (General): smtp; 550 5.1.1 user unknown");
    assert_eq!(kinds(&world, &first).await, ["bounced", "sent"]);
    let card = cards(&world).await.remove(0);
    assert_eq!(card["kind"], "delivery_problem");
    assert_eq!(card["title"], "Could not be delivered to bounce@example.org: “Angebot für Sie”");

    let (status, list) = world.call("GET", "/v1/suppressions", Value::Null).await;
    assert_eq!((status, &list["items"][0]["email"]), (200, &json!("bounce@example.org")));
    assert_eq!((&list["items"][0]["reason"], &list["items"][0]["message"]), (&json!("hard_bounce"), &json!(first)));
    let second = world.draft(to("Bounce@example.org")).await;
    let (status, refused) = world.call("POST", &format!("/v1/messages/{second}/send"), json!({})).await;
    assert_eq!((status, &refused["code"]), (422, &json!("recipient_suppressed")));
    let detail = "the address does not exist: mail to it came back on 23 Nov 2026";
    assert_eq!(
        (&refused["errors"][0]["pointer"], &refused["errors"][0]["detail"]),
        (&json!("/to/0/email"), &json!(detail))
    );
    assert_eq!(world.received().len(), 1, "the second never left");

    let one = "/v1/suppressions/bounce@example.org";
    assert_eq!(world.call("GET", one, Value::Null).await.0, 200);
    assert_eq!(world.call("DELETE", one, Value::Null).await.0, 204);
    assert_eq!(world.call("DELETE", one, Value::Null).await.0, 404);
    world.send(to("bounce@example.org")).await;
    assert_eq!(world.received().len(), 2);
}

#[tokio::test]
async fn suppression_is_each_organisations_own_and_comes_in_pages() {
    let world = World::new().await;
    for n in 1..=3 {
        world.send(to(&format!("bounce+{n}@example.org"))).await;
    }
    let (_, _, other) = world.tenant("sales@example.net").await;
    let (_, list) = world.call_as(&other, "GET", "/v1/suppressions", &[], Value::Null).await;
    assert_eq!(list, json!({"items": [], "next_cursor": null}));
    let (_, first) = world.call("GET", "/v1/suppressions?limit=2", Value::Null).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let (_, second) = world.call("GET", &format!("/v1/suppressions?limit=2&cursor={cursor}"), Value::Null).await;
    let mut emails: Vec<&str> = [&first, &second]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|entry| entry["email"].as_str().unwrap())
        .collect();
    emails.sort_unstable();
    assert_eq!(emails, ["bounce+1@example.org", "bounce+2@example.org", "bounce+3@example.org"]);
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_complaint_hides_the_delivery_and_stops_mail_that_was_scheduled_before() {
    let world = World::new().await;
    let later = world.draft(to("complaint@example.org")).await;
    world.call("POST", &format!("/v1/messages/{later}/send"), json!({"at": "2026-11-23T09:00:00Z"})).await;
    let id = world.send(to("complaint@example.org")).await;
    assert_eq!(copy(&world, &id).await["status"], "complained");
    let mut kinds = kinds(&world, &id).await;
    kinds.sort();
    assert_eq!(kinds, ["complained", "delivered", "sent"]);
    assert_eq!(cards(&world).await[0]["title"], "Reported as unwanted by complaint@example.org: “Angebot für Sie”");
    world.run_for(SignedDuration::from_mins(61)).await;
    let refused = copy(&world, &later).await;
    assert_eq!(refused["status"], "failed");
    assert_eq!(refused["detail"], "the recipient reported a message as unwanted on 23 Nov 2026");
}

#[tokio::test]
async fn a_soft_bounce_stops_nothing() {
    let (world, id, events) = unheard(offer()).await;
    let soft = edited(&events[1], |event| {
        event["eventType"] = json!("Bounce");
        event["bounce"] = json!({"bounceType": "Transient", "bounceSubType": "MailboxFull", "bouncedRecipients": [],
            "timestamp": "2026-11-23T08:00:01.000Z"});
    });
    world.cloud.sqs.send(FEEDBACK, &soft, SignedDuration::ZERO).unwrap();
    world.settle().await;
    assert_eq!(copy(&world, &id).await["status"], "bounced", "the delivery that came too does not hide it");
    let (_, list) = world.call("GET", "/v1/suppressions", Value::Null).await;
    assert_eq!(list["items"], json!([]));
}

#[tokio::test]
async fn eight_copies_of_every_event_shuffled_count_once() {
    let (world, id, events) = unheard(to("complaint@example.org")).await;
    for n in 0..8 {
        let mut events = events.clone();
        events.rotate_left(n % 3);
        if n % 2 == 0 {
            events.reverse();
        }
        for event in events {
            world.cloud.sqs.send(FEEDBACK, &event, SignedDuration::ZERO).unwrap();
        }
    }
    world.settle().await;
    assert_eq!(copy(&world, &id).await["status"], "complained");
    assert_eq!(kinds(&world, &id).await.len(), 3);
    assert_eq!(cards(&world).await.len(), 1);
    world.call("DELETE", "/v1/suppressions/complaint@example.org", Value::Null).await;
    for event in &events {
        world.cloud.sqs.send(FEEDBACK, event, SignedDuration::ZERO).unwrap();
    }
    world.settle().await;
    let (_, list) = world.call("GET", "/v1/suppressions", Value::Null).await;
    assert_eq!(list["items"], json!([]), "a late repetition does not bring back what a person took away");
}

#[tokio::test]
async fn an_event_without_tags_is_joined_by_the_id_of_the_mail() {
    let (world, id, events) = unheard(offer()).await;
    silence(&world);
    let foreign = edited(&events[1], |event| event["mail"]["tags"] = json!({}));
    world.cloud.sqs.send(FEEDBACK, &foreign, SignedDuration::ZERO).unwrap();
    world.settle().await;
    assert_eq!(copy(&world, &id).await["status"], "delivered");
}

#[tokio::test]
async fn the_verdict_goes_by_the_delivery_when_that_is_known() {
    let (world, id, events) = unheard(offer()).await;
    silence(&world);
    let delivered = edited(&events[1], |event| event["delivery"]["timestamp"] = json!("2026-11-23T08:10:00.000Z"));
    world.cloud.sqs.send(FEEDBACK, &delivered, SignedDuration::ZERO).unwrap();
    world.advance(SignedDuration::from_secs(605));
    // As scanners look: a browser of 2019, seconds after the mail arrived and ten minutes after it left.
    let agent = crate::world::CHROME.replace("131.0.0.0", "72.0.3626.109");
    world.http("GET", &world.received()[0].pixel(), &[("user-agent", &agent)], "").await;
    world.settle().await;
    let timeline = world.timeline(&id).await;
    let open = timeline["events"].as_array().unwrap().iter().find(|event| event["kind"] == "open").unwrap().clone();
    assert_eq!(open["verdict"], json!({"class": "scanner", "reasons": ["outdated_agent_on_arrival"]}));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_by_the_event() {
    for fault in [Fault::After, Fault::CrashAfter] {
        let world = World::new().await;
        let id = world.draft(offer()).await;
        world.cloud.faults.plan_on("ses", 0, fault);
        world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
        world.run_for(SignedDuration::from_mins(1)).await;
        assert_eq!(copy(&world, &id).await["status"], "delivered", "{fault:?}");
        world.run_for(SignedDuration::from_mins(25)).await;
        assert_eq!((world.received().len(), cards(&world).await.len()), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_without_an_event_becomes_a_question_after_a_quarter_of_an_hour_and_late_evidence_answers_it() {
    let world = World::new().await;
    let (other, _, events) = unheard(offer()).await;
    drop(other);
    world.cloud.ses.publish_nothing();
    let id = world.draft(offer()).await;
    world.cloud.faults.plan_on("ses", 0, Fault::CrashAfter);
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
    world.run_for(SignedDuration::from_mins(10)).await;
    assert_eq!(copy(&world, &id).await["status"], "confirming");
    world.run_for(SignedDuration::from_mins(8)).await;
    assert_eq!(copy(&world, &id).await["status"], "unconfirmed");
    assert_eq!(cards(&world).await[0]["kind"], "delivery_problem");

    let mail = world.cloud.mails().remove(0);
    let event = edited(&events[0], |event| {
        event["mail"]["messageId"] = json!(mail.id);
        for (name, value) in &mail.tags {
            event["mail"]["tags"][name] = json!([value]);
        }
    });
    world.cloud.sqs.send(FEEDBACK, &event, SignedDuration::ZERO).unwrap();
    world.settle().await;
    assert_eq!(copy(&world, &id).await["status"], "sent");
    assert_eq!(cards(&world).await.len(), 0, "nobody has to decide any more");
}

#[tokio::test(start_paused = true)]
async fn events_may_come_before_the_sender_has_written_down_the_answer() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    // The sender dies between the answer and its note of it.
    world.cloud.faults.plan_on("ses", 0, Fault::CrashAfter);
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
    world.settle().await;
    let settled = copy(&world, &id).await;
    assert_eq!(settled["status"], "delivered");
    world.run_for(SignedDuration::from_mins(5)).await;
    assert_eq!(copy(&world, &id).await, settled, "the task that comes again finds nothing to do");
}

#[tokio::test(start_paused = true)]
async fn what_follows_from_a_bounce_is_exact_wherever_hearing_it_breaks() {
    const KINDS: [Fault; 5] = [Fault::Before, Fault::After, Fault::Unavailable, Fault::CrashBefore, Fault::CrashAfter];
    let calls = {
        let (world, ..) = unheard(to("bounce@example.org")).await;
        world.cloud.faults.reset();
        world.settle().await;
        world.cloud.faults.calls().iter().filter(|call| call.to_string().starts_with("dynamodb")).count()
    };
    assert!(calls > 3, "{calls}");

    for (n, fault) in (0..calls).flat_map(|n| KINDS.map(|fault| (n, fault))) {
        let (world, id, _) = unheard(to("bounce@example.org")).await;
        world.cloud.faults.reset();
        world.cloud.faults.plan_on("dynamodb", n, fault);
        world.run_for(SignedDuration::from_mins(10)).await;
        assert_eq!(world.cloud.faults.waiting(), 0, "{n} {fault:?} never struck");
        world.cloud.faults.reset();
        assert_eq!(copy(&world, &id).await["status"], "bounced", "{n} {fault:?}");
        assert_eq!(cards(&world).await.len(), 1, "{n} {fault:?}");
        let (_, list) = world.call("GET", "/v1/suppressions", Value::Null).await;
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{n} {fault:?}");
    }
}
