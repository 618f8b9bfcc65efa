//! Every route with every role, an integration of each scope, and keys that no longer count.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Member, key_for};
use crate::world::World;

const SCOPES: [&str; 9] =
    ["messages", "records", "templates", "settings", "people", "events", "users", "mailboxes", "items"];

/// The answers that a route is to give: the roles that it lets in (`A`dministrator, `M`anager, `S`eller), and the scope that
/// lets an integration in.
struct Expected(&'static str, Option<&'static str>);

#[expect(clippy::match_same_arms, reason = "a row for each noun")]
fn expected(operation: &str) -> Expected {
    let everybody = "AMS";
    match operation {
        "me_get" | "me_update" => Expected(everybody, None),
        "users_list" | "users_get" => Expected(everybody, Some("users")),
        "users_create" | "users_update" | "users_deactivate" => Expected("A", Some("users")),
        "keys_list" | "keys_create" | "keys_delete" => Expected("A", None),
        "audit_list" => Expected("A", Some("users")),
        "settings_get" => Expected(everybody, Some("settings")),
        "settings_update" | "settings_put" => Expected("A", Some("settings")),
        "messages_list" | "messages_check" | "replies_get" | "messages_create" | "messages_get" | "messages_update"
        | "messages_delete" | "messages_send" | "copies_resolve" | "schedule_put" | "schedule_delete"
        | "reminder_put" | "reminder_delete" | "tracking_get" | "tracking_put" | "timeline_get"
        | "attachments_list" | "attachments_create" | "attachments_get" | "attachments_update"
        | "attachments_delete" | "cards_list" | "cards_get" | "cards_dismiss" | "cards_snooze" | "cards_undo"
        | "cards_phone_call" | "delivery_time_get" | "images_list" | "images_create" | "images_get"
        | "images_delete" => Expected(everybody, Some("messages")),
        "messages_reassign" => Expected("M", Some("messages")),
        "records_list" | "records_put" | "records_get" | "records_update" | "records_delete" | "records_batch"
        | "records_kpis" | "activities_list" | "activities_create" | "tasks_list" | "tasks_get" | "tasks_update"
        | "tasks_delete" | "consent_list" => Expected(everybody, Some("records")),
        "people_export" | "people_erase" => Expected("AM", Some("people")),
        "templates_list"
        | "templates_create"
        | "templates_get"
        | "templates_put"
        | "templates_delete"
        | "templates_update"
        | "templates_languages"
        | "templates_render" => Expected(everybody, Some("templates")),
        "suppressions_list" | "suppressions_get" => Expected(everybody, Some("settings")),
        "suppressions_delete" => Expected("AM", Some("settings")),
        "document_get" => Expected("public", None),
        other => panic!("write down who may do {other}"),
    }
}

/// A route with ids that name nothing.
struct Route {
    operation: String,
    method: String,
    path: String,
}

impl Route {
    fn body(&self) -> Value {
        if ["GET", "DELETE"].contains(&self.method.as_str()) { Value::Null } else { json!({}) }
    }
}

async fn routes(world: &World) -> Vec<Route> {
    let document = world.call("GET", "/v1/openapi.json", Value::Null).await.1;
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let prefix = match path.split('/').nth(2).unwrap() {
            "templates" => "tpl",
            "cards" => "crd",
            "images" => "img",
            "users" => "usr",
            "keys" => "key",
            "activities" => "act",
            _ => "msg",
        };
        let id = format!("{prefix}_{}", "0".repeat(32));
        let path = path.replace("{type}", "contact").replace("{n}", "0").replace("{email}", "a@example.org");
        let path = path.replace("/records/contact/{id}", "/records/contact/none").replace("{id}", &id);
        let path = path.replace("{attachment}", "att_0").replace("{event}", "evt_0");
        assert!(!path.contains('{'), "{path}");
        for (method, operation) in methods.as_object().unwrap() {
            if method != "parameters" {
                let operation = operation["operationId"].as_str().unwrap().to_owned();
                routes.push(Route { operation, method: method.to_uppercase(), path: path.clone() });
            }
        }
    }
    routes
}

async fn status(world: &World, key: &str, user: Option<&str>, route: &Route) -> u16 {
    let headers: Vec<(&str, &str)> = user.iter().map(|user| ("telltale-user", *user)).collect();
    world.call_as(key, &route.method, &route.path, &headers, route.body()).await.0
}

#[tokio::test(start_paused = true)]
async fn every_route_lets_in_whom_it_should() {
    let world = World::new().await;
    let manager = Member::new(&world, "manager@example.com", "manager").await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let gone = Member::new(&world, "gone@example.com", "seller").await;
    let deactivate = format!("/v1/users/{}/deactivate", gone.id);
    assert_eq!(world.call("POST", &deactivate, json!({})).await.0, 200);
    let mut integrations = BTreeMap::new();
    for scope in SCOPES {
        integrations.insert(scope, key_for(&world, json!({"name": scope, "scopes": [scope]})).await);
    }

    let mut tried = 0;
    for route in routes(&world).await {
        let Expected(roles, scope) = expected(&route.operation);
        if roles == "public" {
            assert_eq!(status(&world, "none", None, &route).await, 200, "{}", route.operation);
            continue;
        }
        for (role, key) in [('A', &world.key), ('M', &manager.key), ('S', &seller.key)] {
            let refused = status(&world, key, None, &route).await == 403;
            assert_eq!(refused, !roles.contains(role), "{} {role}", route.operation);
            tried += 1;
        }
        for key in ["none", &gone.key] {
            assert_eq!(status(&world, key, None, &route).await, 401, "{}", route.operation);
            tried += 1;
        }
        for (own, key) in &integrations {
            let refused = status(&world, key, Some(&manager.id), &route).await == 403;
            let let_in = scope == Some(*own) || route.operation.starts_with("me_");
            assert_eq!(refused, !let_in, "{} with scope {own}", route.operation);
            tried += 1;
        }
    }
    assert!(tried > 700, "{tried}");
}

#[tokio::test(start_paused = true)]
async fn an_integration_names_a_user_only_where_one_is_needed() {
    let world = World::new().await;
    let key = key_for(&world, json!({"name": "all", "scopes": SCOPES})).await;
    let call = async |method: &str, path: &str, body: Value| {
        let (status, answer) = world.call_as(&key, method, path, &[], body).await;
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    };
    let record = json!({"name": "Purchasing", "emails": ["purchasing@example.org"], "tracking": "allow"});
    let template = json!({"name": "Offer", "language": "en", "subject": "Offer", "text": "Hello"});
    for (method, path, body, want) in [
        ("GET", "/v1/me", Value::Null, 200),
        ("GET", "/v1/settings", Value::Null, 200),
        ("PATCH", "/v1/settings", json!({"retention_days": 100}), 200),
        ("PUT", "/v1/records/contact/c-1", record, 201),
        ("GET", "/v1/records/contact/c-1/consent", Value::Null, 200),
        ("POST", "/v1/templates", template, 201),
        ("POST", "/v1/records/contact/c-1/export", json!({}), 200),
        ("GET", "/v1/users", Value::Null, 200),
    ] {
        assert_eq!(call(method, path, body).await.0, want, "{method} {path}");
    }
    for (method, path, body) in [
        ("GET", "/v1/messages", Value::Null),
        ("POST", "/v1/messages", crate::world::offer()),
        ("GET", "/v1/cards", Value::Null),
    ] {
        assert_eq!(call(method, path, body).await, (422, "user_needed".to_owned()), "{method} {path}");
    }
    let ledger = world.call("GET", "/v1/records/contact/c-1/consent", Value::Null).await.1;
    assert!(ledger["items"][0]["by"].as_str().unwrap().starts_with("key_"), "{ledger}");
}
