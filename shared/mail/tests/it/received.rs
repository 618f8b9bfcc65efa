//! Mails as clients, servers and lists write them, by origin; the name of each begins with what it is.

use std::fs;
use std::path::{Path, PathBuf};

use domain::signs::reply::ReplyKind;
use jiff::civil::date;
use mail::classify::classify;
use mail::parse::parse;
use mail::thread::candidates;

/// Every mail of the corpus: where it is, what it is by its name, and its bytes.
fn corpus() -> Vec<(String, Option<ReplyKind>, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/mail");
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let folders = entries(&root).into_iter().filter(|path| path.is_dir());
    let mails = folders.flat_map(|folder| entries(&folder)).filter(|path| path.extension().is_some_and(|e| e == "eml"));
    mails
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, kind(&file), fs::read(&path).unwrap())
        })
        .collect()
}

fn kind(file: &str) -> Option<ReplyKind> {
    let name = file.split(['-', '.']).next().unwrap();
    Some(match name {
        "reply" => ReplyKind::Reply,
        "auto_reply" => ReplyKind::AutoReply,
        "bounce" => ReplyKind::Bounce,
        "forward" => ReplyKind::Forward,
        "challenge" => ReplyKind::Challenge,
        "other" => ReplyKind::Other,
        _ => return None,
    })
}

fn returns_nobody(raw: &[u8]) -> bool {
    raw.starts_with(b"Return-Path: <>")
}

#[test]
fn every_mail_is_what_its_name_says() {
    let mut wrong = Vec::new();
    let named = corpus().into_iter().filter_map(|(name, kind, raw)| Some((name, kind?, raw)));
    let mut count = 0;
    for (name, kind, raw) in named {
        count += 1;
        let found = classify(&parse(&raw).unwrap(), "", returns_nobody(&raw), date(2026, 11, 24));
        if found.kind != kind {
            wrong.push(format!("{name}: {found:?}"));
        }
    }
    assert!(count >= 55, "{count}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn replies_name_the_message_that_they_answer() {
    for (name, kind, raw) in corpus() {
        // A client that sends no headers can only be found by the address.
        let silent = name.contains("no-headers") || name.contains("two-froms");
        if kind.is_some_and(|kind| kind != ReplyKind::Other)
            && !silent
            && !name.contains("qmail")
            && !name.contains("broken")
        {
            let found = candidates(&parse(&raw).unwrap(), &[], None);
            assert!(!found.is_empty(), "{name}");
        }
    }
}

#[test]
fn two_authors_are_nobody() {
    let (_, _, raw) = corpus().into_iter().find(|(name, ..)| name.contains("two-froms")).unwrap();
    let mail = parse(&raw).unwrap();
    assert_ne!(mail.from.as_deref(), Some("purchasing@example.org"), "the first of two From fields is not believed");
}

#[test]
fn broken_mails_break_nothing() {
    for (_, _, raw) in corpus() {
        for end in [raw.len() / 3, raw.len() / 2, raw.len() - 1] {
            if let Ok(mail) = parse(&raw[..end]) {
                classify(&mail, "", false, date(2026, 11, 24));
                candidates(&mail, &[], Some("replies.example.com"));
            }
        }
    }
}
