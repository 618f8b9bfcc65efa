//! What was done for a record.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{World, offer};

async fn activities(world: &World, record: &str, query: &str) -> Value {
    let (status, page) = world.call("GET", &format!("/v1/records/{record}/activities{query}"), Value::Null).await;
    assert_eq!(status, 200, "{page}");
    page
}

async fn contact(world: &World) {
    let record = json!({"name": "Purchasing", "emails": ["purchasing@example.org"]});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", record).await.0, 201);
}

#[tokio::test(start_paused = true)]
async fn a_mail_appears_by_itself_on_what_it_is_about_and_on_its_recipients() {
    let world = World::new().await;
    contact(&world).await;
    let mut draft = offer();
    draft["regarding"] = json!({"type": "opportunity", "id": "o-7"});
    let id = world.draft(draft).await;
    assert_eq!(activities(&world, "contact/c-1", "").await["items"], json!([]), "not while it is a draft");
    world.release(&id).await;
    world.advance(SignedDuration::from_mins(5));
    world.visit(&world.received()[0].pixel()).await;
    world.settle().await;
    for record in ["contact/c-1", "opportunity/o-7"] {
        let page = activities(&world, record, "").await;
        let mail = &page["items"][0];
        assert_eq!((&mail["kind"], &mail["message"], &mail["status"]), (&json!("mail"), &json!(id), &json!("sent")));
        assert_eq!((&mail["summary"], &mail["kpis"]["opens"]), (&json!("Last opened just now"), &json!(1)), "{page}");
        assert_eq!((page["items"].as_array().unwrap().len(), &page["next_cursor"]), (1, &Value::Null));
    }
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_is_moved_or_taken_back_is_there_once_or_not_at_all() {
    let world = World::new().await;
    contact(&world).await;
    let id = world.draft(offer()).await;
    let path = format!("/v1/messages/{id}");
    world.call("POST", &format!("{path}/send"), json!({"at": "2026-11-23T10:00:00Z"})).await;
    world.call("PUT", &format!("{path}/schedule"), json!({"at": "2026-11-23T12:00:00Z"})).await;
    let page = activities(&world, "contact/c-1", "").await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["status"]), (1, &json!("scheduled")));
    assert_eq!(page["items"][0]["created_at"], "2026-11-23T12:00:00.000Z");
    world.call("DELETE", &format!("{path}/schedule"), Value::Null).await;
    assert_eq!(activities(&world, "contact/c-1", "").await["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn calls_tasks_and_appointments_are_added_and_read_page_by_page() {
    let world = World::new().await;
    contact(&world).await;
    let add = async |input: Value| world.call("POST", "/v1/records/contact/c-1/activities", input).await;
    for (kind, subject) in [("phone_call", "one"), ("task", "two"), ("appointment", "three")] {
        let (status, added) = add(json!({"kind": kind, "subject": subject, "due": "2026-11-25T08:00:00Z"})).await;
        assert_eq!((status, &added["kind"]), (201, &json!(kind)), "{added}");
        world.advance(SignedDuration::from_mins(1));
    }
    let (mut subjects, mut query) = (Vec::new(), "?limit=1".to_owned());
    loop {
        let page = activities(&world, "contact/c-1", &query).await;
        subjects.extend(page["items"].as_array().unwrap().iter().map(|item| item["subject"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=1&cursor={cursor}");
    }
    assert_eq!(subjects, ["three", "two", "one"], "the newest first, each once");
    for (input, code) in [
        (json!({"kind": "mail", "subject": "x"}), "invalid_value"),
        (json!({"kind": "task", "subject": " "}), "missing_field"),
        (json!({"kind": "appointment", "subject": "x"}), "missing_field"),
    ] {
        let (status, problem) = add(input).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(code)));
    }
    let (_, _, other) = world.tenant("other@example.com").await;
    let path = "/v1/records/contact/c-1/activities";
    let (status, _) = world.call_as(&other, "POST", path, &[], json!({"kind": "task", "subject": "x"})).await;
    assert_eq!(status, 404);
    assert_eq!(world.call_as(&other, "GET", path, &[], Value::Null).await.1["items"], json!([]));
}
