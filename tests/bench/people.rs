//! What hosted images, an export, an erasure and the end of a message cost.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::cost::used;
use crate::table::Row;
use crate::world::{World, offer};

/// How many messages the person got and opened.
const MESSAGES: u32 = 10;
/// A day more than anything is kept.
const LATER: SignedDuration = SignedDuration::from_hours(48);

/// All rows.
pub async fn rows() -> Vec<Row> {
    let mut rows = images().await;
    rows.extend(person().await);
    rows.push(expiry().await);
    rows
}

/// Loaded under its own address, and in the copy of a recipient.
async fn images() -> Vec<Row> {
    let world = World::new().await;
    let input = json!({"filename": "logo.png", "content_type": "image/png", "size": 4});
    let image = world.call("POST", "/v1/images", input).await.1;
    assert_eq!(world.upload(&image, b"logo").await, 200);
    let url = image["url"].as_str().unwrap();
    let mut draft = offer();
    draft["html"] = json!(format!("<img src=\"{url}\">"));
    world.send(draft).await;
    let own = world.received()[0].tracked("/i/").remove(0);
    let mut rows = Vec::new();
    for (what, url) in [("hosted image, by its own address", url), ("hosted image, in a recipient's copy", &own)] {
        let path = format!("/i/{}", url.rsplit('/').next().unwrap());
        let cost = used(&world, false, async || assert_eq!(world.visit(&path).await.0, 200)).await;
        rows.push(Row::cost(&format!("{what}, until it is answered"), &cost, 1));
    }
    rows
}

async fn opened(world: &World) {
    for _ in 0..MESSAGES {
        world.send(offer()).await;
    }
    world.advance(SignedDuration::from_mins(5));
    for mail in world.received() {
        world.visit(&mail.pixel()).await;
    }
    world.settle().await;
}

/// For each message that the person got and opened.
async fn person() -> Vec<Row> {
    let world = World::new().await;
    let record = json!({"name": "Purchasing", "emails": ["purchasing@example.org"]});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", record).await.0, 201);
    opened(&world).await;
    let mut rows = Vec::new();
    for action in ["export", "erase"] {
        let path = format!("/v1/records/contact/c-1/{action}");
        let act = async || assert_eq!(world.call("POST", &path, Value::Null).await.0, 200);
        let cost = used(&world, true, act).await;
        rows.push(Row::cost(&format!("{action}, for each of {MESSAGES} opened messages"), &cost, MESSAGES));
    }
    rows
}

/// What the tick does for each message that was kept long enough, beside what a tick costs that finds nothing.
async fn expiry() -> Row {
    let world = World::new().await;
    assert_eq!(world.call("PUT", "/v1/settings", json!({"retention_days": 1})).await.0, 200);
    world.telltale.timers.tick().await;
    opened(&world).await;
    world.advance(LATER);
    let mut cost = used(&world, true, async || world.telltale.timers.tick().await).await;
    world.advance(LATER);
    cost.subtract(&used(&world, true, async || world.telltale.timers.tick().await).await);
    Row::cost("text and events deleted at the end of their time", &cost, MESSAGES)
}
