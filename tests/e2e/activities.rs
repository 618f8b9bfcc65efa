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
    assert_eq!(activities(&world, "contact/c-1", "").await["items"][0]["status"], "draft");
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
    let page = activities(&world, "contact/c-1", "").await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["status"]), (1, &json!("draft")));
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

#[tokio::test(start_paused = true)]
async fn a_task_is_completed_changed_found_and_taken_away() {
    let world = World::new().await;
    contact(&world).await;
    let add = async |input: Value| world.call("POST", "/v1/records/contact/c-1/activities", input).await.1;
    let task = add(json!({"kind": "task", "subject": "Call back", "due": "2026-11-25T08:00:00Z"})).await;
    let later = add(json!({"kind": "phone_call", "subject": "Later", "due": "2026-12-25T08:00:00Z"})).await;
    let path = format!("/v1/activities/{}", task["id"].as_str().unwrap());
    let (status, found) = world.call("GET", &path, Value::Null).await;
    assert_eq!((status, &found["subject"], &found["done"]), (200, &json!("Call back"), &json!(false)), "{found}");
    assert_eq!(found["record"], json!({"type": "contact", "id": "c-1"}));
    let open = async |query: &str| {
        let (status, page) = world.call("GET", &format!("/v1/activities?{query}"), Value::Null).await;
        assert_eq!(status, 200, "{page}");
        page["items"].as_array().unwrap().iter().map(|item| item["subject"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(open("done=false").await, ["Call back", "Later"], "by when they are due");
    assert_eq!(open("done=false&due_before=2026-12-01T00:00:00Z").await, ["Call back"]);
    assert_eq!(open(&format!("owner={}&limit=1", world.user)).await, ["Call back"]);

    let change = json!({"done": true, "subject": "Called back", "due": "2026-11-26T08:00:00Z"});
    let (status, done) = world.call("PATCH", &path, change).await;
    assert_eq!((status, &done["done"], &done["done_at"]), (200, &json!(true), &json!("2026-11-23T08:00:00.000Z")));
    assert_eq!(open("done=false").await, ["Later"]);
    assert_eq!(open("done=true").await, ["Called back"]);
    let page = activities(&world, "contact/c-1", "").await;
    assert!(page["items"].as_array().unwrap().iter().any(|item| item["subject"] == "Called back"), "{page}");
    let (status, problem) = world.call("PATCH", &path, json!({"subject": null})).await;
    assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/subject")), "{problem}");

    let (_, _, other) = world.tenant("other@example.com").await;
    for method in ["GET", "PATCH", "DELETE"] {
        let body = if method == "PATCH" { json!({}) } else { Value::Null };
        assert_eq!(world.call_as(&other, method, &path, &[], body).await.0, 404);
    }
    let later = format!("/v1/activities/{}", later["id"].as_str().unwrap());
    assert_eq!(world.call("DELETE", &later, Value::Null).await.0, 204);
    assert_eq!(world.call("GET", &later, Value::Null).await.0, 404);
    assert_eq!(activities(&world, "contact/c-1", "").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_shows_what_its_contacts_and_opportunities_have_and_the_other_way_round() {
    let world = World::new().await;
    for (record, input) in [
        ("account/a-1", json!({"name": "Example Ltd"})),
        ("contact/c-1", json!({"name": "Purchasing", "emails": ["purchasing@example.org"], "account": "a-1"})),
        ("opportunity/o-7", json!({"name": "Chairs", "account": "a-1"})),
    ] {
        world.call("PUT", &format!("/v1/records/{record}"), input).await;
    }
    let to_contact = world.send(offer()).await;
    world.advance(SignedDuration::from_mins(1));
    let mut about = offer();
    (about["regarding"], about["to"]) =
        (json!({"type": "opportunity", "id": "o-7"}), json!([{"email": "purchasing@example.org"}]));
    let about_sale = world.send(about).await;
    assert_eq!(activities(&world, "account/a-1", "").await["items"], json!([]));
    let mut seen = Vec::new();
    let mut query = "?include=related&limit=1".to_owned();
    loop {
        let page = activities(&world, "account/a-1", &query).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["message"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?include=related&limit=1&cursor={cursor}");
    }
    assert_eq!(json!(seen), json!([about_sale, to_contact]), "each once, the newest first");
    let page = activities(&world, "contact/c-1", "?include=related&expand=timeline").await;
    let mail = &page["items"][1];
    assert!(mail["text"].as_str().unwrap().contains("our offer"), "{mail}");
    assert_eq!(mail["timeline"]["events"][1]["kind"], "sent", "{mail}");
    let (status, _) = world.call("GET", "/v1/records/contact/c-1/activities?include=all", Value::Null).await;
    assert_eq!(status, 422);
}

#[tokio::test(start_paused = true)]
async fn drafts_of_the_caller_are_listed_on_their_record() {
    let world = World::new().await;
    contact(&world).await;
    let id = world.draft(offer()).await;
    let page = activities(&world, "contact/c-1", "").await;
    let item = &page["items"][0];
    assert_eq!((&item["message"], &item["status"]), (&json!(id), &json!("draft")), "{page}");
    let seller = crate::team::Member::new(&world, "seller@example.com", "seller").await;
    let path = "/v1/records/contact/c-1/activities";
    assert_eq!(world.call_as(&seller.key, "GET", path, &[], Value::Null).await.1["items"], json!([]));
    world.release(&id).await;
    let page = activities(&world, "contact/c-1", "").await;
    assert_eq!((page["items"].as_array().unwrap().len(), &page["items"][0]["status"]), (1, &json!("sent")));
}
