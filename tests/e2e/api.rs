//! The API as integrations meet it: bad input, repeated requests, lists, the document.

use base64::Engine;
use serde_json::{Value, json};

use crate::world::{World, offer};

#[tokio::test(start_paused = true)]
async fn every_wrong_field_is_named() {
    let world = World::new().await;
    let long = |length| "x".repeat(length);
    let many: Vec<Value> = (0..51).map(|n| json!({"email": format!("a{n}@example.org")})).collect();
    let half: Vec<Value> = many[..26].to_vec();
    let twice = json!([{"email": "a@example.org"}, {"email": "A@example.org"}]);
    for (body, code, pointer) in [
        (json!({"subject": "a\r\nBcc: x@example.org"}), "invalid_text", "/subject"),
        (json!({"subject": long(989)}), "invalid_text", "/subject"),
        (json!({"html": long(1024 * 1024 + 1)}), "too_long", "/html"),
        (json!({"text": long(1024 * 1024 + 1)}), "too_long", "/text"),
        (json!({"to": [{"email": "nobody"}]}), "invalid_address", "/to/0/email"),
        (json!({"cc": [{"email": "a@example.org", "name": "a\nb"}]}), "invalid_text", "/cc/0/name"),
        (json!({"to": many}), "too_many_recipients", "/to"),
        (json!({"to": half, "bcc": many[25..].to_vec()}), "too_many_recipients", "/to"),
        (json!({"to": twice}), "duplicate_recipient", "/to/1/email"),
        (
            json!({"to": [{"email": "a@example.org"}], "bcc": [{"email": "a@example.org"}]}),
            "duplicate_recipient",
            "/bcc/0/email",
        ),
        (json!({"regarding": {"type": "planet", "id": "1"}}), "invalid_value", "/regarding/type"),
        (json!({"regarding": {"type": "lead", "id": "a b"}}), "invalid_value", "/regarding/id"),
        (json!({"unheard_of": 1}), "unknown_field", "/unheard_of"),
        (json!({"subject": 7}), "wrong_type", "/subject"),
        (json!({"to": [{"name": "x"}]}), "missing_field", "/to/0"),
        (json!([]), "wrong_type", ""),
    ] {
        let shown = body.to_string().chars().take(80).collect::<String>();
        let (status, problem) = world.call("POST", "/v1/messages", body).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(code)), "{shown} {problem}");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{shown} {problem}");
        assert_eq!(problem["type"], format!("urn:telltale:problem:{code}"));
    }
    let (_, list) = world.call("GET", "/v1/messages", Value::Null).await;
    assert_eq!(list["items"], json!([]), "nothing is half written");
}

#[tokio::test(start_paused = true)]
async fn files_are_checked_before_they_are_announced() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let path = format!("/v1/messages/{id}/attachments");
    let file = |name: &str, kind: &str, size: u64| json!({"filename": name, "content_type": kind, "size": size});
    for (input, code) in [
        (file("../x.pdf", "application/pdf", 1), "invalid_filename"),
        (file("", "application/pdf", 1), "invalid_filename"),
        (file("a.pdf", "pdf", 1), "invalid_content_type"),
        (file("a.pdf", "application/pdf\r\nX: y", 1), "invalid_content_type"),
        (file("a.pdf", "application/pdf", 0), "invalid_size"),
        (file("a.pdf", "application/pdf", 25 * 1024 * 1024 + 1), "invalid_size"),
    ] {
        let (status, problem) = world.call("POST", &path, input).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(code)));
    }
    for n in 0..10 {
        assert_eq!(world.call("POST", &path, file(&format!("{n}.pdf"), "application/pdf", 1)).await.0, 201);
    }
    let (_, problem) = world.call("POST", &path, file("11.pdf", "application/pdf", 1)).await;
    assert_eq!(problem["code"], "too_many_attachments");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_json_is_malformed_and_keys_are_needed() {
    let world = World::new().await;
    let authorization = format!("Bearer {}", world.key);
    let with = [("authorization", authorization.as_str())];
    for body in ["{", "nonsense", "{\"subject\": \"\\ud800\"}", "{} {}"] {
        let (status, headers, _) = world.http("POST", "/v1/messages", &with, body).await;
        assert_eq!((status, &headers["content-type"]), (400, &"application/problem+json".parse().unwrap()), "{body}");
    }
    for bad in [
        "",
        "Bearer",
        "Bearer tt_0_0",
        "Basic abc",
        &format!("{authorization}0"),
        &authorization.replace("tt_", "tt_0"),
    ] {
        let (status, _, body) = world.http("GET", "/v1/me", &[("authorization", bad)], "").await;
        assert_eq!(status, 401, "{bad}");
        assert!(String::from_utf8_lossy(&body).contains("unauthenticated"));
    }
    let (status, me) = world.call("GET", "/v1/me", Value::Null).await;
    assert_eq!(
        (status, &me["user"]["id"], &me["user"]["email"]),
        (200, &json!(world.user), &json!("sales@example.com"))
    );
    assert_eq!(world.call("GET", "/v1/nothing", Value::Null).await.0, 404);
    assert_eq!(world.call("PUT", "/v1/messages", json!({})).await.0, 405);
}

#[tokio::test(start_paused = true)]
async fn a_revoked_key_and_an_expired_one_open_nothing() {
    let world = World::new().await;
    let key =
        json!({"action": "create_key", "org": world.org, "user": world.user, "expires_at": "2026-11-24T08:00:00Z"});
    let expiring = world.admin(key).await["api_key"].as_str().unwrap().to_owned();
    assert_eq!(world.call_as(&expiring, "GET", "/v1/me", &[], Value::Null).await.0, 200);
    world.advance(jiff::SignedDuration::from_hours(24));
    assert_eq!(world.call_as(&expiring, "GET", "/v1/me", &[], Value::Null).await.0, 401);
    world.admin(json!({"action": "revoke_key", "id": world.key[3..35]})).await;
    assert_eq!(world.call("GET", "/v1/me", Value::Null).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_is_done_once() {
    let world = World::new().await;
    let once = [("idempotency-key", "order 4711")];
    let (status, first) = world.call_as(&world.key, "POST", "/v1/messages", &once, offer()).await;
    assert_eq!(status, 201);
    let authorization = format!("Bearer {}", world.key);
    let headers = [("authorization", authorization.as_str()), once[0]];
    let (status, replayed, body) = world.http("POST", "/v1/messages", &headers, offer().to_string()).await;
    assert_eq!((status, &replayed["idempotent-replayed"]), (201, &"true".parse().unwrap()));
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), first);
    let (status, problem) = world.call_as(&world.key, "POST", "/v1/messages", &once, json!({"subject": "other"})).await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("idempotency_key_reused")));
    let (_, list) = world.call("GET", "/v1/messages", Value::Null).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);

    let path = format!("/v1/messages/{}/send", first["id"].as_str().unwrap());
    for _ in 0..3 {
        assert_eq!(
            world.call_as(&world.key, "POST", &path, &once, json!({})).await.0,
            202,
            "another path, another key"
        );
        world.settle().await;
    }
    assert_eq!(world.received().len(), 1);

    world.advance(jiff::SignedDuration::from_hours(49));
    let (_, again) = world.call_as(&world.key, "POST", "/v1/messages", &once, offer()).await;
    assert_ne!(again["id"], first["id"], "after 48 hours a key is free again");
}

#[tokio::test(start_paused = true)]
async fn long_answers_are_repeated_too() {
    let world = World::new().await;
    let mut draft = offer();
    draft["html"] = json!(format!("<p>{}</p>", "long ".repeat(50_000)));
    let once = [("idempotency-key", "long")];
    let (_, first) = world.call_as(&world.key, "POST", "/v1/messages", &once, draft.clone()).await;
    let (_, second) = world.call_as(&world.key, "POST", "/v1/messages", &once, draft).await;
    assert_eq!(first, second);
}

#[tokio::test(start_paused = true)]
async fn lists_are_sorted_filtered_and_paged() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for n in 0..7 {
        let mut draft = offer();
        draft["subject"] = json!(format!("{n}"));
        draft["tracking"] = json!(n != 3);
        if n % 2 == 0 {
            draft["regarding"] = json!({"type": "opportunity", "id": "o-7"});
        }
        ids.push(world.send(draft).await);
        world.advance(jiff::SignedDuration::from_mins(1));
    }
    let mails = world.received();
    for (n, opens) in [(0, 2), (1, 1), (6, 3)] {
        for _ in 0..opens {
            world.advance(jiff::SignedDuration::from_mins(1));
            world.visit(&mails[n].pixel()).await;
        }
    }
    world.settle().await;
    for (query, want) in [
        ("limit=3", "654|321|0"),
        ("limit=3&sort=sent_at", "012|345|6"),
        ("limit=4&sort=-opens", "6015|432"),
        ("limit=100&sort=opens", "2345106"),
        ("sort=-last_opened_at&limit=3", "610|543|2"),
        ("tracked=true&limit=4", "6542|10"),
        ("tracked=false", "3"),
        ("regarding=opportunity:o-7", "6420"),
        ("status=draft", ""),
    ] {
        assert_eq!(subjects(&world, query).await, want, "{query}");
    }
    for bad in ["limit=0", "limit=101", "sort=-size", "regarding=x", "status=lost", "cursor=abc", "color=red"] {
        assert_eq!(world.call("GET", &format!("/v1/messages?{bad}"), Value::Null).await.0, 422, "{bad}");
    }
}

/// The subjects of all pages.
async fn subjects(world: &World, query: &str) -> String {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, page) = world.call("GET", &format!("/v1/messages?{query}{cursor}"), Value::Null).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap();
        pages.push(items.iter().map(|item| item["subject"].as_str().unwrap()).collect::<String>());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages.join("|"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn cursors_are_good_for_their_list_only() {
    let world = World::new().await;
    for _ in 0..2 {
        world.send(offer()).await;
        world.advance(jiff::SignedDuration::from_secs(1));
    }
    let (_, page) = world.call("GET", "/v1/messages?limit=1", Value::Null).await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let (status, _) = world.call("GET", &format!("/v1/messages?limit=1&sort=opens&cursor={cursor}"), Value::Null).await;
    assert_eq!(status, 422);
    let mut bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(cursor).unwrap();
    bytes[5] ^= 1;
    let forged = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    assert_eq!(world.call("GET", &format!("/v1/messages?limit=1&cursor={forged}"), Value::Null).await.0, 422);
}

#[tokio::test(start_paused = true)]
async fn tracking_can_be_switched_for_all_and_for_one() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    let path = format!("/v1/messages/{id}/tracking");
    assert_eq!(world.call("GET", &path, Value::Null).await.1["state"], "on");
    assert_eq!(world.call("PUT", &path, json!({"requested": false})).await.1["state"], "off");
    assert_eq!(world.call("PUT", &path, json!({"requested": true})).await.1["state"], "on");
    let (_, settings) = world.call("PATCH", "/v1/settings", json!({"tracking_enabled": false})).await;
    assert_eq!((&settings["tracking_enabled"], &settings["default_tracking"]), (&json!(false), &json!(true)));
    assert_eq!(world.call("GET", &path, Value::Null).await.1["state"], "off");
    world.release(&id).await;
    assert!(world.received()[0].tracked("/").is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_document_is_the_committed_one() {
    let world = World::new().await;
    let (_, _, served) = world.http("GET", "/v1/openapi.json", &[], "").await;
    let served: Value = serde_json::from_slice(&served).unwrap();
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&served).unwrap() + "\n").unwrap();
    }
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap_or_default()).unwrap_or_default();
    assert_eq!(served, committed, "run the tests once with UPDATE_OPENAPI=1");
}

#[tokio::test(start_paused = true)]
async fn naughty_strings_break_nothing() {
    let world = World::new().await;
    for naughty in naughty_strings::BLNS {
        let text = naughty.to_string();
        let fields =
            json!({"to": [{"email": "a@example.org", "name": text}], "subject": text, "html": text, "text": text});
        let (status, message) = world.call("POST", "/v1/messages", fields).await;
        assert!([201, 422].contains(&status), "{text:?} {message}");
        if status == 201 {
            let id = message["id"].as_str().unwrap();
            assert_eq!(message["subject"], json!(text));
            let file = json!({"filename": text, "content_type": "text/plain", "size": 3});
            assert!([201, 422].contains(&world.call("POST", &format!("/v1/messages/{id}/attachments"), file).await.0));
            let pending = world.message(id).await;
            for file in pending["attachments"].as_array().unwrap() {
                let path = format!("/v1/messages/{id}/attachments/{}", file["id"].as_str().unwrap());
                let whole = world.call("GET", &path, Value::Null).await.1;
                assert_eq!(world.upload(&whole, b"abc").await, 200);
            }
            world.release(id).await;
            let message = world.message(id).await;
            assert_eq!(message["status"], "sent", "{text:?}: {}", message["copies"]);
        }
        let path: String = text.bytes().flat_map(|b| format!("%{b:02x}").into_bytes()).map(char::from).collect();
        for path in [format!("/v1/messages/{path}"), format!("/v1/messages?cursor={path}"), format!("/c/{path}")] {
            let (status, _) = world.call("GET", &path, Value::Null).await;
            assert!((400..500).contains(&status), "{path} {status}");
        }
        for (key, value) in [("recipient", json!([{"email": text}])), ("template", json!(text))] {
            let body = if key == "recipient" { json!({"to": value}) } else { json!({key: value}) };
            assert_eq!(world.call("POST", "/v1/messages", body).await.0, 422, "{text:?}");
        }
    }
    for mail in world.cloud.mails() {
        let head = String::from_utf8_lossy(&mail.submitted);
        let head = head.split("\r\n\r\n").next().unwrap();
        let names =
            head.lines().filter(|line| !line.starts_with([' ', '\t'])).map(|line| line.split(':').next().unwrap());
        for name in names {
            let known = ["From", "To", "Subject", "Message-ID", "References", "Date", "MIME-Version", "Content-Type"];
            assert!(known.iter().any(|known| known.eq_ignore_ascii_case(name)), "{name}");
        }
    }
}
