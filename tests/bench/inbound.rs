//! What comes back: how well mails are told apart, how fast and in how much memory, and what an event costs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use domain::signs::reply::ReplyKind;
use jiff::SignedDuration;
use jiff::civil::date;
use local::cloud::inbound::Envelope;
use mail::classify::classify;
use mail::parse::parse;
use serde_json::json;

use crate::cost::used;
use crate::table::Row;
use crate::world::{World, offer};

const ROUNDS: u32 = 20;

/// Precision and recall of every kind over the corpus of `tests/fixtures/mail`, speed, and memory.
pub fn reading() -> Vec<Row> {
    let corpus = corpus();
    let mut rows = quality(&corpus);
    let began = Instant::now();
    for _ in 0..ROUNDS {
        for (_, raw) in &corpus {
            let mail = parse(raw).unwrap();
            classify(&mail, "", false, date(2026, 11, 24));
        }
    }
    let mails = f64::from(u32::try_from(corpus.len()).unwrap() * ROUNDS);
    rows.push(Row::time("mails parsed and classified", format!("{:.0}/s", mails / began.elapsed().as_secs_f64())));
    rows.extend(large());
    rows
}

fn quality(corpus: &[(ReplyKind, Vec<u8>)]) -> Vec<Row> {
    // Of each kind: how many there are, how many were taken for it, and how many of these are it.
    let mut counts: BTreeMap<ReplyKind, [u32; 3]> = BTreeMap::new();
    for (kind, raw) in corpus {
        let found = classify(&parse(raw).unwrap(), "", raw.starts_with(b"Return-Path: <>"), date(2026, 11, 24)).kind;
        counts.entry(*kind).or_default()[0] += 1;
        counts.entry(found).or_default()[1] += 1;
        counts.entry(found).or_default()[2] += u32::from(found == *kind);
    }
    let share = |part: u32, whole: u32| if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) };
    let row = |(kind, [there, taken, right]): (&ReplyKind, &[u32; 3])| {
        let (precision, recall) = (share(*right, *taken), share(*right, *there));
        Row::time(
            &format!("{kind:?} of the corpus ({there} mails)"),
            format!("precision {precision:.2}, recall {recall:.2}"),
        )
    };
    counts.iter().map(row).collect()
}

/// A mail of 10 MB with a file: how long, and how much memory above what was in use before (Linux tells).
fn large() -> Option<Row> {
    let file = "UGljdHVyZXMgb2YgdGhlIG1hY2hpbmUgaW4gdXNlLCBhcyBhc2tlZCBmb3IuIFBpY3R1cmVz\r\n".repeat(135_000);
    let raw = format!(
        "From: purchasing@example.org\r\nSubject: Re: Our offer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nYes.\r\n\
         --b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{file}--b--\r\n"
    );
    // Writing 5 sets the peak back to what is in use now (proc(5)).
    fs::write("/proc/self/clear_refs", "5").ok()?;
    let (before, began) = (kilobytes("VmRSS")?, Instant::now());
    parse(raw.as_bytes()).unwrap();
    let (took, peak) = (began.elapsed(), kilobytes("VmHWM")?.saturating_sub(before));
    let size = raw.len() / 1_000_000;
    Some(Row::time(
        &format!("mail of {size} MB parsed"),
        format!("{} ms, {} MB at its peak", took.as_millis(), peak / 1000),
    ))
}

fn kilobytes(name: &str) -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Units and calls of events and of a reply.
pub async fn costs() -> Vec<Row> {
    let mut rows = Vec::new();
    for (what, to) in [("delivered", "buyer@example.org"), ("bounced, suppressed, with its card", "bounce@example.org")]
    {
        let world = World::new().await;
        let mut draft = offer();
        draft["to"] = json!([{"email": to}]);
        let id = world.draft(draft).await;
        world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
        for mapping in world.telltale.mappings.iter().filter(|mapping| mapping.queue == "sends") {
            while mapping.poll_once(&world.cloud).await.unwrap() > 0 {}
        }
        let cost = used(&world, true, async || ()).await;
        rows.push(Row::cost(&format!("each of two events of a mail that is {what}"), &cost, 2));
    }
    let world = World::new().await;
    world.send(offer()).await;
    world.advance(SignedDuration::from_mins(5));
    let mail = world.cloud.mails().remove(0);
    let raw = format!(
        "From: purchasing@example.org\r\nTo: sales@example.com\r\nSubject: Re: Angebot\r\nMessage-ID: <1@example.org>\r\n\
         In-Reply-To: <{}@email.amazonses.com>\r\n\r\nYes.\r\n",
        mail.id
    );
    let cost =
        used(&world, true, async || drop(world.cloud.receive_mail(raw.as_bytes(), Envelope::default()).unwrap()));
    rows.push(Row::cost("reply, taken in and counted", &cost.await, 1));
    rows
}

fn corpus() -> Vec<(ReplyKind, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mail");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "eml")).collect();
    files.sort();
    files.iter().filter_map(|path| Some((kind(path.file_name()?.to_str()?)?, fs::read(path).ok()?))).collect()
}

/// What a mail is by its name.
fn kind(file: &str) -> Option<ReplyKind> {
    serde_json::from_value(json!(file.split(['-', '.']).next()?)).ok()
}
