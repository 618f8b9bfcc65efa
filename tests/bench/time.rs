//! What sending later costs, how exact it is, and that a tick's memory does not grow with what is due.

use std::collections::HashMap;
use std::fs;

use aws::clock::Clock;
use domain::ground::id::MessageId;
use domain::time::due::{Due, Work};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use local::Cloud;
use serde_json::json;

use crate::cost::used;
use crate::table::Row;
use crate::world::{World, start};

/// How many messages are scheduled.
const SCHEDULED: u32 = 1000;
/// The most write units of a scheduled copy, beyond those with which message and copy are created: its hint, its hand-over,
/// the answer, and its share of the ticks.
const UNITS: f64 = 3.2;
/// What every mail writes besides, however it is sent: the item by which replies find it, the event of its delivery, and
/// the hint by which its text is deleted one day.
const BESIDES: f64 = 3.0;
/// The most read units of a minute in which nothing is due.
const IDLE: f64 = 8.0;
/// The most that 99 of 100 may be late.
const LAG: SignedDuration = SignedDuration::from_secs(1);

/// All rows.
pub async fn rows() -> Vec<Row> {
    let mut rows = scheduled().await;
    rows.push(idle().await);
    for hints in [10_000, 100_000] {
        rows.push(one_minute(hints).await);
    }
    rows
}

/// A thousand messages at random seconds of an hour, with ticks that come up to 59 seconds late.
async fn scheduled() -> Vec<Row> {
    let world = World::new().await;
    let mut due = HashMap::new();
    let mut drafts = Vec::new();
    for _ in 0..SCHEDULED {
        let draft =
            json!({"to": [{"email": "buyer@example.org"}], "subject": "Later", "text": "Hello", "tracking": false});
        drafts.push(world.draft(draft).await);
    }
    let scheduling = used(&world, true, async || {
        for (n, id) in (0..).zip(drafts) {
            let at = start() + SignedDuration::from_secs(600 + spread(n, 3600));
            let path = format!("/v1/messages/{id}/send");
            assert_eq!(world.call("POST", &path, json!({"at": at.to_string()})).await.0, 202);
            due.insert(id, at);
        }
    });
    let scheduling = scheduling.await;
    let leaving = used(&world, true, async || {
        let late = |minute| Some(SignedDuration::from_secs(spread(minute, 60)));
        world.run_with(SignedDuration::from_secs(5000), late).await;
    });
    let leaving = leaving.await;
    let created = scheduling.writes_of("dynamodb.TransactWriteItems");
    let beyond = (scheduling.writes - created + leaving.writes) / f64::from(SCHEDULED) - BESIDES;
    let met = beyond <= UNITS;
    vec![
        Row::cost("a message scheduled", &scheduling, SCHEDULED),
        Row::cost("a scheduled message queued and sent, with its share of the ticks", &leaving, SCHEDULED).target(
            &format!("<= {UNITS} write units, with the hint, without evidence and the hint of its end; {beyond:.2}"),
            met,
        ),
        lag(&world, &due),
    ]
}

fn lag(world: &World, due: &HashMap<String, Timestamp>) -> Row {
    let mails = world.cloud.mails();
    let mut lags: Vec<SignedDuration> =
        mails.iter().map(|mail| mail.at.duration_since(due[&mail.tags["message"]])).collect();
    lags.sort();
    assert_eq!(lags.len(), due.len());
    let at = |percent: usize| lags[(lags.len() * percent / 100).min(lags.len() - 1)];
    let seconds = |lag: SignedDuration| format!("{:.2}", lag.as_secs_f64());
    let figures = [at(50), at(99), at(100)].map(seconds).join(" / ");
    let met = !lags[0].is_negative() && at(99) <= LAG;
    Row::time("lag of these: p50 / p99 / max, ticks 0 to 59 s late", format!("{figures} s"))
        .target(&format!("never early, p99 <= {} s", LAG.as_secs()), met)
}

async fn idle() -> Row {
    let world = World::new().await;
    world.telltale.timers.tick().await;
    world.advance(SignedDuration::from_mins(1));
    let cost = used(&world, true, async || world.telltale.timers.tick().await).await;
    Row::cost("minute in which nothing is due", &cost, 1).target(&format!("<= {IDLE} read units"), cost.reads <= IDLE)
}

/// So many messages that are due in the same minute, queued by one tick, on a cloud that keeps its data on disk.
async fn one_minute(hints: u32) -> Row {
    let directory = tempfile::tempdir().unwrap();
    let cloud = Cloud::open(directory.path(), Clock::fixed(start())).unwrap();
    let world = World::on(cloud, local::telltale::Parts::sender).await;
    world.telltale.timers.tick().await;
    let (store, at) = (world.parts.store(), start() + SignedDuration::from_mins(10));
    let filed = stream::iter(0..hints).map(|n| {
        let at = at + SignedDuration::from_millis(spread(i64::from(n), 60_000));
        let due = Due { at, message: MessageId::from_bytes(id(n)), work: Work::Send { copies: 1 } };
        let store = &store;
        async move { store.file_due(&due, start()).await }
    });
    filed.buffer_unordered(16).try_collect::<()>().await.unwrap();
    world.advance(SignedDuration::from_mins(9));
    let before = memory("VmRSS");
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let began = std::time::Instant::now();
    let cost = used(&world, false, async || world.telltale.timers.tick().await).await;
    let took = began.elapsed();
    let peak = memory("VmHWM").saturating_sub(before);
    let queued = world.cloud.sqs.depth(local::telltale::SENDS).unwrap().total();
    assert_eq!(queued, hints as usize, "every one of them, once");
    let figures = format!("{:.1} s, peak +{} MiB", took.as_secs_f64(), peak / 1024);
    Row::cost(&format!("tick that queues {hints} messages of one minute"), &cost, 1).and_time(figures)
}

/// A figure of this process's memory in KiB, as Linux tells it.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Numbers that look random and are the same in every run.
fn spread(n: i64, below: i64) -> i64 {
    (n.wrapping_mul(2_654_435_761) >> 8).rem_euclid(below)
}

fn id(n: u32) -> [u8; 16] {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    id[15] = n.to_le_bytes()[0];
    id
}
