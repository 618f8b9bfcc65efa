//! Keys over the API, and the audit log.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Member, code, key_for};
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_key_is_shown_once_listed_without_its_secret_and_taken_back() {
    let world = World::new().await;
    let input = json!({"name": "CRM", "scopes": ["records"], "expires_at": "2026-11-24T08:00:00Z"});
    let once = [("idempotency-key", "one")];
    let (status, key) = world.call_as(&world.key, "POST", "/v1/keys", &once, input.clone()).await;
    assert_eq!((status, key["kind"].as_str()), (201, Some("integration")), "{key}");
    let secret = key["secret"].as_str().unwrap().to_owned();
    let (status, again) = world.call_as(&world.key, "POST", "/v1/keys", &once, input).await;
    assert_eq!((status, &again["id"], &again["secret"]), (201, &key["id"], &Value::Null), "the secret is not kept");
    assert!(!world.stored().await.iter().any(|item| item.contains(&secret[40..])));

    let works = async |secret: &str| world.call_as(secret, "GET", "/v1/me", &[], Value::Null).await.0;
    assert_eq!(works(&secret).await, 200);
    let listed = async || {
        let page = world.call("GET", "/v1/keys", Value::Null).await.1;
        page["items"].as_array().unwrap().iter().find(|item| item["id"] == key["id"]).cloned()
    };
    let item = listed().await.unwrap();
    assert_eq!((&item["last_used_at"], item.get("secret")), (&json!("2026-11-23T08:00:00.000Z"), None));
    assert_eq!(item["scopes"], json!(["records"]));

    world.advance(SignedDuration::from_hours(24));
    assert_eq!(works(&secret).await, 401, "it has expired");
    let path = format!("/v1/keys/{}", key["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(world.call("DELETE", &path, Value::Null).await.0, 204);
    }
    assert_eq!(listed().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_taken_back_is_refused() {
    let world = World::new().await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let keys = world.call("GET", "/v1/keys", Value::Null).await.1["items"].clone();
    let own = keys.as_array().unwrap().iter().find(|key| key["user"] == json!(seller.id)).unwrap();
    let path = format!("/v1/keys/{}", own["id"].as_str().unwrap());
    let (_, _, stranger) = world.tenant("stranger@example.com").await;
    let refused = world.call_as(&stranger, "DELETE", &path, &[], Value::Null).await;
    assert_eq!(code(&refused), (404, "not_found"), "another organisation's key");
    assert_eq!(seller.call(&world, "GET", "/v1/me", Value::Null).await.0, 200);
    assert_eq!(world.call("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(seller.call(&world, "GET", "/v1/me", Value::Null).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_for_a_user_or_for_an_integration() {
    let world = World::new().await;
    for (input, pointer, want) in [
        (json!({"name": "x"}), "/user", "invalid_value"),
        (json!({"name": "x", "user": world.user, "scopes": ["records"]}), "/user", "invalid_value"),
        (json!({"name": "x", "scopes": []}), "/scopes", "invalid_value"),
        (json!({"name": "x", "scopes": ["all"]}), "/scopes/0", "invalid_value"),
        (json!({"name": " ", "user": world.user}), "/name", "missing_field"),
        (json!({"name": "x", "user": "usr_1"}), "/user", "unknown_user"),
        (json!({"name": "x", "user": world.user, "expires_at": "2026-11-23T08:00:00Z"}), "/expires_at", "in_the_past"),
    ] {
        let (status, problem) = world.call("POST", "/v1/keys", input.clone()).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(want)), "{input}");
        assert_eq!(problem["errors"][0]["pointer"].as_str(), Some(pointer), "{problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_who_did_what_through_which_door() {
    let world = World::new().await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let integration = key_for(&world, json!({"name": "CRM", "scopes": ["records", "messages"]})).await;
    world.call("PATCH", "/v1/settings", json!({"retention_days": 100})).await;
    let record = json!({"name": "Private Person", "emails": ["person@example.org"], "tracking": "deny"});
    world.call_as(&integration, "PUT", "/v1/records/contact/c-1", &[], record).await;
    let for_seller = [("telltale-user", seller.id.as_str())];
    let draft = world.call_as(&integration, "POST", "/v1/messages", &for_seller, crate::world::offer()).await.1;
    let send = format!("/v1/messages/{}/send", draft["id"].as_str().unwrap());
    assert_eq!(world.call_as(&integration, "POST", &send, &for_seller, json!({})).await.0, 202);
    world.call("POST", "/v1/records/contact/c-1/export", json!({})).await;
    world.call("POST", "/v1/records/contact/c-1/erase", json!({})).await;

    let lines = world.call("GET", "/v1/audit", Value::Null).await.1;
    let told: Vec<(&str, &str, &str)> = lines["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            let text = |value: &'static str| line[value].as_str().unwrap();
            (text("action"), text("door"), line["actor"]["kind"].as_str().unwrap())
        })
        .collect();
    let mut sorted = told.clone();
    sorted.sort_unstable();
    let expected = [
        ("key.created", "admin", "admin"),
        ("key.created", "api", "user"),
        ("key.created", "api", "user"),
        ("message.sent_for", "api", "user"),
        ("organisation.created", "admin", "admin"),
        ("person.erased", "api", "user"),
        ("person.exported", "api", "user"),
        ("record.preference_changed", "api", "integration"),
        ("settings.changed", "api", "user"),
        ("user.created", "admin", "admin"),
        ("user.created", "api", "user"),
    ];
    assert_eq!(sorted, expected);
    for secret in ["Private", "example.org", "seller@example.com"] {
        assert!(!lines.to_string().contains(secret), "{secret}");
    }

    let filtered = format!("/v1/audit?action=user.created&actor={}", world.user);
    let found = world.call("GET", &filtered, Value::Null).await.1;
    assert_eq!((found["items"].as_array().unwrap().len(), &found["items"][0]["target"]), (1, &json!(seller.id)));
    assert!(found["items"][0]["request_id"].as_str().is_some_and(|id| !id.is_empty()));

    let mut seen = 0;
    let mut path = "/v1/audit?limit=4".to_owned();
    loop {
        let page = world.call("GET", &path, Value::Null).await.1;
        seen += page["items"].as_array().unwrap().len();
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/audit?limit=4&cursor={cursor}");
    }
    assert_eq!(seen, expected.len());
}

#[tokio::test(start_paused = true)]
async fn a_line_goes_when_its_time_is_over() {
    let world = World::new().await;
    world.call("PATCH", "/v1/settings", json!({"audit_days": 1})).await;
    let count = async || {
        let page = world.call("GET", "/v1/audit?action=settings.changed", Value::Null).await.1;
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(count().await, 1);
    world.advance(SignedDuration::from_hours(24));
    assert_eq!(count().await, 0);
}
