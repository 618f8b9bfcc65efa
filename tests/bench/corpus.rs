//! How well foreign mail is told apart: the corpus of `tests/corpus/mail`, which nobody here wrote.
//!
//! The part `seen` is there to work with. The part `unseen` says how well that went, so it is read only when
//! `TELLTALE_UNSEEN` is 1, as `.ci/run` sets it. Each part is read twice: as servers send it, with no envelope sender on
//! what a server reports (RFC 3464, section 2), and as forwarding rules rewrite it, with the `Return-Path` that the sample
//! has. The goals hold for the first.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use jiff::civil::date;
use mail::classify::classify;
use mail::parse::{DeliveryReport, Received, parse};
use serde_json::{Value, json};

/// Where the mails and their labels are.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/mail");
const KINDS: [&str; 7] = ["reply", "auto_reply", "bounce", "delayed", "complaint", "forward", "other"];

const REPLY_RECALL: f64 = 0.995;
const REPLY_PRECISION: f64 = 0.995;
const BOUNCE_RECALL: f64 = 0.98;
const HARDNESS: f64 = 0.95;
const AUTO_REPLY_RECALL: f64 = 0.9;
const COMPLAINT_RECALL: f64 = 0.95;

/// A mail with its labels.
struct Sample {
    kind: String,
    /// `hard`, `soft`, or `-` when the mail does not tell.
    hardness: String,
    raw: Vec<u8>,
}

/// How often a mail of one kind was taken for another, and a bounce of one hardness for the other.
#[derive(Default)]
struct Counts {
    kinds: BTreeMap<(String, String), u32>,
    hardness: BTreeMap<(String, bool), u32>,
}

/// The tables of both parts.
pub fn text() -> String {
    let mut text = part("seen");
    if std::env::var_os("TELLTALE_UNSEEN").is_some_and(|value| value == "1") {
        text.push_str(&part("unseen"));
    }
    text
}

fn part(part: &str) -> String {
    let samples = samples(part);
    let mut text = format!("\n{} foreign mails, {part}\n", samples.len());
    for rewritten in [false, true] {
        let counts = count(&samples, rewritten);
        let envelope = if rewritten { "rewritten" } else { "as servers send it" };
        let _ = writeln!(text, "\nenvelope {envelope}, expected down, got across\n{}", table(&counts));
        if !rewritten {
            text.push_str(&goals(&counts));
        }
    }
    text
}

fn samples(part: &str) -> Vec<Sample> {
    let labels = fs::read_to_string(Path::new(ROOT).join("labels.tsv")).unwrap();
    let rows = labels.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let rows = rows.filter(|row| row[0].starts_with(&format!("{part}/")));
    let sample = |row: Vec<&str>| Sample {
        kind: row[1].to_owned(),
        hardness: row[2].to_owned(),
        raw: fs::read(Path::new(ROOT).join(row[0])).unwrap(),
    };
    rows.map(sample).collect()
}

fn count(samples: &[Sample], rewritten: bool) -> Counts {
    let mut counts = Counts::default();
    for sample in samples {
        let mail = parse(&sample.raw).ok();
        let reported = !rewritten && ["bounce", "delayed"].contains(&sample.kind.as_str());
        let got = mail.as_ref().map_or_else(|| "other".to_owned(), |mail| kind(mail, reported));
        if got == "bounce" && sample.hardness != "-" {
            let hard = mail.as_ref().is_some_and(|mail| mail.returned().iter().any(DeliveryReport::is_hard));
            *counts.hardness.entry((sample.hardness.clone(), hard)).or_default() += 1;
        }
        *counts.kinds.entry((sample.kind.clone(), got)).or_default() += 1;
    }
    counts
}

/// What a mail is taken for, in the words of the labels.
fn kind(mail: &Received, reported: bool) -> String {
    let empty_envelope = reported || mail.header("return-path").next() == Some("<>");
    let found = classify(mail, "", empty_envelope, date(2026, 11, 24));
    if found.reasons.contains(&"report_delayed") {
        return "delayed".to_owned();
    }
    match json!(found.kind) {
        Value::String(kind) if KINDS.contains(&kind.as_str()) => kind,
        // A spam filter's question whether the sender is a person has a kind of its own.
        _ => "other".to_owned(),
    }
}

impl Counts {
    fn of(&self, expected: &str, got: &str) -> u32 {
        self.kinds.get(&(expected.to_owned(), got.to_owned())).copied().unwrap_or_default()
    }

    fn recall(&self, kind: &str) -> f64 {
        share(self.of(kind, kind), KINDS.iter().map(|got| self.of(kind, got)).sum())
    }

    fn precision(&self, kind: &str) -> f64 {
        share(self.of(kind, kind), KINDS.iter().map(|expected| self.of(expected, kind)).sum())
    }

    fn bounces(&self, hardness: &str, taken_for_hard: bool) -> u32 {
        self.hardness.get(&(hardness.to_owned(), taken_for_hard)).copied().unwrap_or_default()
    }

    /// The share of the bounces that are known as such, and whose hardness the label tells, that are taken for what they are.
    fn hardness_right(&self) -> f64 {
        let right = self.bounces("hard", true) + self.bounces("soft", false);
        share(right, self.hardness.values().sum())
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
}

fn table(counts: &Counts) -> String {
    let mut text = format!("{:>11}", "");
    for got in KINDS {
        let _ = write!(text, "{got:>11}");
    }
    let _ = writeln!(text, "{:>8}", "recall");
    for expected in KINDS {
        let _ = write!(text, "{expected:>11}");
        for got in KINDS {
            let _ = write!(text, "{:>11}", counts.of(expected, got));
        }
        let _ = writeln!(text, "{:>8.3}", counts.recall(expected));
    }
    for hardness in ["hard", "soft"] {
        let (hard, soft) = (counts.bounces(hardness, true), counts.bounces(hardness, false));
        let _ = writeln!(text, "{hardness:>11} bounces: {hard} taken for hard, {soft} for soft");
    }
    text
}

fn goals(counts: &Counts) -> String {
    let goals = [
        ("replies of persons, recall", counts.recall("reply"), REPLY_RECALL),
        ("replies of persons, precision", counts.precision("reply"), REPLY_PRECISION),
        ("bounces, recall", counts.recall("bounce"), BOUNCE_RECALL),
        ("hard or soft, right", counts.hardness_right(), HARDNESS),
        ("automatic replies, recall", counts.recall("auto_reply"), AUTO_REPLY_RECALL),
        ("complaints, recall", counts.recall("complaint"), COMPLAINT_RECALL),
    ];
    let line = |(what, found, goal): (&str, f64, f64)| {
        let verdict = if found >= goal { "target met" } else { "target missed" };
        format!("{what}: {found:.3}, at least {goal}: {verdict}\n")
    };
    goals.map(line).concat()
}
