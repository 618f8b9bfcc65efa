use domain::ground::id::AttachmentId;
use domain::message::attachment::Upload;
use domain::message::{Mailbox, MessageState, RecipientRole};
use domain::people::address::EmailAddress;
use jiff::Timestamp;

use super::*;
use crate::compose;

const MB: u64 = 1_000_000;

fn message() -> Message {
    let mailbox =
        |email: &str, name: &str| Mailbox { email: EmailAddress::parse(email).unwrap(), name: Some(name.into()) };
    let now = Timestamp::UNIX_EPOCH;
    Message {
        id: domain::ground::id::MessageId::new(now, [1; 10]),
        org: domain::ground::id::OrgId::new(now, [2; 10]),
        owner: domain::ground::id::UserId::new(now, [3; 10]),
        from: mailbox("sales@example.com", "Søren Sales"),
        recipients: vec![Recipient {
            role: RecipientRole::To,
            mailbox: mailbox("purchasing@example.org", "Einkauf Überlingen"),
            record: None,
        }],
        subject: "Angebot für Überlingen".into(),
        regarding: None,
        template: None,
        filled: domain::message::template::TemplateFill::Once,
        metadata: std::collections::BTreeMap::new(),
        tracking_requested: true,
        tracked: true,
        blocked: Vec::new(),
        body: String::new(),
        links: 0,
        state: MessageState::Draft,
        version: 1,
        created_at: now,
        send_at: None,
        schedule: None,
        replies_to_us: false,
        thread: None,
        expired_at: None,
    }
}

fn file(size: u64, tracked: bool) -> Attachment {
    Attachment {
        id: AttachmentId::from_bytes([1; 16]),
        filename: "Angebot Überlingen.pdf".into(),
        content_type: "application/pdf".into(),
        size,
        tracked,
        upload: Upload::Ready { version: None },
        expires_at: None,
        revoked: false,
        version: 1,
    }
}

fn body(html: &str) -> Body {
    Body { html: html.into(), text: "Hello".into(), ..Body::empty() }
}

#[test]
fn what_does_not_fit_leaves_as_a_link_that_records_nothing() {
    use LeavesAs::{Attached, Link, UnloggedLink};
    for (files, tracked, want) in [
        (vec![], true, vec![]),
        (vec![(MB, true), (MB, false)], true, vec![Link, Attached]),
        (vec![(MB, true), (MB, false)], false, vec![Attached, Attached]),
        (vec![(12 * MB, true)], true, vec![Link]),
        (vec![(12 * MB, true)], false, vec![UnloggedLink]),
        (vec![(6_900_000, false)], false, vec![Attached]),
        (vec![(7_200_000, false)], true, vec![UnloggedLink]),
        (vec![(4 * MB, false), (4 * MB, false), (2 * MB, false)], false, vec![Attached, UnloggedLink, Attached]),
        (vec![(25 * MB, false), (25 * MB, true)], false, vec![UnloggedLink, UnloggedLink]),
    ] {
        let files: Vec<Attachment> = files.into_iter().map(|(size, tracked)| file(size, tracked)).collect();
        let plan = plan(&message(), &body("<p>Hello</p>"), &files, tracked);
        assert_eq!(plan.files, want, "{files:?}");
        assert!(plan.bytes <= MAX_BYTES);
    }
}

#[test]
fn a_long_body_leaves_less_room() {
    let files = [file(6_900_000, false)];
    let long = body(&"<p>Überlingen</p>\n".repeat(50_000));
    assert_eq!(plan(&message(), &long, &files, false).files, [LeavesAs::UnloggedLink]);
}

#[test]
fn a_plan_is_never_smaller_than_the_mail() {
    let html =
        ["<p>Hello</p>".to_owned(), "\n".repeat(5_000), "<p>Ünïcödé 中文 =\t.\n".repeat(300), "a".repeat(70_000)];
    for html in html {
        for size in [1_u64, 57, 100_000] {
            let (message, body, file) = (message(), body(&html), file(size, false));
            let bytes = vec![7; usize::try_from(size).unwrap()];
            let mailbox = |mailbox: &'_ Mailbox| (mailbox.name.clone(), mailbox.email.as_str().to_owned());
            let ((from_name, from), (to_name, to)) = (mailbox(&message.from), mailbox(&message.recipients[0].mailbox));
            let mail = compose::Mail {
                from: compose::Mailbox { name: from_name.as_deref(), email: &from },
                reply_to: None,
                to: vec![compose::Mailbox { name: to_name.as_deref(), email: &to }],
                cc: Vec::new(),
                subject: &message.subject,
                html: Some(&body.html),
                text: Some(&body.text),
                message_id: "1@example.com",
                references: vec!["2@example.com"],
                in_reply_to: None,
                date_unix_seconds: 0,
                headers: Vec::new(),
                boundary_seed: "1",
                attachments: vec![compose::Attached {
                    filename: &file.filename,
                    content_type: &file.content_type,
                    bytes: &bytes,
                }],
            };
            let sent = compose::compose(&mail).unwrap().len();
            let planned = plan(&message, &body, &[file], false).bytes;
            assert!(planned >= sent, "{planned} {sent}");
        }
    }
}
