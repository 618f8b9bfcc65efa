//! How requests are named, counted, and let in from pages of other sites.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test(start_paused = true)]
async fn every_answer_names_its_request() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.key);
    let mut ids = Vec::new();
    for (method, path, key, want) in [
        ("GET", "/v1/me", bearer.as_str(), 200),
        ("GET", "/v1/me", "Bearer none", 401),
        ("HEAD", "/v1/me", "Bearer none", 401),
        ("HEAD", "/v1/me", bearer.as_str(), 200),
        ("GET", "/v1/nothing", bearer.as_str(), 404),
        ("DELETE", "/v1/me", bearer.as_str(), 405),
        ("PATCH", "/v1/settings", bearer.as_str(), 415),
    ] {
        let headers = [("authorization", key), ("content-type", "text/plain")];
        let (status, answer, body) = world.http(method, path, &headers, "{}").await;
        assert_eq!(status, want, "{method} {path}");
        let id = answer["request-id"].to_str().unwrap().to_owned();
        if status >= 400 && method != "HEAD" {
            let problem: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem["request_id"], json!(id), "{method} {path}");
        }
        assert_eq!(answer.contains_key("www-authenticate"), status == 401);
        ids.push(id);
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 7, "each its own");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_too_large_is_refused_as_such() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.key);
    for (length, want) in [(6 * 1024 * 1024, 400), (6 * 1024 * 1024 + 1, 413)] {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let (status, _, body) = world.http("POST", "/v1/messages", &headers, " ".repeat(length)).await;
        assert_eq!(status, want, "{}", String::from_utf8_lossy(&body));
    }
}

#[tokio::test(start_paused = true)]
async fn a_new_thing_says_where_it_lies() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", world.key);
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "one")];
    for _ in 0..2 {
        let (status, answer, body) =
            world.http("POST", "/v1/messages", &headers, crate::world::offer().to_string()).await;
        let message: Value = serde_json::from_slice(&body).unwrap();
        let location = format!("/v1/messages/{}", message["id"].as_str().unwrap());
        assert_eq!(
            (status, answer["location"].to_str().unwrap()),
            (201, location.as_str()),
            "the first time and again"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_asks_too_often_waits_and_no_other_does() {
    let world = World::with_limit(3).await;
    let other = world.admin(json!({"action": "create_key", "org": world.org, "user": world.user})).await;
    let call = async |key: &str| {
        let bearer = format!("Bearer {key}");
        let (status, headers, body) = world.http("GET", "/v1/me", &[("authorization", &bearer)], "").await;
        let number = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().parse::<u32>().unwrap());
        let body: Value = serde_json::from_slice(&body).unwrap();
        let code = body["code"].as_str().map(str::to_owned);
        (status, code, number("ratelimit-limit"), number("ratelimit-remaining"), number("retry-after"))
    };
    for left in [2, 1, 0] {
        assert_eq!(call(&world.key).await, (200, None, Some(3), Some(left), None));
    }
    let refused = (429, Some("rate_limited".to_owned()), Some(3), Some(0), Some(60));
    assert_eq!(call(&world.key).await, refused);
    assert_eq!(call(other["api_key"].as_str().unwrap()).await.0, 200);
    world.advance(SignedDuration::from_secs(60));
    assert_eq!(call(&world.key).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_page_of_a_listed_site_may_read_answers() {
    let world = World::new().await;
    let listed = "https://crm.example.com";
    assert_eq!(world.call("PATCH", "/v1/settings", json!({"cors_origins": [listed]})).await.0, 200);
    let bearer = format!("Bearer {}", world.key);
    for (origin, allowed) in [(listed, Some(listed)), ("https://other.example.com", None)] {
        let asks = [("origin", origin), ("access-control-request-method", "PATCH")];
        let (status, headers, _) = world.http("OPTIONS", "/v1/settings", &asks, "").await;
        assert_eq!((status, headers["access-control-allow-origin"].to_str().unwrap()), (204, origin));
        assert!(headers["access-control-allow-headers"].to_str().unwrap().contains("Authorization"));

        let with_key = [("origin", origin), ("authorization", bearer.as_str())];
        let (status, headers, _) = world.http("GET", "/v1/me", &with_key, "").await;
        let told = headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!((status, told), (200, allowed));
    }
}
