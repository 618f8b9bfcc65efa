//! A team: roles, users, keys, the audit log, and how a request is counted and named.

mod document;
mod doors;
mod hand_over;
mod keys;
mod matrix;
mod users;

use serde_json::{Value, json};

use crate::world::World;

/// A user of the world's organisation, made over the API, with a key.
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) key: String,
}

impl Member {
    pub(crate) async fn new(world: &World, email: &str, role: &str) -> Self {
        let input = json!({"email": email, "name": "Colleague", "role": role});
        let (status, user) = world.call("POST", "/v1/users", input).await;
        assert_eq!(status, 201, "{user}");
        let id = user["id"].as_str().unwrap().to_owned();
        let key = key_for(world, json!({"name": "test", "user": id})).await;
        Self { id, key }
    }

    pub(crate) async fn call(&self, world: &World, method: &str, path: &str, body: Value) -> (u16, Value) {
        world.call_as(&self.key, method, path, &[], body).await
    }

    pub(crate) async fn draft(&self, world: &World) -> String {
        let (status, message) = self.call(world, "POST", "/v1/messages", crate::world::offer()).await;
        assert_eq!(status, 201, "{message}");
        message["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn send(&self, world: &World) -> String {
        let id = self.draft(world).await;
        let (status, message) = self.call(world, "POST", &format!("/v1/messages/{id}/send"), json!({})).await;
        assert_eq!(status, 202, "{message}");
        world.settle().await;
        id
    }
}

/// A key of the world's organisation, made over the API.
pub(crate) async fn key_for(world: &World, input: Value) -> String {
    let (status, key) = world.call("POST", "/v1/keys", input).await;
    assert_eq!(status, 201, "{key}");
    key["secret"].as_str().unwrap().to_owned()
}

/// The code of a problem.
pub(crate) fn code((status, problem): &(u16, Value)) -> (u16, &str) {
    (*status, problem["code"].as_str().unwrap_or_default())
}

#[tokio::test(start_paused = true)]
async fn a_draft_is_its_owners_and_managers_read_it() {
    let world = World::new().await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let other = Member::new(&world, "other@example.com", "seller").await;
    let manager = Member::new(&world, "manager@example.com", "manager").await;
    let draft = seller.draft(&world).await;
    let path = format!("/v1/messages/{draft}");

    for (who, want) in [(&seller.key, 200), (&other.key, 404), (&world.key, 404), (&manager.key, 200)] {
        assert_eq!(world.call_as(who, "GET", &path, &[], Value::Null).await.0, want);
        let timeline = format!("{path}/timeline");
        assert_eq!(world.call_as(who, "GET", &timeline, &[], Value::Null).await.0, want);
    }
    for (method, action, body) in [
        ("PATCH", "", json!({"subject": "Mine"})),
        ("POST", "/send", json!({})),
        ("PUT", "/tracking", json!({"requested": false})),
        ("PUT", "/reminder", json!({"title": "x", "condition": "always", "due": "2026-11-24T08:00:00Z"})),
        ("POST", "/attachments", json!({"filename": "a", "content_type": "a/b", "size": 1})),
        ("DELETE", "", Value::Null),
    ] {
        let path = format!("{path}{action}");
        assert_eq!(code(&manager.call(&world, method, &path, body.clone()).await), (403, "forbidden"), "{path}");
        assert_eq!(code(&other.call(&world, method, &path, body).await), (404, "not_found"), "{path}");
    }
    let unchanged = seller.call(&world, "GET", &path, Value::Null).await.1;
    assert_eq!((unchanged["status"].as_str(), unchanged["subject"].as_str()), (Some("draft"), Some("Angebot für Sie")));

    let list = format!("/v1/messages?owner={}", seller.id);
    let ids = async |key: &str| world.call_as(key, "GET", &list, &[], Value::Null).await.1["items"].clone();
    assert_eq!(ids(&other.key).await, json!([]));
    assert_eq!(ids(&manager.key).await[0]["id"], json!(draft));
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_is_seen_as_the_setting_says() {
    let world = World::new().await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let other = Member::new(&world, "other@example.com", "seller").await;
    let manager = Member::new(&world, "manager@example.com", "manager").await;
    let record = json!({"name": "Purchasing", "emails": ["purchasing@example.org"]});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", record).await.0, 201);
    let sent = seller.send(&world).await;
    let path = format!("/v1/messages/{sent}");
    let activities = "/v1/records/contact/c-1/activities";

    for (setting, sees) in [("organisation", true), ("owner", false)] {
        let (status, settings) = world.call("PATCH", "/v1/settings", json!({"sent_visibility": setting})).await;
        assert_eq!((status, settings["sent_visibility"].as_str()), (200, Some(setting)));
        for (member, sees) in [(&seller, true), (&other, sees), (&manager, true)] {
            let status = member.call(&world, "GET", &path, Value::Null).await.0;
            assert_eq!(status, if sees { 200 } else { 404 }, "{setting}");
            let listed = format!("/v1/messages?owner={}", seller.id);
            for list in [listed.as_str(), "/v1/messages?record=contact:c-1", activities] {
                let items = member.call(&world, "GET", list, Value::Null).await.1["items"].clone();
                assert_eq!(items.as_array().unwrap().len(), usize::from(sees), "{setting} {list}");
            }
        }
        let cancelled = other.call(&world, "DELETE", &path, Value::Null).await;
        assert_eq!(code(&cancelled), if sees { (403, "forbidden") } else { (404, "not_found") });
    }
}

#[tokio::test(start_paused = true)]
async fn a_manager_sees_everybodys_cards_and_acts_on_none() {
    let world = World::new().await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let manager = Member::new(&world, "manager@example.com", "manager").await;
    seller.send(&world).await;
    let pixel = world.received()[0].pixel();
    world.advance(jiff::SignedDuration::from_hours(1));
    world.visit(&pixel).await;
    world.settle().await;

    let list = format!("/v1/cards?owner={}", seller.id);
    let (status, cards) = manager.call(&world, "GET", &list, Value::Null).await;
    assert_eq!((status, cards["items"][0]["kind"].as_str()), (200, Some("first_open")));
    assert_eq!(code(&world.call("GET", &list, Value::Null).await), (403, "forbidden"));
    let dismiss = format!("/v1/cards/{}/dismiss", cards["items"][0]["id"].as_str().unwrap());
    assert_eq!(code(&manager.call(&world, "POST", &dismiss, json!({})).await), (404, "not_found"));
    assert_eq!(seller.call(&world, "POST", &dismiss, json!({})).await.0, 200);
}
