//! What each act costs in money: counted units and calls, times the prices of `prices.json`.
//!
//! Counted are units of the table, calls of services, requests and invocations. How long a function is billed for an
//! invocation cannot be counted here; [`BILLED`] says what is taken for it.

use std::fmt::Write as _;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::cost::{Cost, addressed, sent_with_file, used};
use crate::world::World;

/// How many alarms the template has. `tests/deploy/template.py` counts them.
const ALARMS: u32 = 41;
/// Function, memory in MB as `template.yaml` sets it, and billed milliseconds that are assumed, generously.
const BILLED: [(&str, f64, f64); 6] = [
    ("pixel, redirect, download", 256.0, 10.0),
    ("recorder", 256.0, 40.0),
    ("api", 512.0, 30.0),
    ("sender", 512.0, 150.0),
    ("feedback", 256.0, 30.0),
    ("scheduler, reminder", 256.0, 30.0),
];
/// Requests with which Lambda takes a message from a queue and deletes it.
const POLLED: f64 = 2.0;
/// Bytes that an answer of a tracking endpoint has, and a line of the access log.
const ANSWER: f64 = 900.0;
const LOG_LINE: f64 = 250.0;
const GB: f64 = 1e9;

/// What an act uses besides what the meter counts.
struct Act {
    name: &'static str,
    cost: Cost,
    /// Requests at the HTTP API.
    requests: f64,
    /// Invocations by place in [`BILLED`].
    invoked: Vec<(usize, f64)>,
    /// Messages that come out of queues.
    taken: f64,
    mails: f64,
}

/// The page of costs, as it is committed.
pub async fn page() -> String {
    let prices: Value = serde_json::from_str(include_str!("prices.json")).unwrap();
    let mut page = format!(
        "# What it costs\n\nWritten by `cargo bench -p e2e -- --cost` from counted units and calls and from `tests/bench/prices.json` ({}, {}, list\n\
         prices before any free tier, without tax). Look at both before you rely on a figure. One act is counted as the benchmark\n\
         does it: alone, so nothing is shared within a batch; a mail of 10 KB to one recipient.\n\n\
         | a million times | HTTP API | functions | table | queues | storage | mail | traffic and log | dollars |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        prices["region"].as_str().unwrap(),
        prices["date"].as_str().unwrap(),
    );
    for act in acts().await {
        let parts = act.dollars(&prices, 1e6);
        let _ = write!(page, "| {} |", act.name);
        for part in parts {
            let _ = write!(page, " {part:.2} |");
        }
        let _ = writeln!(page, " **{:.2}** |", parts.iter().sum::<f64>());
    }
    let idle = idle().await;
    let minutes = 30.0 * 24.0 * 60.0;
    let fixed = price(&prices, "secret_month") + f64::from(ALARMS) * price(&prices, "alarm_month");
    let ticking: f64 = idle.dollars(&prices, minutes).iter().sum();
    let _ = write!(
        page,
        "\nA month of 30 days in which nothing happens: **{:.2}** dollars, of which {fixed:.2} are a secret and {ALARMS} alarms and\n\
         {ticking:.2} the two ticks of every minute.\n\n## Taken for granted\n\n| function | memory | billed for an invocation |\n|---|---:|---:|\n",
        fixed + ticking
    );
    for (name, memory, billed) in BILLED {
        let _ = writeln!(page, "| {name} | {memory} MB | {billed} ms |");
    }
    page.push_str(
        "\nNot measured on AWS. A message in a queue is taken and deleted with two requests; polls of empty queues are not in the\n\
         figures. An answer at a tracking endpoint has 900 bytes, its line in the access log 250. Files are downloaded from S3 at\n\
         the price of traffic, which depends on their size and is not in the figures; neither are mails' attachments.\n",
    );
    page
}

impl Act {
    /// Dollars for so many of it: API, functions, table, queues, storage, mail, traffic and log.
    fn dollars(&self, prices: &Value, times: f64) -> [f64; 7] {
        let of = |name: &str, amount: f64| price(prices, name) * amount * times;
        let functions = self.invoked.iter().map(|&(place, n)| {
            let (_, memory, billed) = BILLED[place];
            of("lambda_requests", n) + of("lambda_gb_second", n * memory / 1024.0 * billed / 1000.0)
        });
        let calls = |service: &str| self.cost.calls_of(service);
        let log = self.requests * LOG_LINE / GB;
        [
            of("http_api_requests", self.requests),
            functions.sum(),
            of("dynamodb_write_units", self.cost.writes) + of("dynamodb_read_units", self.cost.reads),
            of("sqs_requests", calls("sqs.") + POLLED * self.taken),
            of("s3_put_requests", calls("s3.Put")) + of("s3_get_requests", calls("s3.") - calls("s3.Put")),
            of("ses_mails", self.mails),
            of("transfer_out_gb", self.requests * ANSWER / GB) + of("logs_gb", log),
        ]
    }
}

/// Dollars for one unit.
fn price(prices: &Value, name: &str) -> f64 {
    let price = &prices["prices"][name];
    price["usd"].as_f64().unwrap() / price["per"].as_f64().unwrap()
}

async fn acts() -> Vec<Act> {
    let (world, _, mail) = sent_with_file().await;
    // The first open puts a card before the author; the price is that of any other.
    world.advance(SignedDuration::from_mins(10));
    world.visit(&mail.pixel()).await;
    world.settle().await;
    let mut acts = Vec::new();
    for (name, url) in [
        ("opens", mail.pixel()),
        ("clicks", mail.tracked("/c/").remove(0)),
        ("downloads", mail.tracked("/a/").remove(0)),
    ] {
        world.advance(SignedDuration::from_mins(10));
        let cost = used(&world, true, async || drop(world.visit(&url).await)).await;
        acts.push(Act { name, cost, requests: 1.0, invoked: vec![(0, 1.0), (1, 1.0)], taken: 1.0, mails: 0.0 });
    }
    let cost = used(&world, true, async || drop(world.send(addressed(1)).await)).await;
    acts.push(sending("messages written and sent", cost, 2.0));
    let cost = used(&world, true, async || {
        let id = world.draft(addressed(1)).await;
        let at = world.now() + SignedDuration::from_mins(30);
        let path = format!("/v1/messages/{id}/send");
        assert_eq!(world.call("POST", &path, json!({"at": at.to_string()})).await.0, 202);
        // What a tick costs is in the idle month; here it is only what one more message adds.
        world.run_for(SignedDuration::from_mins(31)).await;
    });
    let mut cost = cost.await;
    let ticks = used(&world, true, async || world.run_for(SignedDuration::from_mins(31)).await).await;
    cost.subtract(&ticks);
    acts.push(sending("messages written and sent later", cost, 2.0));
    acts
}

/// Two requests of the API, one task of the sender, and the two events that SES tells of a mail that arrived.
fn sending(name: &'static str, cost: Cost, requests: f64) -> Act {
    Act { name, cost, requests, invoked: vec![(2, requests), (3, 1.0), (4, 2.0)], taken: 3.0, mails: 1.0 }
}

async fn idle() -> Act {
    let world = World::new().await;
    world.telltale.timers.tick().await;
    world.advance(SignedDuration::from_mins(1));
    let cost = used(&world, true, async || world.telltale.timers.tick().await).await;
    Act { name: "idle minutes", cost, requests: 0.0, invoked: vec![(5, 2.0)], taken: 0.0, mails: 0.0 }
}
