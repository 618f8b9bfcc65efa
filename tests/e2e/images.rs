//! Hosted images: uploaded once, kept by everybody, and one more open in the copies of recipients.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::World;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture";

async fn announced(world: &World) -> Value {
    let input = json!({"filename": "logo.png", "content_type": "image/png", "size": PNG.len()});
    let (status, image) = world.call("POST", "/v1/images", input).await;
    assert_eq!((status, &image["status"]), (201, &json!("pending")), "{image}");
    image
}

/// An image that is there, by its address.
async fn hosted(world: &World) -> (Value, String) {
    let image = announced(world).await;
    assert_eq!(world.upload(&image, PNG).await, 200);
    let (_, image) = world.call("GET", &format!("/v1/images/{}", image["id"].as_str().unwrap()), Value::Null).await;
    assert_eq!((&image["status"], &image["upload"]), (&json!("ready"), &Value::Null));
    let url = image["url"].as_str().unwrap().to_owned();
    (image, url)
}

async fn load(world: &World, url: &str) -> (u16, http::HeaderMap, Vec<u8>) {
    let path = url.split("t.example.com").nth(1).unwrap();
    let agent = [("user-agent", crate::world::CHROME)];
    let (status, headers, bytes) = world.http("GET", path, &agent, "").await;
    (status, headers, bytes.to_vec())
}

fn showing(url: &str) -> Value {
    json!({
        "to": [{"email": "purchasing@example.org"}],
        "subject": "Look",
        "html": format!("<p>Look: <img src=\"{url}\" alt=\"Logo\"> and <img src=\"https://example.com/other.png\"></p>"),
    })
}

#[tokio::test(start_paused = true)]
async fn an_image_is_served_for_a_year_under_its_own_address() {
    let world = World::new().await;
    let image = announced(&world).await;
    let (status, ..) = load(&world, image["url"].as_str().unwrap()).await;
    assert_eq!(status, 404, "not uploaded yet");
    world.advance(SignedDuration::from_secs(1));
    let (image, url) = hosted(&world).await;
    let (status, headers, bytes) = load(&world, &url).await;
    assert_eq!((status, bytes.as_slice()), (200, PNG));
    assert_eq!(headers["content-type"], "image/png");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "public, max-age=31536000, immutable");
    assert!(headers.get("pragma").is_none());
    let (_, list) = world.call("GET", "/v1/images?limit=1", Value::Null).await;
    assert_eq!(list["items"][0]["id"], image["id"], "the newest first");
    let next = format!("/v1/images?limit=1&cursor={}", list["next_cursor"].as_str().unwrap());
    let (_, list) = world.call("GET", &next, Value::Null).await;
    assert_eq!((&list["items"][0]["status"], &list["next_cursor"]), (&json!("pending"), &Value::Null));
    let path = format!("/v1/images/{}", image["id"].as_str().unwrap());
    let (_, _, other) = world.tenant("other@example.com").await;
    for method in ["GET", "DELETE"] {
        assert_eq!(world.call_as(&other, method, &path, &[], Value::Null).await.0, 404);
    }
    assert_eq!(world.call("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(load(&world, &url).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_picture_is_refused() {
    let world = World::new().await;
    for (change, pointer) in [
        (json!({"content_type": "image/svg+xml"}), "/content_type"),
        (json!({"content_type": "text/html"}), "/content_type"),
        (json!({"size": 0}), "/size"),
        (json!({"size": 3_000_000}), "/size"),
        (json!({"filename": "a/b.png"}), "/filename"),
    ] {
        let mut input = json!({"filename": "logo.png", "content_type": "image/png", "size": 10});
        input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, problem) = world.call("POST", "/v1/images", input).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_copy_that_is_followed_loading_it_is_an_open_and_the_verdict_says_so() {
    let world = World::new().await;
    let (_, url) = hosted(&world).await;
    let id = world.send(showing(&url)).await;
    world.advance(SignedDuration::from_mins(5));
    let mail = world.received().remove(0);
    assert!(!mail.html.contains(&url) && mail.html.contains("https://example.com/other.png"), "{}", mail.html);
    let own = mail.tracked("/i/").remove(0);
    let (status, headers, bytes) = load(&world, &own).await;
    assert_eq!((status, bytes.as_slice()), (200, PNG));
    assert!(headers["cache-control"].to_str().unwrap().starts_with("no-store"));
    world.settle().await;
    assert_eq!(world.kpi(&id, "opens").await, 1);
    let timeline = world.timeline(&id).await;
    assert_eq!(
        (&timeline["events"][0]["kind"], &timeline["events"][0]["recipient"]),
        (&json!("open"), &json!("purchasing@example.org"))
    );
    assert_eq!(
        timeline["events"][0]["verdict"],
        json!({"class": "human", "reasons": ["mail_or_browser_agent", "hosted_image"]})
    );
    world.visit(&mail.pixel()).await;
    world.settle().await;
    assert_eq!(world.kpi(&id, "opens").await, 1, "pixel and image of one look are one open");
    load(&world, &url).await;
    world.settle().await;
    assert_eq!(world.timeline(&id).await["events"].as_array().unwrap().len(), 4, "the author's own look is none");
    let forged = own.replace("/i/A", "/i/B");
    assert_eq!(load(&world, &forged).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_followed_or_not_ones_own_stays_as_it_was_written() {
    let world = World::new().await;
    let (_, url) = hosted(&world).await;
    let mut draft = showing(&url);
    draft["tracking"] = json!(false);
    world.send(draft).await;
    assert!(world.received()[0].html.contains(&url));
    let (_, _, other) = world.tenant("other@example.com").await;
    let (_, draft) = world.call_as(&other, "POST", "/v1/messages", &[], showing(&url)).await;
    let path = format!("/v1/messages/{}/send", draft["id"].as_str().unwrap());
    assert_eq!(world.call_as(&other, "POST", &path, &[], json!({})).await.0, 202);
    world.settle().await;
    let mail = world.received().remove(1);
    assert!(mail.html.contains(&url) && mail.tracked("/o/").len() == 1, "somebody else's image: {}", mail.html);
}
