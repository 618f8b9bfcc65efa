use std::fmt::Write as _;

use super::*;

fn mail(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

#[test]
fn what_is_used_is_read() {
    let received = parse(&mail(
        "From: =?UTF-8?Q?J=C3=BCrgen?= <juergen@example.org>\nTo: Sales <sales@example.com>, b@example.com\n\
         Delivered-To: <token@replies.example.com>\nSubject: Re: =?UTF-8?Q?Angebot_f=C3=BCr_Sie?=\n\
         Message-ID: <1@example.org>\nIn-Reply-To: <2@example.com>\nReferences: <3@example.com>\n <2@example.com>\n\n\
         Ja, gern.\n",
    ))
    .unwrap();
    assert_eq!(received.from.as_deref(), Some("juergen@example.org"));
    assert_eq!(received.from_name.as_deref(), Some("Jürgen"));
    assert_eq!(received.recipients, ["sales@example.com", "b@example.com", "token@replies.example.com"]);
    assert_eq!(received.subject, "Re: Angebot für Sie");
    assert_eq!(received.message_id.as_deref(), Some("1@example.org"));
    assert_eq!(received.in_reply_to, ["2@example.com"]);
    assert_eq!(received.references, ["3@example.com", "2@example.com"]);
    assert_eq!(received.text.trim(), "Ja, gern.");
    assert_eq!(received.header("subject").count(), 1);
}

#[test]
fn two_authors_are_none() {
    for from in ["a@example.com, b@example.com", ""] {
        assert_eq!(parse(&mail(&format!("From: {from}\nSubject: x\n\nx\n"))).unwrap().from, None);
    }
}

#[test]
fn mail_made_to_exhaust_is_refused_at_once() {
    let nested = |kind: &str| format!("Content-Type: {kind}\n\n").repeat(30_000);
    let mut header = String::new();
    for n in 0..20_001 {
        writeln!(header, "X-{n}: y").unwrap();
    }
    for (bomb, why) in [
        (nested("message/rfc822"), TooComplex::Nesting),
        (nested("MESSAGE/RFC822"), TooComplex::Nesting),
        (nested("message/global"), TooComplex::Nesting),
        (nested("multipart/digest; boundary=a"), TooComplex::Nesting),
        (nested("multipart/mixed; boundary=a"), TooComplex::Nesting),
        (format!("Content-Type: multipart/mixed; boundary=a\n\n{}", "--a\n\n".repeat(30_000)), TooComplex::Parts),
        (format!("{header}\nx"), TooComplex::Header),
        (format!("X: {}\n\nx", "y".repeat(1_100_000)), TooComplex::Header),
        ("x".repeat(MAX_BYTES + 1), TooComplex::Size),
    ] {
        assert_eq!(parse(bomb.as_bytes()), Err(why), "{}", &bomb[..30]);
    }
}

#[test]
fn mail_at_the_limits_is_read() {
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(500);
    assert!(parse(format!("{nested}Subject: x\r\n\r\nx").as_bytes()).is_ok());
    let parts = "--a\r\n\r\nx\r\n".repeat(1500);
    assert!(parse(format!("Content-Type: multipart/mixed; boundary=a\r\n\r\n{parts}").as_bytes()).is_ok());
    let recipients = "a@example.com, ".repeat(10_000);
    assert!(parse(format!("To: {recipients}\r\n\r\nx").as_bytes()).unwrap().recipients.len() <= 200);
}

#[test]
fn nothing_at_all_is_no_mail_and_anything_else_breaks_nothing() {
    assert_eq!(parse(b""), Err(TooComplex::Unreadable));
    for odd in [&b"\r\n"[..], b"x", b"\0\xff\n\n\0", b"From: \xff\xfe <\xff@\xff>\r\n\r\n\xff"] {
        let _ = parse(odd);
    }
}

/// mail-parser 0.11.9 loses a part of this mail, and panics.
#[test]
fn a_mail_on_which_the_parser_gives_up_is_unreadable_and_harms_nothing() {
    assert_eq!(parse(include_bytes!("lost_part.eml")).err(), Some(TooComplex::Unreadable));
}

#[test]
fn words_and_lines_of_a_text_are_no_parts() {
    let links = "https://teams.example/l/message/19:1@thread/ multipart/mixed /digest\n".repeat(100);
    let dashes = "--\n-- \n----------\n-- a comment\n".repeat(10_000);
    for text in [links, dashes] {
        let mail = mail(&format!("Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\n\n{text}--b--\n"));
        assert!(parse(&mail).is_ok(), "{}", &text[..20]);
    }
    let mut header = String::new();
    for n in 0..1500 {
        writeln!(header, "X-{n}: y").unwrap();
    }
    assert!(parse(&mail(&format!("{header}\nx"))).is_ok());
}

#[test]
fn borders_are_counted_however_they_are_declared() {
    let parts = "--a1\n\n".repeat(30_000);
    for field in [
        "Content-Type: multipart/mixed; boundary=a1",
        "content-type:multipart/mixed;\n\tBOUNDARY = \"A1\"",
        "Content-Type : multipart/mixed; boundary=a",
        "Content-Type: multipart/mixed; boundary*0=a; boundary*1=1",
    ] {
        assert_eq!(parse(&mail(&format!("{field}\n\n{parts}"))), Err(TooComplex::Parts), "{field}");
    }
}

#[test]
fn the_header_of_a_mail_that_is_too_complex_is_read() {
    let bomb = "Content-Type: message/rfc822\n\n".repeat(30_000);
    let raw = mail(&format!("From: Ann <ann@example.org>\nSubject: Re: x\nIn-Reply-To: <1@example.com>\n{bomb}"));
    assert!(parse(&raw).is_err());
    let header = parse_header(&raw);
    assert_eq!((header.from.as_deref(), header.subject.as_str()), (Some("ann@example.org"), "Re: x"));
    assert_eq!((header.in_reply_to, header.text), (vec!["1@example.com".to_owned()], String::new()));
}

#[test]
fn ids_and_names_are_read_as_libraries_write_them() {
    for (field, want) in [
        ("In-Reply-To: =?utf-8?q?=3C0100=40email=2Eamazonses=2Ecom=3E?=", vec!["0100@email.amazonses.com"]),
        (
            "In-Reply-To: =?utf-8?q?=3C0100018c-aaaa-bbbb=40email=2Eamazon?=\n =?utf-8?q?ses=2Ecom=3E?=",
            vec!["0100018c-aaaa-bbbb@email.amazonses.com"],
        ),
        ("In-Reply-To: <1@example.com>", vec!["1@example.com"]),
    ] {
        assert_eq!(parse(&mail(&format!("{field}\n\nx\n"))).unwrap().in_reply_to, want, "{field}");
    }
    let unquoted = parse(&mail("From: Buyer, Ann <ann@example.org>\n\nx\n")).unwrap();
    assert_eq!(unquoted.from.as_deref(), Some("ann@example.org"));
    let returned = parse(&mail("X-Original-Message-ID: <1@example.com>\n\nx\n")).unwrap();
    assert_eq!(returned.attached_ids, ["1@example.com"]);
}
