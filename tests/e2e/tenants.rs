//! Two organisations: what belongs to one is not there for the other, on every route.

use serde_json::{Value, json};

use crate::world::{World, offer};

#[tokio::test(start_paused = true)]
async fn what_belongs_to_another_organisation_is_not_there() {
    let world = World::new().await;
    let (org, _, administrator) = world.tenant("other@example.com").await;
    let manager = json!({"action": "create_user", "org": org, "email": "manager@example.com", "role": "manager"});
    let manager = world.admin(manager).await["user"].clone();
    let other = world.admin(json!({"action": "create_key", "org": org, "user": manager})).await["api_key"].clone();
    let other = other.as_str().unwrap();
    assert_ne!(other, administrator);
    let id = world.draft(offer()).await;
    let file = world.attach(&id, "a.pdf", true, b"bytes").await;
    let (_, document) = world.call("GET", "/v1/openapi.json", Value::Null).await;
    let mut tried = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/v1/messages/{id}") {
            continue;
        }
        let path = path.replace("{id}", &id).replace("{attachment}", &file).replace("{n}", "0");
        for method in methods.as_object().unwrap().keys().filter(|key| *key != "parameters") {
            let body = match (method.as_str(), path.rsplit('/').next().unwrap()) {
                ("get" | "delete", _) => Value::Null,
                ("post", "attachments") => json!({"filename": "a", "content_type": "a/b", "size": 1}),
                ("post", "resolve") => json!({"as": "sent"}),
                ("post", "reassign") => json!({"owner": world.user}),
                ("put", "tracking") => json!({"requested": false}),
                ("put", "schedule") => json!({"at": "2026-11-24T08:00:00Z"}),
                ("put", "reminder") => json!({"title": "x", "condition": "always", "due": "2026-11-24T08:00:00Z"}),
                _ => json!({}),
            };
            let method = method.to_uppercase();
            let (status, problem) = world.call_as(other, &method, &path, &[], body).await;
            assert_eq!((status, problem["code"].as_str()), (404, Some("not_found")), "{method} {path}");
            tried += 1;
        }
    }
    assert!(tried >= 10, "{tried} routes");
    let (_, list) = world.call_as(other, "GET", "/v1/messages", &[], Value::Null).await;
    assert_eq!(list["items"], json!([]));
    let stolen = format!("/v1/messages?owner={}", world.user);
    assert_eq!(world.call_as(other, "GET", &stolen, &[], Value::Null).await.1["items"], json!([]));
    assert_eq!(world.message(&id).await["status"], "draft");
}

#[tokio::test(start_paused = true)]
async fn an_integration_names_users_of_its_own_organisation_only() {
    let world = World::new().await;
    let key = world.admin(json!({"action": "create_key", "org": world.org})).await["api_key"].clone();
    let key = key.as_str().unwrap();
    let (_, stranger, _) = world.tenant("other@example.com").await;
    for (user, want) in [(world.user.as_str(), 200), (stranger.as_str(), 422), ("", 422), ("usr_1", 422)] {
        let (status, _) = world.call_as(key, "GET", "/v1/me", &[("telltale-user", user)], Value::Null).await;
        assert_eq!(status, want, "{user}");
    }
    let (_, me) = world.call_as(&world.key, "GET", "/v1/me", &[("telltale-user", &stranger)], Value::Null).await;
    assert_eq!(me["user"]["id"], json!(world.user), "a user's key names nobody else");
}
