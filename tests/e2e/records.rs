//! Records of the CRM: saved, found, and what was exchanged with them.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::team::Member;
use crate::world::{World, offer};

async fn put(world: &World, record: &str, input: Value) -> Value {
    let (status, saved) = world.call("PUT", &format!("/v1/records/{record}"), input).await;
    assert!(status == 201 || status == 200, "{saved}");
    saved
}

async fn get(world: &World, path: &str) -> Value {
    let (status, found) = world.call("GET", path, Value::Null).await;
    assert_eq!(status, 200, "{path}: {found}");
    found
}

async fn refused(world: &World, method: &str, path: &str, input: Value) -> (u16, Value) {
    let (status, problem) = world.call(method, path, input).await;
    (status, problem["errors"][0]["pointer"].clone())
}

/// The ids of all pages.
async fn ids(world: &World, query: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(world, &format!("/v1/records?{query}{cursor}")).await;
        let items = page["items"].as_array().unwrap();
        assert!(!items.is_empty() || page["next_cursor"].is_null(), "only the last page may be empty");
        all.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return all };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_keeps_fields_an_address_in_the_crm_and_an_outcome() {
    let world = World::new().await;
    let person = json!({"name": "Ann", "emails": ["ann@example.org"], "email_enabled": true,
        "fields": {"order_number": "4711", "tier": "gold"}, "url": "https://crm.example.com/people/1"});
    let saved = put(&world, "contact/c-1", person.clone()).await;
    for name in ["fields", "url", "email_enabled"] {
        assert_eq!(saved[name], person[name]);
    }
    assert_eq!((&saved["outcome"], &saved["closed_at"]), (&Value::Null, &Value::Null));
    let path = "/v1/records/contact/c-1";
    let merge = json!({"fields": {"tier": null, "seats": "20"}, "address": {"city": "Graz", "country": "Austria"}});
    let (_, changed) = world.call("PATCH", path, merge).await;
    assert_eq!(changed["fields"], json!({"order_number": "4711", "seats": "20"}), "a merge patch");
    let (_, changed) = world.call("PATCH", path, json!({"address": {"city": null, "street": "Ring 1"}})).await;
    assert_eq!(
        (&changed["address"]["city"], &changed["address"]["street"], &changed["address"]["country"]),
        (&Value::Null, &json!("Ring 1"), &json!("Austria"))
    );

    let sale = put(&world, "opportunity/o-1", json!({"name": "Chairs"})).await;
    assert_eq!((&sale["outcome"], &sale["closed_at"]), (&json!("open"), &Value::Null));
    let (_, won) = world.call("PATCH", "/v1/records/opportunity/o-1", json!({"outcome": "won"})).await;
    assert_eq!((&won["outcome"], &won["closed_at"]), (&json!("won"), &json!("2026-11-23T08:00:00.000Z")));
    let closed = json!({"outcome": "lost", "closed_at": "2026-11-20T10:00:00Z"});
    let (_, lost) = world.call("PATCH", "/v1/records/opportunity/o-1", closed).await;
    assert_eq!((&lost["outcome"], &lost["closed_at"]), (&json!("lost"), &json!("2026-11-20T10:00:00.000Z")));
    let (_, open) = world.call("PATCH", "/v1/records/opportunity/o-1", json!({"outcome": "open"})).await;
    assert_eq!(open["closed_at"], Value::Null);

    let many: serde_json::Map<_, _> = (0..31).map(|n| (format!("f{n}"), json!("x"))).collect();
    for (record, input, pointer) in [
        ("contact/c-1", json!({"fields": many}), "/fields"),
        ("contact/c-1", json!({"fields": {"a b": "x"}}), "/fields/a b"),
        ("contact/c-1", json!({"fields": {"a": "x".repeat(1001)}}), "/fields/a"),
        ("contact/c-1", json!({"url": "javascript:alert(1)"}), "/url"),
        ("contact/c-1", json!({"outcome": "won"}), "/outcome"),
        ("opportunity/o-1", json!({"outcome": "perhaps"}), "/outcome"),
        ("opportunity/o-1", json!({"outcome": "open", "closed_at": "2026-11-20T10:00:00Z"}), "/closed_at"),
    ] {
        let path = format!("/v1/records/{record}");
        assert_eq!(refused(&world, "PATCH", &path, input).await, (422, json!(pointer)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_says_what_holds_for_it_and_who_decides() {
    let world = World::new().await;
    put(&world, "account/a-1", json!({"name": "Example Ltd", "tracking": "deny"})).await;
    let contact = json!({"name": "Ann", "emails": ["ann@example.org"], "account": "a-1", "tracking": "allow"});
    let saved = put(&world, "contact/c-1", contact).await;
    let decider = json!({"type": "account", "id": "a-1", "name": "Example Ltd"});
    assert_eq!(saved["effective"], json!({"tracking": "deny", "decided_by": decider}));
    put(&world, "account/a-1", json!({"name": "Example Ltd", "tracking": "unknown"})).await;
    let own = json!({"type": "contact", "id": "c-1", "name": "Ann"});
    let found = get(&world, "/v1/records/contact/c-1").await;
    assert_eq!(found["effective"], json!({"tracking": "allow", "decided_by": own}));
    let unknown = put(&world, "lead/l-1", json!({"name": "Bo"})).await;
    assert_eq!(unknown["effective"], json!({"tracking": "allow", "decided_by": null}));
    world.call("PATCH", "/v1/settings", json!({"unknown_consent": "deny"})).await;
    let page = get(&world, "/v1/records?type=lead").await;
    assert_eq!(page["items"][0]["effective"], json!({"tracking": "deny", "decided_by": null}));
}

#[tokio::test(start_paused = true)]
async fn an_organisation_names_types_of_its_own_and_where_they_are_found() {
    let world = World::new().await;
    assert_eq!(world.call("PUT", "/v1/records/project/p-1", json!({"name": "Bridge"})).await.0, 404);
    let change = json!({"record_types": ["project"],
        "record_urls": {"project": "https://crm.example.com/{type}/{id}", "contact": "https://crm.example.com/c?id={id}"}});
    let (status, settings) = world.call("PATCH", "/v1/settings", change.clone()).await;
    assert_eq!((status, &settings["record_types"]), (200, &change["record_types"]), "{settings}");
    assert_eq!(settings["record_urls"], change["record_urls"]);
    let saved = put(&world, "project/p-1", json!({"name": "Bridge"})).await;
    assert_eq!((&saved["type"], &saved["url"]), (&json!("project"), &json!("https://crm.example.com/project/p-1")));
    let person = put(&world, "contact/c-1", json!({"name": "Ann"})).await;
    assert_eq!(person["url"], "https://crm.example.com/c?id=c-1");
    let mut draft = offer();
    draft["regarding"] = json!({"type": "project", "id": "p-1"});
    let id = world.send(draft).await;
    let page = get(&world, "/v1/records/project/p-1/activities").await;
    assert_eq!(page["items"][0]["message"], json!(id));
    for (change, pointer) in [
        (json!({"record_types": ["contact"]}), "/record_types"),
        (json!({"record_types": ["Big Thing"]}), "/record_types/0"),
        (json!({"record_urls": {"project": "https://{id}.example.com"}}), "/record_urls"),
    ] {
        assert_eq!(refused(&world, "PATCH", "/v1/settings", change).await, (422, json!(pointer)));
    }
}

#[tokio::test(start_paused = true)]
async fn records_are_listed_by_type_words_address_account_and_change_page_by_page() {
    let world = World::new().await;
    for (record, input) in [
        ("account/a-1", json!({"name": "Example Ltd"})),
        ("contact/c-1", json!({"name": "Ann Berg", "emails": ["ann@example.org"], "account": "a-1"})),
        ("contact/c-2", json!({"name": "Bo Tal", "emails": ["bo@example.org"], "account": "a-1"})),
        ("lead/l-1", json!({"name": "Cy Berg", "emails": ["ann@example.org"]})),
        ("opportunity/o-1", json!({"name": "Chairs", "account": "a-1"})),
    ] {
        put(&world, record, input).await;
        world.advance(SignedDuration::from_mins(1));
    }
    let since = world.now();
    world.call("PATCH", "/v1/records/contact/c-1", json!({"phone": "+43 1 234"})).await;
    for (query, want) in [
        ("", vec!["c-1", "o-1", "l-1", "c-2", "a-1"]),
        ("limit=2&", vec!["c-1", "o-1", "l-1", "c-2", "a-1"]),
        ("type=contact&limit=1", vec!["c-1", "c-2"]),
        ("q=berg&limit=1", vec!["c-1", "l-1"]),
        ("q=BO@example", vec!["c-2"]),
        ("q=nobody", vec![]),
        ("email=Ann@example.org", vec!["c-1", "l-1"]),
        ("email=ann@example.org&type=lead", vec!["l-1"]),
        ("account=a-1&limit=2", vec!["c-1", "c-2", "o-1"]),
        ("account=a-1&type=opportunity", vec!["o-1"]),
        (&format!("updated_after={}", since - SignedDuration::from_millis(1)), vec!["c-1"]),
    ] {
        assert_eq!(ids(&world, query).await, want, "{query}");
    }
    world.call("DELETE", "/v1/records/contact/c-2", Value::Null).await;
    assert_eq!(ids(&world, "account=a-1").await, ["c-1", "o-1"]);
    assert_eq!(ids(&world, "type=contact").await, ["c-1"]);
    let (status, problem) = world.call("GET", "/v1/records?type=Nothing", Value::Null).await;
    assert_eq!((status, &problem["errors"][0]["parameter"]), (422, &json!("type")));
    let (_, _, other) = world.tenant("other@example.com").await;
    assert_eq!(world.call_as(&other, "GET", "/v1/records", &[], Value::Null).await.1["items"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_batch_saves_what_it_can_and_says_what_it_cannot() {
    let world = World::new().await;
    put(&world, "contact/c-1", json!({"name": "Old", "tracking": "deny"})).await;
    let items = json!([
        {"type": "contact", "id": "c-1", "name": "Ann"},
        {"type": "lead", "id": "l-1", "emails": ["bo@example.org"]},
        {"type": "contact", "id": "c-3", "emails": ["no address"]},
        {"type": "contact", "id": "c 4"},
        {"type": "contact", "id": "c-5", "colour": "red"},
    ]);
    let (status, done) = world.call("POST", "/v1/records/batch", json!({"items": items})).await;
    assert_eq!(status, 200, "{done}");
    let seen: Vec<_> = done["items"].as_array().unwrap().iter().map(|item| item["status"].clone()).collect();
    assert_eq!(json!(seen), json!([200, 201, 422, 422, 422]));
    assert_eq!((&done["items"][0]["type"], &done["items"][0]["id"]), (&json!("contact"), &json!("c-1")));
    assert_eq!(done["items"][0]["problem"], Value::Null);
    assert_eq!(done["items"][2]["problem"]["errors"][0]["pointer"], "/emails/0");
    assert_eq!(done["items"][4]["problem"]["code"], "unknown_field");
    let kept = get(&world, "/v1/records/contact/c-1").await;
    assert_eq!((&kept["name"], &kept["tracking"]), (&json!("Ann"), &json!("deny")));
    let many = vec![json!({"type": "lead", "id": "x"}); 101];
    for items in [json!(many), json!([])] {
        assert_eq!(refused(&world, "POST", "/v1/records/batch", json!({"items": items})).await, (422, json!("/items")));
    }
}

#[tokio::test(start_paused = true)]
async fn the_figures_of_a_record_are_its_own() {
    let world = World::new().await;
    put(&world, "contact/c-1", json!({"name": "Ann", "emails": ["ann@example.org"]})).await;
    let mut both = offer();
    both["to"] = json!([{"email": "ann@example.org"}, {"email": "bo@example.org"}]);
    both["regarding"] = json!({"type": "opportunity", "id": "o-7"});
    world.send(both).await;
    let mut alone = offer();
    alone["to"] = json!([{"email": "ann@example.org"}]);
    world.send(alone).await;
    world.advance(SignedDuration::from_mins(5));
    for mail in world.received() {
        world.visit(&mail.pixel()).await;
    }
    world.settle().await;
    let kpis = get(&world, "/v1/records/contact/c-1/kpis").await;
    assert_eq!((&kpis["messages"], &kpis["opens"]), (&json!(2), &json!(2)), "{kpis}");
    assert_eq!(kpis["last_opened_at"], "2026-11-23T08:05:00.000Z");
    let kpis = get(&world, "/v1/records/opportunity/o-7/kpis").await;
    assert_eq!((&kpis["messages"], &kpis["opens"]), (&json!(1), &json!(2)), "{kpis}");
    world.call("PATCH", "/v1/settings", json!({"sent_visibility": "owner", "tracking_enabled": true})).await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let path = "/v1/records/contact/c-1/kpis";
    assert_eq!(world.call_as(&seller.key, "GET", path, &[], Value::Null).await.1["messages"], 0);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_comes_later_gets_its_earlier_mail() {
    let world = World::new().await;
    let draft = world.draft(offer()).await;
    let id = world.send(offer()).await;
    let record = json!({"name": "Purchasing", "emails": ["Purchasing@example.org"]});
    put(&world, "contact/c-1", record.clone()).await;
    let page = get(&world, "/v1/records/contact/c-1/activities").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 2, "{page}");
    assert!(page["items"].as_array().unwrap().iter().any(|item| item["message"] == json!(id)));
    for id in [&id, &draft] {
        assert_eq!(world.message(id).await["to"][0]["record"], json!({"type": "contact", "id": "c-1"}));
    }
    put(&world, "contact/c-1", record).await;
    put(&world, "lead/l-1", json!({"name": "Late"})).await;
    world.call("PATCH", "/v1/records/lead/l-1", json!({"emails": ["purchasing@example.org"]})).await;
    let page = get(&world, "/v1/records/lead/l-1/activities").await;
    assert!(page["items"].as_array().unwrap().iter().any(|item| item["message"] == json!(id)), "{page}");
    assert_eq!(world.message(&id).await["to"][0]["record"]["id"], "c-1", "the first one stays");
    let found = get(&world, "/v1/messages?record=contact:c-1").await;
    assert_eq!(found["items"][0]["id"], json!(id));
}
