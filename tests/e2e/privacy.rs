//! What recipients allow: decided when a message is written, when its copies leave, and at every hit.

use jiff::SignedDuration;
use local::Fault;
use serde_json::{Value, json};

use crate::world::{World, offer};

async fn person(world: &World, id: &str, email: &str, tracking: &str) {
    let record = json!({"name": "A person", "emails": [email], "tracking": tracking});
    let (status, answer) = world.call("PUT", &format!("/v1/records/contact/{id}"), record).await;
    assert!(status == 200 || status == 201, "{answer}");
}

async fn prefer(world: &World, record: &str, tracking: &str) {
    let (status, answer) = world.call("PATCH", &format!("/v1/records/{record}"), json!({"tracking": tracking})).await;
    assert_eq!(status, 200, "{answer}");
}

async fn settings(world: &World, change: Value) {
    assert_eq!(world.call("PATCH", "/v1/settings", change).await.0, 200);
}

fn to_two() -> Value {
    let mut draft = offer();
    draft["cc"] = json!([{"email": "boss@example.org", "name": "Boss"}]);
    draft
}

async fn tracking(world: &World, id: &str) -> Value {
    world.call("GET", &format!("/v1/messages/{id}/tracking"), Value::Null).await.1
}

#[tokio::test(start_paused = true)]
async fn one_recipient_who_does_not_allow_it_blocks_the_message() {
    let world = World::new().await;
    person(&world, "c-1", "Boss@example.org", "allow").await;
    let id = world.draft(to_two()).await;
    world.attach(&id, "offer.pdf", true, b"%PDF-1.7 offer").await;
    assert_eq!(world.call("PATCH", "/v1/records/contact/c-1", json!({"tracking": "deny"})).await.0, 200);
    let message = world.message(&id).await;
    let boss = json!({
        "email": "boss@example.org",
        "name": "Boss",
        "record": {"type": "contact", "id": "c-1"},
        "decided_by": {"type": "contact", "id": "c-1", "name": "A person"},
    });
    let blocked = json!({"state": "blocked", "requested": true, "reason": "recipients", "blocked_by": [boss]});
    assert_eq!(message["tracking"], blocked);
    let details = tracking(&world, &id).await;
    assert_eq!(details["state"], "blocked");
    let preferences: Vec<&Value> =
        details["recipients"].as_array().unwrap().iter().map(|recipient| &recipient["preference"]).collect();
    assert_eq!(preferences, ["unknown", "deny"]);
    assert_eq!(details["recipients"][1]["record"], json!({"type": "contact", "id": "c-1"}));

    let (status, scheduled) =
        world.call("POST", &format!("/v1/messages/{id}/send"), json!({"at": "2026-11-23T09:00:00Z"})).await;
    assert_eq!((status, &scheduled["tracking"]["state"]), (202, &json!("blocked")), "it can be scheduled all the same");
    world.run_for(SignedDuration::from_mins(61)).await;
    let mails = world.received();
    assert_eq!(mails.len(), 2);
    for mail in mails {
        assert!(!mail.html.contains("t.example.com"), "no pixel and no redirect: {}", mail.html);
        assert_eq!(mail.attachments, [("offer.pdf".to_owned(), b"%PDF-1.7 offer".to_vec())]);
    }
    let blocked_by = world.message(&id).await["tracking"]["blocked_by"].clone();
    assert_eq!((&blocked_by[0]["email"], blocked_by.as_array().unwrap().len()), (&json!("boss@example.org"), 1));
}

#[tokio::test(start_paused = true)]
async fn a_blocked_message_is_followed_again_or_not_at_all() {
    let world = World::new().await;
    person(&world, "c-1", "boss@example.org", "deny").await;
    let id = world.draft(to_two()).await;
    let path = format!("/v1/messages/{id}/tracking");
    let (_, off) = world.call("PUT", &path, json!({"requested": false})).await;
    assert_eq!((&off["state"], &off["requested"]), (&json!("off"), &json!(false)));
    assert_eq!(world.message(&id).await["tracking"]["blocked_by"], json!([]));
    assert_eq!(world.call("PUT", &path, json!({"requested": true})).await.1["state"], "blocked");
    prefer(&world, "contact/c-1", "allow").await;
    assert_eq!(world.call("PUT", &path, json!({"requested": true})).await.1["state"], "on", "changed, then retried");
    prefer(&world, "contact/c-1", "deny").await;
    let (_, message) = world.call("PATCH", &format!("/v1/messages/{id}"), json!({"cc": []})).await;
    assert_eq!(message["tracking"]["state"], "on", "removed");
}

#[tokio::test(start_paused = true)]
async fn with_clean_copies_only_those_who_object_are_not_followed() {
    let world = World::new().await;
    settings(&world, json!({"blocked_recipients": "clean_copy"})).await;
    person(&world, "c-1", "boss@example.org", "deny").await;
    let id = world.draft(to_two()).await;
    world.attach(&id, "offer.pdf", true, b"%PDF-1.7 offer").await;
    world.release(&id).await;
    let mails = world.received();
    let of = |to: &str| mails.iter().find(|mail| mail.to == to).unwrap();
    assert_eq!(
        (of("purchasing@example.org").tracked("/o/").len(), of("purchasing@example.org").attachments.len()),
        (1, 0)
    );
    assert!(!of("boss@example.org").html.contains("t.example.com"));
    assert_eq!(of("boss@example.org").attachments.len(), 1);
    let message = world.message(&id).await;
    assert_eq!(message["tracking"]["state"], "on");
    assert_eq!(message["tracking"]["blocked_by"][0]["email"], "boss@example.org");
    assert_eq!((&message["copies"][0]["tracked"], &message["copies"][1]["tracked"]), (&json!(true), &json!(false)));
}

#[tokio::test(start_paused = true)]
async fn who_objects_before_the_copy_leaves_gets_it_untouched() {
    let world = World::new().await;
    person(&world, "c-1", "boss@example.org", "allow").await;
    let id = world.draft(to_two()).await;
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({"at": "2026-11-23T09:00:00Z"})).await;
    prefer(&world, "contact/c-1", "deny").await;
    world.run_for(SignedDuration::from_mins(61)).await;
    let followed: Vec<(String, bool)> =
        world.received().into_iter().map(|mail| (mail.to, mail.html.contains("t.example.com"))).collect();
    assert_eq!(followed.len(), 2);
    for (to, followed) in followed {
        assert_eq!(followed, to != "boss@example.org", "{to}");
    }
    let message = world.message(&id).await;
    assert_eq!(message["tracking"]["blocked_by"][0]["record"]["id"], "c-1", "the change shows: {message}");
    assert_eq!(message["copies"][1]["tracked"], false);
}

#[tokio::test(start_paused = true)]
async fn the_strictest_record_and_the_account_bind() {
    let world = World::new().await;
    let state = async || {
        let id = world.draft(offer()).await;
        world.message(&id).await["tracking"]["state"].clone()
    };
    assert_eq!(state().await, "on");
    settings(&world, json!({"unknown_consent": "deny"})).await;
    assert_eq!(state().await, "blocked", "nobody asked");
    person(&world, "c-1", "purchasing@example.org", "allow").await;
    assert_eq!(state().await, "on");
    let lead = json!({"emails": ["purchasing@example.org"], "tracking": "deny"});
    world.call("PUT", "/v1/records/lead/l-1", lead).await;
    assert_eq!(state().await, "blocked", "another record of the same person");
    world.call("DELETE", "/v1/records/lead/l-1", Value::Null).await;
    assert_eq!(state().await, "blocked", "the address keeps the objection");
    prefer(&world, "contact/c-1", "allow").await;
    assert_eq!(state().await, "on", "a new consent");
    world.call("PUT", "/v1/records/account/a-1", json!({"name": "Example", "tracking": "deny"})).await;
    world.call("PATCH", "/v1/records/contact/c-1", json!({"account": "a-1"})).await;
    assert_eq!(state().await, "blocked", "the account does not allow it");
}

#[tokio::test(start_paused = true)]
async fn after_an_objection_everything_answers_as_before_and_nothing_is_recorded() {
    let world = World::new().await;
    person(&world, "c-1", "purchasing@example.org", "allow").await;
    let id = world.draft(offer()).await;
    world.attach(&id, "offer.pdf", true, b"%PDF-1.7 offer").await;
    world.release(&id).await;
    world.advance(SignedDuration::from_mins(5));
    let mail = world.received().remove(0);
    let visit = async || {
        let urls = [mail.pixel(), mail.tracked("/c/")[0].clone(), mail.tracked("/a/")[0].clone()];
        let mut answers = Vec::new();
        for url in urls {
            let (status, headers) = world.visit(&url).await;
            answers.push((
                status,
                headers.get("location").map(|to| to.to_str().unwrap().split('?').next().unwrap().to_owned()),
            ));
        }
        answers
    };
    let before = visit().await;
    world.settle().await;
    let seen = world.timeline(&id).await["events"].as_array().unwrap().len();
    prefer(&world, "contact/c-1", "deny").await;
    world.advance(SignedDuration::from_mins(5));
    assert_eq!(visit().await, before, "as always");
    world.settle().await;
    assert_eq!(world.timeline(&id).await["events"].as_array().unwrap().len(), seen);
    assert_eq!(world.kpi(&id, "opens").await, 1);
    prefer(&world, "contact/c-1", "allow").await;
    world.advance(SignedDuration::from_mins(5));
    visit().await;
    world.settle().await;
    assert_eq!(world.kpi(&id, "opens").await, 2, "followed again");
}

/// What is done to the preferences, and how it is undone, by way of a record, its address, its account or its existence.
/// The last one says whether the objection holds all the same, until a new consent.
const OBJECTIONS: [(&str, Change, Change, bool); 4] = [
    ("contact/c-1", r#"{"tracking": "deny"}"#, r#"{"tracking": "allow"}"#, false),
    ("contact/c-1", r#"{"tracking": "deny"}"#, r#"{"emails": []}"#, true),
    ("account/a-1", r#"{"tracking": "deny"}"#, r#"{"tracking": "allow"}"#, false),
    ("contact/c-1", r#"{"tracking": "deny"}"#, "delete", true),
];
type Change = &'static str;

#[tokio::test(start_paused = true)]
async fn a_hit_of_somebody_who_objected_is_not_recorded_however_late_it_is_looked_at() {
    for (record, objection, withdrawal, holds) in OBJECTIONS {
        for fault in [None, Some(Fault::CrashAfter), Some(Fault::After)] {
            // Grows to the number of calls that the withdrawal makes.
            let mut calls = 1;
            let mut n = 0;
            while n < calls {
                let world = World::new().await;
                let id = world.send(offer()).await;
                let pixel = world.received()[0].pixel();
                world.call("PUT", "/v1/records/account/a-1", json!({"name": "Example"})).await;
                person(&world, "c-1", "purchasing@example.org", "allow").await;
                world.call("PATCH", "/v1/records/contact/c-1", json!({"account": "a-1"})).await;
                world.advance(SignedDuration::from_mins(5));
                let path = format!("/v1/records/{record}");
                assert_eq!(world.call("PATCH", &path, serde_json::from_str(objection).unwrap()).await.0, 200);
                world.advance(SignedDuration::from_mins(5));
                world.visit(&pixel).await;
                world.advance(SignedDuration::from_mins(5));
                world.cloud.faults.reset();
                if let Some(fault) = fault {
                    world.cloud.faults.plan(n, fault);
                }
                for attempt in 0..3 {
                    match withdrawal {
                        "delete" => world.call("DELETE", &path, Value::Null).await,
                        change => world.call("PATCH", &path, serde_json::from_str(change).unwrap()).await,
                    };
                    if attempt == 0 && fault.is_some() {
                        calls = calls.max(world.cloud.faults.calls().len());
                    }
                }
                assert_eq!(world.cloud.faults.waiting(), 0, "{n} {fault:?} never struck");
                world.run_for(SignedDuration::from_mins(10)).await;
                assert_eq!(world.kpi(&id, "opens").await, 0, "{record} {withdrawal} {fault:?} {n}");
                world.visit(&pixel).await;
                world.settle().await;
                let seen = u64::from(!holds);
                assert_eq!(world.kpi(&id, "opens").await, seen, "withdrawn: {record} {withdrawal} {fault:?} {n}");
                person(&world, "c-1", "purchasing@example.org", "allow").await;
                world.advance(SignedDuration::from_hours(5));
                world.visit(&pixel).await;
                world.settle().await;
                assert_eq!(world.kpi(&id, "opens").await, seen + 1, "a new consent: {withdrawal} {fault:?} {n}");
                n += 1;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_ledger_tells_who_changed_what_when_and_why() {
    let world = World::new().await;
    person(&world, "c-1", "purchasing@example.org", "unknown").await;
    let ledger = async || world.call("GET", "/v1/records/contact/c-1/consent", Value::Null).await.1["items"].clone();
    assert_eq!(ledger().await, json!([]));
    let form = json!({"source": "web form", "at": "2026-11-20T10:00:00Z", "note": "newsletter"});
    let change = json!({"tracking": "allow", "consent": form});
    let (_, record) = world.call("PATCH", "/v1/records/contact/c-1", change).await;
    assert_eq!(record["consent"]["at"], "2026-11-20T10:00:00.000Z");
    world.advance(SignedDuration::from_mins(1));
    prefer(&world, "contact/c-1", "deny").await;
    person(&world, "c-1", "purchasing@example.org", "deny").await;
    world.call("PUT", "/v1/records/contact/c-1", json!({"emails": ["purchasing@example.org"]})).await;
    let lines = ledger().await;
    assert_eq!(lines.as_array().unwrap().len(), 2, "what changes nothing is no line: {lines}");
    assert_eq!(
        (&lines[0]["old"], &lines[0]["new"], &lines[0]["source"]),
        (&json!("allow"), &json!("deny"), &Value::Null)
    );
    assert_eq!(
        lines[1],
        json!({"at": "2026-11-23T08:00:00.000Z", "by": world.user, "old": "unknown", "new": "allow",
            "source": "web form", "consent_at": "2026-11-20T10:00:00.000Z", "note": "newsletter"})
    );
    let record = world.call("GET", "/v1/records/contact/c-1", Value::Null).await.1;
    assert_eq!(record["tracking"], "deny", "a PUT that does not mention it lifts no objection");
    for (change, code) in [
        (json!({"tracking": "maybe"}), "invalid_value"),
        (json!({"consent": {"source": ""}}), "missing_field"),
        (json!({"consent": {"source": "x", "by": "me"}}), "unknown_field"),
    ] {
        let (status, problem) = world.call("PATCH", "/v1/records/contact/c-1", change).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(code)));
    }
}

#[tokio::test(start_paused = true)]
async fn with_tracking_off_nothing_is_recorded_and_the_figures_are_empty() {
    let world = World::new().await;
    let id = world.send(offer()).await;
    let pixel = world.received()[0].pixel();
    world.advance(SignedDuration::from_mins(5));
    world.visit(&pixel).await;
    world.settle().await;
    assert_eq!(world.kpi(&id, "opens").await, 1);
    settings(&world, json!({"tracking_enabled": false})).await;
    let message = world.message(&id).await;
    assert_eq!((&message["kpis"], &message["seen"]), (&Value::Null, &Value::Null));
    assert_eq!(message["state"]["code"], "sent", "nothing is said of opens");
    let timeline = world.timeline(&id).await;
    let kinds: Vec<&Value> = timeline["events"].as_array().unwrap().iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["delivered", "sent"], "{timeline}");
    world.advance(SignedDuration::from_mins(5));
    world.visit(&pixel).await;
    world.advance(SignedDuration::from_mins(5));
    settings(&world, json!({"tracking_enabled": true})).await;
    world.settle().await;
    assert_eq!(world.kpi(&id, "opens").await, 1, "what came meanwhile was not recorded");
    let (status, problem) = world.call("PATCH", "/v1/settings", json!({"unknown_consent": "unknown"})).await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("invalid_value")));
}

#[tokio::test(start_paused = true)]
async fn records_of_another_organisation_are_not_there() {
    let world = World::new().await;
    person(&world, "c-1", "purchasing@example.org", "deny").await;
    let (_, _, other) = world.tenant("other@example.com").await;
    let call = async |method: &str, path: &str, body: Value| world.call_as(&other, method, path, &[], body).await;
    for (method, path) in [
        ("GET", "/v1/records/contact/c-1"),
        ("DELETE", "/v1/records/contact/c-1"),
        ("GET", "/v1/records/contact/c-1/consent"),
    ] {
        assert_eq!(call(method, path, Value::Null).await.0, 404, "{method} {path}");
    }
    assert_eq!(call("PATCH", "/v1/records/contact/c-1", json!({"tracking": "allow"})).await.0, 404);
    assert_eq!(call("GET", "/v1/records?email=purchasing@example.org", Value::Null).await.1["items"], json!([]));
    let (_, message) = call("POST", "/v1/messages", offer()).await;
    assert_eq!(message["tracking"]["state"], "on", "another organisation's objection is not known");
    assert_eq!(message["to"][0]["record"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn view_settings_names_the_person_the_preference_that_counts_and_the_record_that_decides() {
    let world = World::new().await;
    let to = json!([{"email": "ann@example.org"}, {"email": "bob@example.org"}]);
    let id = world.draft(json!({"to": to, "subject": "x", "text": "x"})).await;
    let ann = json!({"name": "Ann Buyer", "emails": ["ann@example.org"], "tracking": "allow", "account": "a-1"});
    world.call("PUT", "/v1/records/contact/c-1", ann).await;
    world.call("PUT", "/v1/records/account/a-1", json!({"name": "Buyers", "tracking": "deny"})).await;
    let shown = tracking(&world, &id).await;
    assert_eq!((&shown["state"], &shown["reason"]), (&json!("blocked"), &json!("recipients")));
    let (ann, bob) = (&shown["recipients"][0], &shown["recipients"][1]);
    assert_eq!(
        (&ann["name"], &ann["preference"], &ann["effective"]),
        (&json!("Ann Buyer"), &json!("allow"), &json!("deny"))
    );
    assert_eq!(ann["decided_by"], json!({"type": "account", "id": "a-1", "name": "Buyers"}));
    assert_eq!(
        (&bob["preference"], &bob["effective"], &bob["decided_by"]),
        (&json!("unknown"), &json!("allow"), &Value::Null)
    );

    world.call("PATCH", "/v1/settings", json!({"unknown_consent": "deny"})).await;
    assert_eq!(tracking(&world, &id).await["recipients"][1]["effective"], "deny", "the organisation's rule");
    world.call("PATCH", "/v1/settings", json!({"tracking_enabled": false})).await;
    let off = tracking(&world, &id).await;
    assert_eq!((&off["state"], &off["reason"]), (&json!("off"), &json!("organisation")));
    world.call("PUT", &format!("/v1/messages/{id}/tracking"), json!({"requested": false})).await;
    assert_eq!(tracking(&world, &id).await["reason"], "author");
}
