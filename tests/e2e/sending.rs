//! Sending: what leaves, to whom, and what is said about it.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::world::{World, offer};

#[tokio::test(start_paused = true)]
async fn a_message_leaves_once_for_each_recipient_with_its_own_addresses() {
    let world = World::new().await;
    let mut draft = offer();
    draft["cc"] = json!([{"email": "boss@example.org"}]);
    draft["bcc"] = json!([{"email": "archive@example.net"}]);
    let id = world.send(draft).await;
    let mails = world.received();
    let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["purchasing@example.org", "boss@example.org", "archive@example.net"]);
    let pixels: std::collections::BTreeSet<String> = mails.iter().map(crate::world::Received::pixel).collect();
    assert_eq!(pixels.len(), 3, "each recipient has an own pixel");
    for mail in &mails {
        let head = String::from_utf8_lossy(&mail.raw);
        assert!(!head.contains("archive@example.net"), "nobody sees who is in Bcc");
        assert!(head.contains("boss@example.org"), "all see who is in Cc");
    }
    let message = world.message(&id).await;
    assert_eq!(message["status"], "sent");
    assert!(message["copies"].as_array().unwrap().iter().all(|copy| copy["status"] == "delivered"));
    assert_eq!(message["summary"], "Not opened yet");
}

#[tokio::test(start_paused = true)]
async fn an_untracked_message_leaves_as_it_was_written() {
    let world = World::new().await;
    let html =
        "<P>Hallo <A HREF=https://example.com/?a=1&b=2>Ümläut</A>\n<img src=\"https://example.com/logo.png\"></P>";
    let text = "Hallo https://example.com/?a=1&b=2\nÜmläut";
    let to = json!([{"email": "purchasing@example.org"}]);
    let id = world.draft(json!({"to": to, "subject": "x", "html": html, "text": text})).await;
    world.attach(&id, "tracked.pdf", true, b"one").await;
    world.attach(&id, "direct.pdf", false, b"two").await;
    world.call("PUT", &format!("/v1/messages/{id}/tracking"), json!({"requested": false})).await;
    let ways = |message: &Value| {
        let files = message["attachments"].as_array().unwrap();
        files.iter().map(|file| file["leaves_as"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ways(&world.message(&id).await), ["attached", "attached"]);
    world.release(&id).await;
    let mail = world.received().remove(0);
    assert_eq!(mail.html.replace("\r\n", "\n"), html);
    assert_eq!(mail.text.replace("\r\n", "\n"), text);
    let names: std::collections::BTreeSet<&str> = mail.attachments.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["direct.pdf", "tracked.pdf"].into(), "without tracking, every file is attached");
    let message = world.message(&id).await;
    assert_eq!((&message["tracking"]["state"], &message["summary"]), (&json!("off"), &json!("Sent, not tracked")));
}

#[tokio::test(start_paused = true)]
async fn tracked_and_direct_files_mix_in_one_message() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    world.attach(&id, "Angebot Ü.pdf", true, b"tracked bytes").await;
    world.attach(&id, "terms.pdf", false, b"direct bytes").await;
    world.release(&id).await;
    let mail = world.received().remove(0);
    assert_eq!(mail.attachments, [("terms.pdf".to_owned(), b"direct bytes".to_vec())]);
    assert_eq!(mail.tracked("/a/").len(), 1);
    assert!(mail.html.contains("Angebot Ü.pdf") && mail.text.contains("Angebot Ü.pdf"));
}

#[tokio::test(start_paused = true)]
async fn one_part_is_derived_from_the_other() {
    let world = World::new().await;
    let to = json!([{"email": "purchasing@example.org"}]);
    let id = world.draft(json!({"to": to, "subject": "x", "html": "<p>Hello</p><p>World</p>"})).await;
    assert!(world.message(&id).await["text"].as_str().unwrap().contains("Hello"));
    let id = world.draft(json!({"to": to, "subject": "x", "text": "see https://example.com/<b>"})).await;
    let html = world.message(&id).await["html"].as_str().unwrap().to_owned();
    assert!(html.contains("href=\"https://example.com/") && !html.contains("<b>"), "{html}");
}

#[tokio::test(start_paused = true)]
async fn a_sent_message_can_no_more_be_changed() {
    let world = World::new().await;
    let id = world.send(offer()).await;
    let path = format!("/v1/messages/{id}");
    let file = json!({"filename": "a.pdf", "content_type": "application/pdf", "size": 1});
    for (method, path, body) in [
        ("PATCH", path.clone(), json!({"subject": "other"})),
        ("PUT", format!("{path}/tracking"), json!({"requested": false})),
        ("POST", format!("{path}/attachments"), file),
        ("POST", format!("{path}/send"), json!({})),
    ] {
        let (status, problem) = world.call(method, &path, body).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("not_editable")), "{method} {path}");
    }
    let (status, problem) = world.call("DELETE", &path, Value::Null).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("already_sent")));
    assert_eq!(world.received().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_taken_back_never_leaves() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let path = format!("/v1/messages/{id}");
    world.call("POST", &format!("{path}/send"), json!({})).await;
    assert_eq!(world.call("DELETE", &path, Value::Null).await.0, 204, "no worker was faster");
    world.run_for(SignedDuration::from_mins(10)).await;
    assert_eq!(world.received().len(), 0);
    assert_eq!(world.message(&id).await["status"], "cancelled");
}

#[tokio::test(start_paused = true)]
async fn files_that_do_not_fit_leave_as_links_that_record_nothing() {
    let world = World::new().await;
    let large = vec![7; 8 * 1024 * 1024];
    let mut untracked = offer();
    untracked["tracking"] = json!(false);
    for (draft, tracked_links) in [(offer(), 1), (untracked, 0)] {
        let id = world.draft(draft).await;
        let path = format!("/v1/messages/{id}/attachments");
        let file = world.attach(&id, "large.pdf", false, &large).await;
        world.advance(SignedDuration::from_secs(1));
        world.attach(&id, "terms.pdf", false, b"direct bytes").await;
        world.advance(SignedDuration::from_secs(1));
        if tracked_links > 0 {
            world.attach(&id, "offer.pdf", true, b"tracked bytes").await;
        }
        assert_eq!(world.call("GET", &format!("{path}/{file}"), Value::Null).await.1["leaves_as"], "unlogged_link");
        world.release(&id).await;
        let mail = world.received().pop().unwrap();
        assert_eq!(mail.attachments, [("terms.pdf".to_owned(), b"direct bytes".to_vec())]);
        let links = mail.tracked("/a/");
        assert_eq!(links.len(), tracked_links + 1);
        assert!(mail.text.contains("large.pdf") && mail.text.contains(&links[0]), "{}", mail.text);

        world.advance(SignedDuration::from_mins(10));
        let (status, headers) = world.visit(&links[0]).await;
        assert_eq!((status, headers["location"].to_str().unwrap().contains("large.pdf")), (302, true));
        world.settle().await;
        assert_eq!(world.kpi(&id, "attachment_views").await, 0);
        let revoked = world.call("PATCH", &format!("{path}/{file}"), json!({"revoked": true})).await;
        assert_eq!((revoked.0, world.visit(&links[0]).await.0), (200, 410));
        let expires = json!({"revoked": false, "expires_at": "2026-11-23T08:00:01Z"});
        world.call("PATCH", &format!("{path}/{file}"), expires).await;
        assert_eq!(world.visit(&links[0]).await.0, 410);
        if tracked_links > 0 {
            assert_eq!(world.visit(&links[1]).await.0, 302);
            world.settle().await;
            assert_eq!(world.kpi(&id, "attachment_views").await, 1, "the other one counts");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_objection_never_makes_mail_undeliverable() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    world.attach(&id, "large.pdf", true, &vec![7; 12 * 1024 * 1024]).await;
    let objects = json!({"emails": ["purchasing@example.org"], "tracking": "deny"});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", objects).await.0, 201);
    let message = world.message(&id).await;
    assert_eq!(message["attachments"][0]["leaves_as"], "unlogged_link");
    world.release(&id).await;
    let mail = world.received().remove(0);
    assert!(mail.tracked("/o/").is_empty() && mail.tracked("/c/").is_empty() && mail.attachments.is_empty());
    world.advance(SignedDuration::from_mins(10));
    assert_eq!(world.visit(&mail.tracked("/a/")[0]).await.0, 302);
    world.settle().await;
    assert_eq!(world.cloud.sqs.depth("events").unwrap().total(), 0);
    let events = world.timeline(&id).await["events"].as_array().unwrap().clone();
    assert!(events.iter().all(|event| event["verdict"].is_null()), "{events:?}");
    assert_eq!(world.message(&id).await["status"], "sent");
}

#[tokio::test(start_paused = true)]
async fn only_a_tracked_message_can_have_tracked_files() {
    let world = World::new().await;
    let objects = json!({"emails": ["no@example.org"], "tracking": "deny"});
    world.call("PUT", "/v1/records/contact/c-1", objects).await;
    let mut off = offer();
    off["tracking"] = json!(false);
    let blocked = json!({"to": [{"email": "no@example.org"}], "subject": "x", "text": "x"});
    for draft in [off, blocked] {
        let path = format!("/v1/messages/{}/attachments", world.draft(draft).await);
        let file = |tracked: Value| {
            let mut file = json!({"filename": "a.pdf", "content_type": "application/pdf", "size": 1});
            file["tracked"] = tracked;
            file
        };
        let (status, problem) = world.call("POST", &path, file(json!(true))).await;
        assert_eq!(
            (status, &problem["code"], &problem["errors"][0]["pointer"]),
            (422, &json!("needs_tracking"), &json!("/tracked"))
        );
        let mut left_out = file(Value::Null);
        left_out.as_object_mut().unwrap().remove("tracked");
        let (status, made) = world.call("POST", &path, left_out).await;
        assert_eq!((status, &made["tracked"], &made["leaves_as"]), (201, &json!(false), &json!("attached")), "{made}");
        let path = format!("{path}/{}", made["id"].as_str().unwrap());
        assert_eq!(world.call("PATCH", &path, json!({"tracked": true})).await.0, 422);
    }
}

#[tokio::test(start_paused = true)]
async fn files_must_have_arrived_as_announced() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let path = format!("/v1/messages/{id}");
    let input = json!({"filename": "a.pdf", "content_type": "application/pdf", "size": 10});
    let (_, file) = world.call("POST", &format!("{path}/attachments"), input).await;
    let code = async || world.call("POST", &format!("{path}/send"), json!({})).await.1["code"].clone();
    assert_eq!(code().await, "attachment_pending");
    assert_eq!(world.upload(&file, b"not ten").await, 403, "storage lets in the announced size only");
    world.advance(SignedDuration::from_mins(16));
    assert_eq!(code().await, "upload_expired");
    let file = world.call("GET", &format!("{path}/attachments/{}", file["id"].as_str().unwrap()), Value::Null).await.1;
    assert_eq!(file["status"], "pending");
    assert_eq!(world.upload(&file, b"ten bytes!").await, 200);
    assert_eq!(world.message(&id).await["attachments"][0]["status"], "ready");
    world.release(&id).await;
    assert_eq!(world.received()[0].tracked("/a/").len(), 1);
}
