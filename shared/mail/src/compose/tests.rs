use super::{Attached, Error, MAX_BYTES, Mail, Mailbox, Reason, compose};

fn mail<'a>() -> Mail<'a> {
    Mail {
        from: Mailbox { name: Some("Sales"), email: "sales@example.com" },
        reply_to: None,
        to: vec![Mailbox { name: None, email: "customer@example.test" }],
        cc: Vec::new(),
        subject: "Offer",
        html: Some("<p>Hello</p>"),
        text: Some("Hello\n"),
        message_id: "0190-1@mail.example.com",
        references: Vec::new(),
        in_reply_to: None,
        date_unix_seconds: 1_780_000_000,
        headers: Vec::new(),
        boundary_seed: "0190-1",
        attachments: Vec::new(),
    }
}

fn written(mail: &Mail<'_>) -> String {
    String::from_utf8(compose(mail).unwrap()).unwrap()
}

#[test]
fn writes_text_and_html_as_alternatives() {
    let expected = "From: \"Sales\" <sales@example.com>\r\n\
        To: <customer@example.test>\r\n\
        Subject: Offer\r\n\
        Date: Thu, 28 May 2026 20:26:40 +0000\r\n\
        Message-ID: <0190-1@mail.example.com>\r\n\
        MIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=\"=_aa185aa16a957f4f9\"\r\n\
        \r\n\
        --=_aa185aa16a957f4f9\r\n\
        Content-Type: text/plain; charset=\"utf-8\"\r\n\
        Content-Transfer-Encoding: 7bit\r\n\
        \r\n\
        Hello\r\n\
        \r\n\
        --=_aa185aa16a957f4f9\r\n\
        Content-Type: text/html; charset=\"utf-8\"\r\n\
        Content-Transfer-Encoding: 7bit\r\n\
        \r\n\
        <p>Hello</p>\r\n\
        --=_aa185aa16a957f4f9--\r\n";
    assert_eq!(written(&mail()), expected);
}

#[test]
fn gives_the_same_bytes_for_the_same_mail() {
    let file = Attached { filename: "a.pdf", content_type: "application/pdf", bytes: b"%PDF" };
    let mail = Mail { attachments: vec![file], ..mail() };
    assert_eq!(compose(&mail), compose(&mail));
    let other = Mail { boundary_seed: "0190-2", ..mail.clone() };
    assert_ne!(compose(&other), compose(&mail));
}

#[test]
fn carries_every_header() {
    let names =
        ["Müller, Käthe \"K\"", "山田 太郎", "ASCII, with \\ and \"quotes\" <x@example.com>", "Ж".repeat(60).as_str()]
            .map(str::to_owned);
    let mailbox = |name| Mailbox { name: Some(name), email: "a.b+c@xn--mller-kva.example" };
    let subject = "Größe € ".repeat(40);
    let references: Vec<_> = (0..60).map(|i| format!("0190-{i}@mail.example.com")).collect();
    let mail = Mail {
        from: mailbox(&names[0]),
        reply_to: Some(mailbox(&names[1])),
        to: names.iter().map(|name| mailbox(name)).collect(),
        cc: names.iter().map(|name| mailbox(name)).collect(),
        subject: subject.trim(),
        references: references.iter().map(String::as_str).collect(),
        in_reply_to: Some("0190-0@mail.example.com"),
        headers: vec![("X-CRM-Id", "42"), ("X-CRM-Note", "ä  b"), ("X-CRM-Note", "=?utf-8?Q?no?=")],
        ..mail()
    };
    let written = written(&mail);
    assert!(written.lines().all(|line| line.len() <= 78), "{written}");
}

#[test]
fn carries_text_as_it_is() {
    for text in [
        "",
        "\n",
        "a",
        "a\r\nb\nc\n\n",
        "trailing space \nand tab\t\n",
        ".\n..\nFrom x\n",
        "--=_aa185aa16a957f4f9\r\nContent-Type: text/html\r\n\r\n<b>\r\n",
        "grüße\u{2028}\u{feff}",
        "\u{feff}x",
        "a\rb",
        "\u{0}\u{1}\u{b}\u{c}\u{1b}\u{7f}\u{85}",
        "=20=\n=?utf-8?Q?x?=",
    ] {
        for mail in [
            Mail { text: Some(text), html: Some(text), ..mail() },
            Mail { text: Some(text), html: None, ..mail() },
            Mail { text: None, html: Some(text), ..mail() },
        ] {
            assert!(compose(&mail).is_ok(), "{text:?} {:?}", compose(&mail));
        }
    }
    let long = format!("{} {}\n", "x".repeat(5_000), "ü".repeat(5_000));
    assert!(written(&Mail { text: Some(&long), html: Some(&long), ..mail() }).lines().all(|line| line.len() <= 78));
    assert!(compose(&Mail { text: None, html: None, ..mail() }).is_ok());
}

#[test]
fn attaches_files_byte_for_byte() {
    let every: Vec<u8> = (0..=255).cycle().take(1_000).collect();
    let name = format!("{}.pdf", "Angebot für Größe ".repeat(8));
    let plain = format!("{}.pdf", "Offer \"1\" \\ 2; ".repeat(10));
    let file = |filename, content_type, bytes| Attached { filename, content_type, bytes };
    let mail = Mail {
        attachments: vec![
            file("a.pdf", "application/pdf", &every),
            file(&name, "Application/PDF", b""),
            file(&plain, "text/csv; charset=iso-8859-1; header=present", b"a;\xfc\nb\r\n\r"),
            file("page.html", "text/html", b"<p>"),
            file("mail.eml", "message/rfc822", b"Subject: x\r\n\r\ny"),
            file("=?utf-8?Q?a?=", "text/plain", b"Content-Type: x\r\n"),
            file("報告.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &every),
        ],
        ..mail()
    };
    let written = written(&mail);
    assert!(written.contains("filename*0*=UTF-8''Angebot%20f%C3%BCr"), "{written}");
    assert!(written.lines().all(|line| line.len() <= 160), "{written}");
    for (html, text) in [(None, Some("x")), (Some("x"), None), (None, None)] {
        assert!(compose(&Mail { html, text, ..mail.clone() }).is_ok());
    }
}

/// Values that try to start another header or break a line.
const INJECTIONS: &[&str] = &[
    "a\r\nBcc: spy@example.com",
    "a\nBcc: spy@example.com",
    "a\rBcc: spy@example.com",
    "a\r\n\r\n<script>",
    "a\u{0}b",
    "a\u{b}b",
    "a\u{1b}b",
    "a\u{7f}b",
    "a\u{85}Bcc: spy@example.com",
    "a\u{2028}Bcc: spy@example.com",
    "a\u{2029}b",
    "\r\n",
    "\n",
];

#[test]
fn refuses_line_breaks_wherever_they_come() {
    for &evil in INJECTIONS {
        let name = Mailbox { name: Some(evil), email: "a@example.com" };
        let email = Mailbox { name: None, email: evil };
        let file = |filename, content_type| vec![Attached { filename, content_type, bytes: b"" }];
        for mail in [
            Mail { from: name, ..mail() },
            Mail { from: email, ..mail() },
            Mail { reply_to: Some(name), ..mail() },
            Mail { to: vec![name], ..mail() },
            Mail { to: vec![email], ..mail() },
            Mail { cc: vec![email], ..mail() },
            Mail { subject: evil, ..mail() },
            Mail { message_id: evil, ..mail() },
            Mail { in_reply_to: Some(evil), ..mail() },
            Mail { references: vec!["a@example.com", evil], ..mail() },
            Mail { headers: vec![("X-Crm", evil)], ..mail() },
            Mail { attachments: file(evil, "text/plain"), ..mail() },
            Mail { attachments: file("a", evil), ..mail() },
        ] {
            assert!(matches!(compose(&mail), Err(Error::Refused { reason: Reason::Control, .. })), "{mail:?}");
        }
        assert!(compose(&Mail { headers: vec![(evil, "a")], ..mail() }).is_err());
        assert_eq!(compose(&Mail { boundary_seed: evil, ..mail() }).map(|_| ()), Ok(()));
    }
}

#[test]
fn refuses_what_is_malformed() {
    for email in [
        "",
        "a",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "<a@b>",
        "a@b, c@d",
        "\"a\"@b",
        "a@[192.0.2.1]",
        "ä@b",
        "a@ä",
        "a..b@c",
        ".a@b",
        "a@b.",
        "a@-b",
        "(c)a@b",
        "a:b@c",
    ] {
        let mail = Mail { to: vec![Mailbox { name: None, email }], ..mail() };
        assert_eq!(compose(&mail), Err(Error::Refused { field: "To", reason: Reason::Malformed }), "{email}");
    }
    for name in ["Bcc", "Subject", "X-", "X-SES-Tags", "x-ses-configuration-set", "X-A:", "X-A b", "X-ä", "", "XX-A"] {
        assert!(compose(&Mail { headers: vec![(name, "a")], ..mail() }).is_err(), "{name}");
    }
    for id in ["", "<a@b>", "a b@c", "ä@b", "a>b"] {
        assert!(compose(&Mail { message_id: id, ..mail() }).is_err(), "{id}");
        assert!(compose(&Mail { references: vec![id], ..mail() }).is_err(), "{id}");
    }
    for content_type in ["", "pdf", "a/", "/b", "a/b/c", "a b/c", "a/b; x", "a/b; x=\"y\" z", "a/b;", "text/ä"] {
        let file = Attached { filename: "a", content_type, bytes: b"" };
        assert!(compose(&Mail { attachments: vec![file], ..mail() }).is_err(), "{content_type}");
    }
    for filename in ["", " "] {
        let file = Attached { filename, content_type: "a/b", bytes: b"" };
        assert!(compose(&Mail { attachments: vec![file], ..mail() }).is_err());
    }
    assert_eq!(compose(&Mail { date_unix_seconds: i64::MAX, ..mail() }), Err(Error::Mismatch { field: "Date" }));
}

#[test]
fn stops_at_the_longest_value() {
    let ascii = "a".repeat(988);
    assert!(compose(&Mail { subject: &ascii, ..mail() }).is_ok());
    let wide = "ä".repeat(400);
    for subject in [format!("{ascii}a"), wide] {
        let refused = Error::Refused { field: "Subject", reason: Reason::TooLong(988) };
        assert_eq!(compose(&Mail { subject: &subject, ..mail() }), Err(refused));
    }
    let name = "n".repeat(1025);
    assert!(compose(&Mail { from: Mailbox { name: Some(&name), email: "a@example.com" }, ..mail() }).is_err());
}

#[test]
fn refuses_what_is_too_large() {
    let bytes = vec![0; MAX_BYTES / 4 * 3];
    let file = Attached { filename: "a", content_type: "a/b", bytes: &bytes };
    let large = Mail { attachments: vec![file], ..mail() };
    assert!(matches!(compose(&large), Err(Error::TooLarge { bytes }) if bytes > MAX_BYTES));
    let file = Attached { bytes: &bytes[..bytes.len() / 20 * 19], ..file };
    assert!(compose(&Mail { attachments: vec![file], ..mail() }).is_ok());
}

#[test]
fn carries_naughty_strings_wherever_they_may_stand() {
    let forbidden = |c: char| c.is_ascii_control() && c != '\t' || ['\u{85}', '\u{2028}', '\u{2029}'].contains(&c);
    for &naughty in naughty_strings::BLNS {
        let mail = Mail { html: Some(naughty), text: Some(naughty), ..mail() };
        let file = Attached { filename: naughty, content_type: "text/plain", bytes: naughty.as_bytes() };
        let file = Attached { filename: if naughty.trim().is_empty() { "a" } else { naughty }, ..file };
        let in_headers = Mail {
            subject: naughty,
            headers: vec![("X-Crm", naughty)],
            to: vec![Mailbox { name: Some(naughty), email: "a@example.com" }],
            attachments: vec![file],
            ..mail.clone()
        };
        assert_eq!(compose(&mail).map(|_| ()), Ok(()), "{naughty:?}");
        match compose(&in_headers) {
            Ok(_) => assert!(!naughty.contains(forbidden), "{naughty:?}"),
            Err(Error::Refused { reason: Reason::Control, .. }) => assert!(naughty.contains(forbidden), "{naughty:?}"),
            Err(Error::Refused { reason: Reason::TooLong(_), .. }) => assert!(naughty.len() > 256, "{naughty:?}"),
            Err(error) => panic!("{error} {naughty:?}"),
        }
    }
}

#[test]
fn any_id_that_came_in_can_be_answered() {
    let ids = [
        "abc@[192.0.2.1]",
        "abc@[IPv6:2001:db8::1]",
        "\"a.b\"@example.com",
        "a,b;c:d@example.com",
        "a(b)c@example.com",
        "a\\b@example.com",
        "no-at-sign",
        "a@b@c",
        "[x]",
    ];
    assert_eq!(super::usable_ids(&ids), ids);
    for id in ids {
        let mail = Mail { in_reply_to: Some(id), references: vec!["a@example.com", id], ..mail() };
        assert!(compose(&mail).is_ok(), "{id} {:?}", compose(&mail).err());
    }
}

#[test]
fn a_mail_to_blind_copied_recipients_names_nobody() {
    let written = written(&Mail { to: Vec::new(), ..mail() });
    assert!(written.contains("\r\nTo: undisclosed-recipients:;\r\n"), "{written}");
}

#[test]
fn an_invitation_keeps_its_method() {
    let file = Attached {
        filename: "invite.ics",
        content_type: "text/calendar; method=REQUEST; charset=\"utf-8\"",
        bytes: b"BEGIN",
    };
    let written = written(&Mail { attachments: vec![file], ..mail() });
    assert!(written.contains("Content-Type: text/calendar; method=REQUEST; charset=\"utf-8\"\r\n"), "{written}");
}
