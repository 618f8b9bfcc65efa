//! Units of the table and calls of services, act by act.
//!
//! The embedded engine reports what `DynamoDB` would: a write in a transaction counts twice, its entry in the index once
//! (AWS bills that part once too), reads count by 4 KB and half when eventual. [`doubled`] holds the part that a change of
//! the engine could break. Not in the figures, because no answer carries them: writes whose condition failed (none
//! happens here), and the requests with which Lambda itself polls the queues.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::SignedDuration;
use local::telltale::TABLE;
use local::{Capacity, Cloud, Usage};
use serde_json::{Value, json};

use crate::mails;
use crate::table::Row;
use crate::world::{World, offer};

/// The most write units for a lone open.
const LONE_OPEN: f64 = 2.05;
/// What the card of a first open may cost besides.
const CARD: f64 = 1.0;
/// The most write units for each open of a burst.
const BURST_OPEN: f64 = 0.3;
/// How many opens are a burst.
const BURST: u32 = 20;

/// The most read units for a page of 25 messages in order of time, and by a figure.
const PAGE: f64 = 20.0;
const SORTED: f64 = 300.0;
/// The most read units for a list of 25 templates.
const TEMPLATES: f64 = 20.0;

/// What was used.
pub struct Cost {
    /// Write units.
    pub writes: f64,
    /// Read units.
    pub reads: f64,
    calls: BTreeMap<String, u64>,
    by_call: BTreeMap<String, Capacity>,
}

impl Cost {
    fn of(cloud: &Cloud) -> Self {
        let usage = cloud.meter();
        let Usage { capacity, calls, capacity_by_call: by_call } = usage;
        Self { writes: capacity.write, reads: capacity.read, calls, by_call }
    }

    /// How many calls whose name begins so.
    pub fn calls_of(&self, prefix: &str) -> f64 {
        let calls = self.calls.iter().filter(|(name, _)| name.starts_with(prefix));
        f64::from(u32::try_from(calls.map(|(_, n)| n).sum::<u64>()).unwrap())
    }

    /// Leaves what was used beyond `other`.
    pub fn subtract(&mut self, other: &Self) {
        self.writes -= other.writes;
        self.reads -= other.reads;
        for (name, n) in &other.calls {
            self.calls.entry(name.clone()).and_modify(|own| *own -= n);
        }
    }

    /// The write units of one kind of call.
    pub fn writes_of(&self, call: &str) -> f64 {
        self.by_call.get(call).map_or(0.0, |capacity| capacity.write)
    }

    /// How many calls of services.
    pub fn calls(&self) -> u32 {
        u32::try_from(self.calls.values().sum::<u64>()).unwrap()
    }
}

/// What `act` uses in this world, until all queues have run dry if `settle`.
pub async fn used(world: &World, settle: bool, act: impl AsyncFnOnce()) -> Cost {
    world.cloud.reset_meter();
    act().await;
    if settle {
        world.settle().await;
    }
    Cost::of(&world.cloud)
}

/// All rows.
pub async fn rows() -> Vec<Row> {
    let mut rows = vec![doubled().await];
    rows.extend(hot_path().await);
    rows.extend(lone_opens().await);
    rows.extend(bursts().await);
    rows.extend(visits().await);
    rows.extend(sends().await);
    rows.extend(lists().await);
    rows.extend(templates().await);
    rows
}

/// That transactions count twice here as they do on AWS; all figures of sends and drafts rest on it.
async fn doubled() -> Row {
    let world = World::new().await;
    let put = json!({"TableName": TABLE, "Item": {"pk": {"S": "a"}, "sk": {"S": "b"}}});
    let alone = direct(&world.cloud, "PutItem", &put).await;
    let together = direct(&world.cloud, "TransactWriteItems", &json!({"TransactItems": [{"Put": put}]})).await;
    let met = (alone.writes - 1.0).abs() < 0.01 && (together.writes - 2.0).abs() < 0.01;
    Row::cost("a write of up to 1 KB in a transaction", &together, 1).target("twice the write alone", met)
}

async fn direct(cloud: &Cloud, operation: &str, body: &Value) -> Cost {
    cloud.reset_meter();
    let target = format!("DynamoDB_20120810.{operation}");
    let request = http::Request::post("/").header("x-amz-target", target).body(Bytes::from(body.to_string())).unwrap();
    assert_eq!(cloud.call(request).await.unwrap().status(), 200);
    Cost::of(cloud)
}

/// What happens while a recipient's software waits.
async fn hot_path() -> Vec<Row> {
    let (world, _, mail) = sent_with_file().await;
    let mut rows = Vec::new();
    for (what, url) in [("pixel", mail.pixel()), ("redirect", mail.tracked("/c/").remove(0))] {
        let cost = used(&world, false, async || drop(world.visit(&url).await)).await;
        let met = cost.calls == BTreeMap::from([("sqs.SendMessage".to_owned(), 1)]);
        rows.push(Row::cost(&format!("{what}, until it is answered"), &cost, 1).target("1 call, to the queue", met));
        world.settle().await;
    }
    let url = mail.tracked("/a/").remove(0);
    let cost = used(&world, false, async || assert_eq!(world.visit(&url).await.0, 302)).await;
    rows.push(Row::cost("download, until it is answered", &cost, 1));
    rows
}

async fn lone_opens() -> Vec<Row> {
    let (world, id, mail) = sent_with_file().await;
    let mut rows = Vec::new();
    let cases = [(1, "first open, recorded, with its card", LONE_OPEN + CARD), (2, "second open, recorded", LONE_OPEN)];
    for (n, what, most) in cases {
        world.advance(SignedDuration::from_mins(10));
        let cost = used(&world, true, async || drop(world.visit(&mail.pixel()).await)).await;
        assert_eq!(world.kpi(&id, "opens").await, n);
        rows.push(Row::cost(what, &cost, 1).target(&format!("<= {most} write units"), cost.writes <= most));
    }
    for _ in 2..100 {
        world.advance(SignedDuration::from_mins(10));
        world.visit(&mail.pixel()).await;
        world.settle().await;
    }
    world.advance(SignedDuration::from_mins(10));
    let cost = used(&world, true, async || drop(world.visit(&mail.pixel()).await)).await;
    let met = cost.writes <= LONE_OPEN;
    rows.push(Row::cost("open no. 101, recorded", &cost, 1).target(&format!("<= {LONE_OPEN} write units"), met));
    rows
}

/// Opens within the second for which the events queue gathers a batch (`MaximumBatchingWindowInSeconds`): the recorder gets
/// them together. Slower ones come in several batches and cost more, at most what lone ones cost.
async fn bursts() -> Vec<Row> {
    let mut rows = Vec::new();
    for (what, recipients) in [("by one recipient", 1), ("by 20 recipients", BURST)] {
        let world = World::new().await;
        world.send(addressed(recipients)).await;
        world.advance(SignedDuration::from_mins(10));
        let pixels: Vec<String> = world.received().iter().map(crate::world::Received::pixel).collect();
        let cost = used(&world, true, async || {
            for pixel in pixels.iter().cycle().take(BURST as usize) {
                world.advance(SignedDuration::from_millis(40));
                world.visit(pixel).await;
            }
        });
        let cost = cost.await;
        // Each recipient's first open is a card, too, which is part of the figure and not of the target.
        let met = (cost.writes - CARD * f64::from(recipients)) / f64::from(BURST) <= BURST_OPEN;
        let row = Row::cost(&format!("each of {BURST} opens in a burst {what}, recorded"), &cost, BURST);
        rows.push(row.target(&format!("<= {BURST_OPEN} write units besides the cards"), met));
    }
    rows
}

async fn visits() -> Vec<Row> {
    let (world, id, mail) = sent_with_file().await;
    let mut rows = Vec::new();
    for (what, path, kpi) in [("click", "/c/", "link_clicks"), ("download", "/a/", "attachment_views")] {
        world.advance(SignedDuration::from_mins(10));
        let url = mail.tracked(path).remove(0);
        let cost = used(&world, true, async || drop(world.visit(&url).await)).await;
        assert_eq!(world.kpi(&id, kpi).await, 1);
        rows.push(Row::cost(&format!("{what}, recorded"), &cost, 1));
    }
    rows
}

async fn sends() -> Vec<Row> {
    let world = World::new().await;
    let mut rows = Vec::new();
    for (what, headers) in [("draft", &[][..]), ("draft with Idempotency-Key", &[("idempotency-key", "1")])] {
        let cost = used(&world, false, async || {
            let answer = world.call_as(&world.key, "POST", "/v1/messages", headers, addressed(1)).await;
            assert_eq!(answer.0, 201, "{}", answer.1);
        });
        rows.push(Row::cost(what, &cost.await, 1));
    }
    let id = world.draft(addressed(1)).await;
    let cost = used(&world, false, async || drop(world.attach(&id, "offer.pdf", true, b"%PDF").await)).await;
    rows.push(Row::cost("file, announced and uploaded", &cost, 1));
    for (what, recipients) in [("send to one recipient, until sent", 1), ("send to ten recipients, until sent", 10)] {
        let id = world.draft(addressed(recipients)).await;
        let cost = used(&world, true, async || world.release(&id).await).await;
        assert_eq!(world.message(&id).await["status"], "sent");
        rows.push(Row::cost(what, &cost, 1));
    }
    rows
}

/// A thousand opened messages about one record.
async fn lists() -> Vec<Row> {
    let world = World::new().await;
    let mut draft = offer();
    draft["regarding"] = json!({"type": "opportunity", "id": "o-7"});
    for _ in 0..1000 {
        world.advance(SignedDuration::from_mins(1));
        world.send(draft.clone()).await;
    }
    world.advance(SignedDuration::from_mins(10));
    for mail in world.received() {
        world.visit(&mail.pixel()).await;
    }
    world.settle().await;
    let mut rows = Vec::new();
    let of_record = "tracked=true&regarding=opportunity:o-7";
    for (what, query, most) in [
        ("25 followed mails of an owner, newest first", "tracked=true", Some(PAGE)),
        ("25 followed mails of an owner, by opens of 1,000", "tracked=true&sort=-opens", Some(SORTED)),
        ("25 followed mails of a record, newest first", of_record, None),
        ("25 followed mails of a record, by opens of 500", &format!("{of_record}&sort=-opens"), Some(SORTED)),
    ] {
        let cost = listed(&world, &format!("/v1/messages?{query}")).await;
        let row = Row::cost(what, &cost, 1);
        rows.push(match most {
            Some(most) => row.target(&format!("<= {most} read units"), cost.reads <= most),
            None => row,
        });
    }
    let cost = listed(&world, "/v1/records/opportunity/o-7/activities").await;
    rows.push(Row::cost("25 mails among the activities of a record", &cost, 1));
    rows
}

/// The first page of a list, each item with figures.
async fn listed(world: &World, path: &str) -> Cost {
    let read = async || {
        let (_, list) = world.call("GET", path, Value::Null).await;
        let items = list["items"].as_array().unwrap();
        assert!(items.len() == 25 && items.iter().all(|item| item["kpis"]["opens"] == 1), "{list}");
    };
    used(world, false, read).await
}

/// Templates of 2 KB with figures in all of their parts. How many messages those stand for makes no difference.
async fn templates() -> Vec<Row> {
    let world = World::new().await;
    let mut ids = Vec::new();
    for n in 0..25 {
        let input =
            json!({"name": format!("Offer {n}"), "language": "en", "subject": "Our offer", "html": mails::html(2)});
        let (status, template) = world.call("POST", "/v1/templates", input).await;
        assert_eq!(status, 201, "{template}");
        ids.push(template["id"].as_str().unwrap().to_owned());
    }
    let from = |id: &str| {
        let mut draft = addressed(1);
        draft["template"] = json!({"id": id});
        draft
    };
    for id in ids.iter().flat_map(|id| [id; 20]) {
        world.send(from(id)).await;
    }
    let mut rows = Vec::new();
    let paths = [
        ("list of 25 templates with performance", "/v1/templates".to_owned(), Some(TEMPLATES)),
        ("a template with performance", format!("/v1/templates/{}", ids[0]), None),
    ];
    for (what, path, most) in paths {
        let cost = used(&world, false, async || assert_eq!(world.call("GET", &path, Value::Null).await.0, 200)).await;
        let row = Row::cost(what, &cost, 1);
        rows.push(match most {
            Some(most) => row.target(&format!("<= {most} read units"), cost.reads <= most),
            None => row,
        });
    }
    let draft = world.draft(from(&ids[0])).await;
    let cost = used(&world, true, async || world.release(&draft).await).await;
    rows.push(Row::cost("send to one recipient from a template, until sent", &cost, 1));
    let mail = world.received().pop().unwrap();
    world.advance(SignedDuration::from_mins(10));
    let cost = used(&world, true, async || drop(world.visit(&mail.pixel()).await)).await;
    rows.push(Row::cost("first open of it, recorded, with its card", &cost, 1));
    rows
}

/// A realistic mail of 10 KB to so many people.
pub fn addressed(recipients: u32) -> Value {
    let to: Vec<Value> = (1..=recipients).map(|n| json!({"email": format!("buyer{n}@example.org")})).collect();
    json!({"to": to, "subject": "Our offer", "html": mails::html(10)})
}

/// Such a mail with a tracked file, sent to one recipient: its world, its id, and what arrived.
pub async fn sent_with_file() -> (World, String, crate::world::Received) {
    let world = World::new().await;
    let id = world.draft(addressed(1)).await;
    world.attach(&id, "offer.pdf", true, b"%PDF").await;
    world.release(&id).await;
    let mail = world.received().remove(0);
    (world, id, mail)
}
