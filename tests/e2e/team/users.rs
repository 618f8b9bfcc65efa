//! Users over the API.

use serde_json::{Value, json};

use super::{Member, code};
use crate::two_at_once::in_every_order;
use crate::world::World;

#[tokio::test(start_paused = true)]
async fn a_user_is_made_changed_and_listed() {
    let world = World::new().await;
    let input = json!({"email": "New@example.com", "name": "New", "time_zone": "Europe/Berlin", "language": "de"});
    let (status, user) = world.call("POST", "/v1/users", input.clone()).await;
    assert_eq!((status, user["role"].as_str(), user["status"].as_str()), (201, Some("seller"), Some("active")));
    assert_eq!(user["created_at"], "2026-11-23T08:00:00.000Z");
    let path = format!("/v1/users/{}", user["id"].as_str().unwrap());

    let again = json!({"email": "new@EXAMPLE.com", "name": "Again"});
    assert_eq!(code(&world.call("POST", "/v1/users", again).await), (409, "user_exists"));
    let (status, changed) = world.call("PATCH", &path, json!({"role": "manager", "time_zone": null})).await;
    assert_eq!((status, changed["role"].as_str(), &changed["time_zone"]), (200, Some("manager"), &Value::Null));
    assert_eq!(changed["language"], "de");
    let taken = json!({"email": "sales@example.com"});
    assert_eq!(code(&world.call("PATCH", &path, taken).await), (409, "user_exists"));
    assert_eq!(world.call("PATCH", &path, json!({"email": "moved@example.com"})).await.0, 200);
    assert_eq!(world.call("POST", "/v1/users", input).await.0, 201, "the address is free again");

    let mut found = Vec::new();
    let mut path = "/v1/users?limit=1".to_owned();
    loop {
        let page = world.call("GET", &path, Value::Null).await.1;
        found.extend(page["items"].as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/users?limit=1&cursor={cursor}");
    }
    found.sort();
    assert_eq!(found, ["New@example.com", "moved@example.com", "sales@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn all_that_is_wrong_with_a_user_is_named() {
    let world = World::new().await;
    for (input, pointer, want) in [
        (json!({"email": "nobody"}), "/email", "invalid_address"),
        (json!({"email": "a@example.com", "name": "a\nb"}), "/name", "invalid_text"),
        (json!({"email": "a@example.com", "time_zone": "Mars/Base"}), "/time_zone", "unknown_time_zone"),
        (json!({"email": "a@example.com", "role": "king"}), "/role", "invalid_value"),
        (json!({"name": "Nobody"}), "", "missing_field"),
    ] {
        let (status, problem) = world.call("POST", "/v1/users", input.clone()).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(want)), "{input}");
        assert_eq!(problem["errors"][0]["pointer"].as_str(), Some(pointer), "{problem}");
    }
    assert_eq!(world.call("GET", "/v1/users", Value::Null).await.1["items"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_caller_changes_their_own_profile_and_no_more() {
    let world = World::new().await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let change = json!({"name": "Søren", "time_zone": "Europe/Ljubljana", "signature": {"html": "<p>Regards</p>"}});
    let (status, me) = seller.call(&world, "PATCH", "/v1/me", change).await;
    assert_eq!((status, me["user"]["signature"]["html"].as_str()), (200, Some("<p>Regards</p>")));
    assert_eq!(me["user"]["time_zone"], "Europe/Ljubljana");
    let raised = seller.call(&world, "PATCH", "/v1/me", json!({"role": "administrator"})).await;
    assert_eq!(code(&raised), (422, "unknown_field"));

    let me = seller.call(&world, "GET", "/v1/me", Value::Null).await.1;
    assert_eq!((me["organisation"].as_str(), me["key"]["kind"].as_str()), (Some(world.org.as_str()), Some("user")));
    let may = me["may"].as_array().unwrap();
    assert!(may.contains(&json!("messages.write")) && !may.contains(&json!("settings.write")), "{me}");
}

#[tokio::test]
async fn an_organisation_keeps_an_administrator_whoever_leaves_at_once() {
    in_every_order(
        async |world| Member::new(world, "second@example.com", "administrator").await,
        async |world, second| {
            world.call("PATCH", &format!("/v1/users/{}", world.user), json!({"role": "seller"})).await;
            let _ = second;
        },
        async |world, second| {
            let path = format!("/v1/users/{}/deactivate", second.id);
            second.call(world, "POST", &path, json!({})).await;
        },
        async |world, _, (), _| {
            let seller = world.call("GET", "/v1/users", Value::Null).await.1;
            let administers = |user: &&Value| user["role"] == "administrator" && user["status"] == "active";
            assert_eq!(seller["items"].as_array().unwrap().iter().filter(administers).count(), 1, "{seller}");
        },
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_clock_and_the_signature_of_a_user_are_theirs() {
    let world = World::new().await;
    let profile = json!({"time_zone": "Europe/Berlin", "signature": {"html": "<p>Kind regards<br>Søren</p>"}});
    assert_eq!(world.call("PATCH", "/v1/me", profile).await.0, 200);

    for (part, html, text) in [
        ("html", Some("<p>Hello</p>"), None),
        ("text", None, Some("Hello")),
        ("both", Some("<p>Hello</p>"), Some("Hello")),
    ] {
        let mut draft = json!({"to": [{"email": "a@example.org"}], "subject": "Offer"});
        if let Some(html) = html {
            draft["html"] = json!(html);
        }
        if let Some(text) = text {
            draft["text"] = json!(text);
        }
        let message = world.message(&world.draft(draft).await).await;
        let end = "<div class=\"telltale-signature\"><p>Kind regards<br>Søren</p></div>";
        let signed = message["html"].as_str().unwrap();
        assert!(signed.ends_with(end) || part == "text", "{signed}");
        let plain = message["text"].as_str().unwrap();
        assert!(plain.starts_with("Hello") && plain.contains("Kind regards\nSøren"), "{part} {plain}");
    }

    let id = world.draft(crate::world::offer()).await;
    let wall = json!({"local": "2026-11-24T08:00:00"});
    let (status, sent) = world.call("POST", &format!("/v1/messages/{id}/send"), json!({"at": wall})).await;
    assert_eq!((status, &sent["schedule"]["time_zone"]), (202, &json!("Europe/Berlin")), "{sent}");
    assert_eq!(sent["schedule"]["at"], "2026-11-24T07:00:00.000Z");
    let reminder = json!({"title": "Ask", "condition": "always", "due": {"local": "2026-11-25T09:00:00"}});
    let (status, reminder) = world.call("PUT", &format!("/v1/messages/{id}/reminder"), reminder).await;
    assert_eq!((status, &reminder["due"]["at"]), (200, &json!("2026-11-25T08:00:00.000Z")), "{reminder}");
}
