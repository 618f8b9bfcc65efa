//! Mail that nobody here wrote, the part of it that is there to work with: `tests/corpus/mail/seen`.
//!
//! Each mail is read as servers send it, and with the envelope that forwarding rules make of it. `cargo test -p e2e --bench
//! bench -- --corpus` prints the table.

use std::fs;
use std::path::Path;

use domain::signs::reply::ReplyKind;
use jiff::civil::date;
use mail::classify::classify;
use mail::parse::{DeliveryReport, parse};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus/mail");

/// File, kind, and hardness.
fn seen() -> Vec<[String; 3]> {
    let labels = fs::read_to_string(Path::new(ROOT).join("labels.tsv")).unwrap();
    let rows = labels.lines().filter(|line| line.starts_with("seen/"));
    rows.map(|line| {
        let mut fields = line.split('\t').map(str::to_owned);
        [fields.next().unwrap(), fields.next().unwrap(), fields.next().unwrap()]
    })
    .collect()
}

fn got(raw: &[u8], kind: &str, rewritten: bool) -> (String, Vec<&'static str>) {
    let Ok(mail) = parse(raw) else { return ("unread".to_owned(), Vec::new()) };
    let reported = !rewritten && ["bounce", "delayed"].contains(&kind);
    let empty = reported || mail.header("return-path").next() == Some("<>");
    let found = classify(&mail, "", empty, date(2026, 11, 24));
    let name = match found.kind {
        _ if found.reasons.contains(&"report_delayed") => "delayed",
        ReplyKind::Reply => "reply",
        ReplyKind::AutoReply => "auto_reply",
        ReplyKind::Bounce => "bounce",
        ReplyKind::Complaint => "complaint",
        ReplyKind::Forward => "forward",
        _ => "other",
    };
    (name.to_owned(), found.reasons)
}

#[test]
fn foreign_mail_is_told_apart_whatever_its_envelope() {
    let mut wrong = Vec::new();
    for [file, kind, _] in seen() {
        let raw = fs::read(Path::new(ROOT).join(&file)).unwrap();
        for rewritten in [false, true] {
            let (got, reasons) = got(&raw, &kind, rewritten);
            if got != kind {
                wrong.push(format!("{file} rewritten {rewritten}: {got} {reasons:?}"));
            }
        }
    }
    assert!(wrong.len() <= 7, "{} {wrong:#?}", wrong.len());
}

#[test]
fn the_address_is_blamed_only_when_it_is_at_fault() {
    let (mut wrong, mut all) = (Vec::new(), 0);
    for [file, kind, hardness] in seen() {
        let raw = fs::read(Path::new(ROOT).join(&file)).unwrap();
        let (Ok(mail), true) = (parse(&raw), kind == "bounce" && hardness != "-") else { continue };
        all += 1;
        let hard = mail.returned().iter().any(DeliveryReport::is_hard);
        if hard != (hardness == "hard") {
            let said: String = mail.returned()[0].diagnostic.clone().unwrap_or_default().chars().take(300).collect();
            wrong.push(format!("{hardness} {file}: {:?} {said}", mail.returned()[0].status));
        }
    }
    assert!(wrong.len() * 20 <= all, "{} of {all} {wrong:#?}", wrong.len());
}
