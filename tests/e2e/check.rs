//! The check of a message before it leaves, and that *send* refuses with the very same words.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{World, offer};

async fn check(world: &World, id: &str) -> Value {
    let (status, check) = world.call("POST", &format!("/v1/messages/{id}/check"), Value::Null).await;
    assert_eq!(status, 200, "{check}");
    check
}

/// The codes of the problems that the check names, and *send* in the same words.
async fn refused_alike(world: &World, id: &str, status: u16) -> Vec<String> {
    let problems = check(world, id).await["problems"].as_array().unwrap().clone();
    let (refused, problem) = world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
    assert_eq!(refused, status, "{problem}");
    let errors = problem["errors"].as_array().unwrap();
    let parts = |problem: &Value| ["code", "detail", "pointer"].map(|part| problem[part].clone());
    assert_eq!(errors.iter().map(parts).collect::<Vec<_>>(), problems.iter().map(parts).collect::<Vec<_>>());
    assert_eq!(problem["code"], problems[0]["code"]);
    problems.iter().map(|problem| problem["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_message_that_can_leave_is_ready_and_stays_as_it_is() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let file = world.attach(&id, "offer.pdf", true, b"%PDF-1.7 offer").await;
    let before = world.stored().await;
    let checked = check(&world, &id).await;
    assert_eq!(world.stored().await, before, "nothing changes");
    assert_eq!((&checked["ready"], &checked["problems"], &checked["warnings"]), (&json!(true), &json!([]), &json!([])));
    let copy = &checked["copies"][0];
    assert_eq!((&copy["recipient"], &copy["tracked"]), (&json!("purchasing@example.org"), &json!(true)));
    assert_eq!(copy["files"], json!([{"id": file, "leaves_as": "link"}]));
    assert_eq!(copy["opens_expected"], "unreliable");
    world.release(&id).await;
    let size = world.cloud.mails()[0].delivered.len();
    assert!(copy["bytes"].as_u64().unwrap() >= u64::try_from(size).unwrap(), "{copy} {size}");
}

#[tokio::test(start_paused = true)]
async fn send_refuses_with_the_problems_that_the_check_names() {
    let world = World::new().await;
    let id = world.draft(json!({"subject": "x", "text": "Hello"})).await;
    assert_eq!(refused_alike(&world, &id, 422).await, ["no_recipients"]);

    let id = world.draft(offer()).await;
    let input = json!({"filename": "a.pdf", "content_type": "application/pdf", "size": 10});
    let (_, file) = world.call("POST", &format!("/v1/messages/{id}/attachments"), input).await;
    assert_eq!(refused_alike(&world, &id, 409).await, ["attachment_pending"]);
    assert_eq!(world.upload(&file, b"ten bytes!").await, 200);
    assert_eq!(check(&world, &id).await["ready"], true, "the bytes are there");

    let bounced =
        world.send(json!({"to": [{"email": "bounce@simulator.amazonses.com"}], "subject": "x", "text": "x"})).await;
    assert_eq!(world.message(&bounced).await["copies"][0]["status"], "bounced");
    let both = json!([{"email": "purchasing@example.org"}, {"email": "bounce@simulator.amazonses.com"}]);
    let again = json!({"to": both, "subject": "x", "text": "x"});
    let id = world.draft(again).await;
    assert_eq!(refused_alike(&world, &id, 422).await, ["recipient_suppressed"]);
    assert_eq!(check(&world, &id).await["problems"][0]["pointer"], "/to/1/email");

    let sent = world.send(offer()).await;
    let checked = check(&world, &sent).await;
    assert_eq!((&checked["ready"], &checked["problems"][0]["code"]), (&json!(false), &json!("not_editable")));
}

#[tokio::test(start_paused = true)]
async fn warnings_say_what_is_true() {
    let world = World::new().await;
    world.call("PUT", "/v1/records/contact/c-1", json!({"emails": ["no@example.org"], "tracking": "deny"})).await;
    let draft = json!({
        "to": [{"email": "no@example.org"}],
        "html": format!("<p>Dear {{{{ recipient.name }}}}</p>{}", "<p>Hello</p>".repeat(10_000)),
    });
    let id = world.draft(draft).await;
    world.attach(&id, "large.pdf", false, &vec![7; 8 * 1024 * 1024]).await;
    let checked = check(&world, &id).await;
    let codes: Vec<&str> =
        checked["warnings"].as_array().unwrap().iter().map(|warning| warning["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["no_subject", "clipped", "placeholder_left", "placeholder_left", "not_tracked", "file_linked"]);
    assert_eq!(checked["ready"], true);
    let copy = &checked["copies"][0];
    assert_eq!((&copy["tracked"], &copy["opens_expected"]), (&json!(false), &json!("unlikely")));
    assert_eq!(copy["files"][0]["leaves_as"], "unlogged_link");
}

#[tokio::test(start_paused = true)]
async fn a_draft_holds_the_time_that_send_uses() {
    let world = World::new().await;
    let path = |id: &str, rest: &str| format!("/v1/messages/{id}{rest}");
    let at = || json!({"at": {"local": "2026-11-24T09:00:00", "time_zone": "Europe/Berlin"}});
    let held = async || {
        let id = world.draft(offer()).await;
        let (status, message) = world.call("PUT", &path(&id, "/schedule"), at()).await;
        assert_eq!((status, &message["status"]), (200, &json!("draft")));
        assert_eq!(message["schedule"]["local"], "2026-11-24T09:00:00");
        id
    };

    let later = held().await;
    assert_eq!(world.call("PATCH", &path(&later, ""), json!({"subject": "Still a draft"})).await.0, 200);
    let (status, message) = world.call("POST", &path(&later, "/send"), json!({})).await;
    assert_eq!((status, &message["status"]), (202, &json!("scheduled")));
    assert_eq!(message["schedule"]["at"], "2026-11-24T08:00:00.000Z");

    let now = held().await;
    assert_eq!(
        world.call("POST", &path(&now, "/send"), json!({"now": true, "at": "2026-11-24T09:00:00Z"})).await.0,
        422
    );
    let (status, message) = world.call("POST", &path(&now, "/send"), json!({"now": true})).await;
    assert_eq!((status, &message["status"], &message["schedule"]), (202, &json!("sending"), &Value::Null));

    let none = held().await;
    let (status, message) = world.call("DELETE", &path(&none, "/schedule"), Value::Null).await;
    assert_eq!((status, &message["status"], &message["schedule"]), (200, &json!("draft"), &Value::Null));
    assert_eq!(world.call("POST", &path(&none, "/send"), json!({})).await.1["status"], "sending");

    let passed = held().await;
    world.telltale.timers.tick().await;
    world.advance(SignedDuration::from_hours(26));
    assert_eq!(check(&world, &passed).await["warnings"][0]["code"], "time_passed");
    let (status, message) = world.call("POST", &path(&passed, "/send"), json!({})).await;
    assert_eq!((status, &message["status"]), (202, &json!("sending")), "a time that passed is now");
    world.run_for(SignedDuration::from_mins(10)).await;
    assert_eq!(world.received().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_moves_along_with_the_time_that_a_draft_holds() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let remind = json!({"title": "Call them", "condition": "not_opened", "due": "2026-11-23T11:00:00Z"});
    assert_eq!(world.call("PUT", &format!("/v1/messages/{id}/reminder"), remind.clone()).await.0, 200);
    let at = json!({"at": "2026-11-24T09:00:00Z"});
    let (_, message) = world.call("PUT", &format!("/v1/messages/{id}/schedule"), at).await;
    assert_eq!(message["reminder"]["due"]["at"], "2026-11-24T12:00:00.000Z");
    assert_eq!(world.message(&id).await["reminder"]["due"]["at"], "2026-11-24T12:00:00.000Z");
    let (status, problem) = world.call("PUT", &format!("/v1/messages/{id}/reminder"), remind).await;
    assert_eq!((status, &problem["code"]), (422, &json!("before_sending")));
}

#[tokio::test(start_paused = true)]
async fn metadata_is_kept_merged_and_listed() {
    let world = World::new().await;
    let mut draft = offer();
    draft["metadata"] = json!({"crm_activity": "123", "team": "north"});
    let id = world.draft(draft).await;
    let path = format!("/v1/messages/{id}");
    let (_, message) = world.call("PATCH", &path, json!({"metadata": {"team": null, "colour": "blue"}})).await;
    assert_eq!(message["metadata"], json!({"crm_activity": "123", "colour": "blue"}));
    assert_eq!(world.call("PATCH", &path, json!({"subject": "x"})).await.1["metadata"], message["metadata"]);
    world.release(&id).await;
    let (_, list) = world.call("GET", "/v1/messages", Value::Null).await;
    assert_eq!(list["items"][0]["metadata"], message["metadata"]);

    let many: serde_json::Map<String, Value> = (0..20).map(|n| (format!("n{n}"), json!("x"))).collect();
    let id = world.draft(json!({"metadata": many})).await;
    let path = format!("/v1/messages/{id}");
    for (metadata, pointer, code) in [
        (json!({"one_more": "x"}), "/metadata", "too_many"),
        (json!({"n1": "x".repeat(501)}), "/metadata/n1", "too_long"),
        (json!({"": "x"}), "/metadata/", "invalid_text"),
    ] {
        let (status, problem) = world.call("PATCH", &path, json!({"metadata": metadata})).await;
        assert_eq!((status, &problem["code"], &problem["errors"][0]["pointer"]), (422, &json!(code), &json!(pointer)));
    }
    assert_eq!(world.call("PATCH", &path, json!({"metadata": {"n1": null, "one_more": "x"}})).await.0, 200);
    assert_eq!(world.call("PATCH", &path, json!({"metadata": null})).await.1["metadata"], json!({}));
}

#[tokio::test(start_paused = true)]
async fn a_recommended_time_that_passed_meanwhile_is_now() {
    let world = World::new().await;
    let contact = json!({"emails": ["purchasing@example.org"], "time_zone": "Europe/Berlin"});
    world.call("PUT", "/v1/records/contact/c-1", contact).await;
    let (_, time) = world.call("GET", "/v1/delivery-time?email=purchasing@example.org", Value::Null).await;
    let recommended = json!({"at": time["recommended"]["at"]});
    let (held, sent) = (world.draft(offer()).await, world.draft(offer()).await);
    world.advance(SignedDuration::from_mins(10));
    let path = |id: &str, rest: &str| format!("/v1/messages/{id}/{rest}");
    assert_eq!(world.call("PUT", &path(&held, "schedule"), recommended.clone()).await.0, 200);
    for (id, body) in [(&held, json!({})), (&sent, recommended.clone())] {
        let (status, message) = world.call("POST", &path(id, "send"), body).await;
        assert_eq!(
            (status, &message["status"], &message["schedule"]),
            (202, &json!("sending"), &Value::Null),
            "{message}"
        );
    }
    world.settle().await;
    assert_eq!(world.received().len(), 2);

    let late = world.draft(offer()).await;
    let night = json!({"at": "2026-11-23T06:30:00Z"});
    assert_eq!(world.call("POST", &path(&late, "send"), night).await.1["code"], "in_the_past", "nobody recommended it");
    world.advance(SignedDuration::from_hours(1));
    assert_eq!(world.call("POST", &path(&late, "send"), recommended).await.1["code"], "in_the_past", "too long ago");
}
