//! The routes of one machine, and the mailbox behind them.

use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;
use bytes::Bytes;
use http::Request;
use local::cloud::inbound::ReceiptRule;
use local::page::local_api::{Info, LocalApi};
use local::{Cloud, Timers};
use serde_json::{Value, json};

use crate::clients;

const RAW: &str = "From: Sales <sales@example.com>\r\nTo: purchasing@example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\
    Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
    --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n\
    --a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello <img src=\"cid:logo\"></p>\r\n--a--\r\n\
    --m\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\nPNG\r\n\
    --m\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"prices.csv\"\r\n\r\na,b\r\n--m--\r\n";

fn local() -> (Cloud, LocalApi) {
    let cloud = clients::cloud();
    let info = Info { api: "http://127.0.0.1:8080".into(), api_key: "key".into(), user: "usr_1".into() };
    let local = LocalApi::new(&cloud, &Timers::new(&cloud, vec![]), info);
    (cloud, local)
}

async fn with_mail() -> (LocalApi, String) {
    let (cloud, local) = local();
    let raw = RawMessage::builder().data(Blob::new(RAW)).build().unwrap();
    let mail = clients::ses(&cloud).send_raw_email().source("sales@example.com").destinations("purchasing@example.org");
    let id = mail.raw_message(raw).send().await.unwrap().message_id;
    (local, id)
}

async fn get(local: &LocalApi, path: &str, accept: &str) -> http::Response<Bytes> {
    let request = Request::get(path).header("host", "127.0.0.1:8080").header("accept", accept).body(Bytes::new());
    local.request(&request.unwrap()).await
}

async fn json_of(local: &LocalApi, path: &str) -> Value {
    serde_json::from_slice(get(local, path, "*/*").await.body()).unwrap()
}

async fn post_clock(local: &LocalApi, body: &'static str, origin: Option<&str>) -> (u16, Value) {
    let request = Request::post("/_local/clock").header("host", "127.0.0.1:8080");
    let request = origin.into_iter().fold(request, |request, origin| request.header("origin", origin));
    let response = local.request(&request.body(Bytes::from_static(body.as_bytes())).unwrap()).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

#[tokio::test]
async fn the_key_is_told_to_this_machine_only() {
    let (_, local) = local();
    let info = json_of(&local, "/_local/info").await;
    assert_eq!(info, json!({"api": "http://127.0.0.1:8080", "api_key": "key", "user": "usr_1"}));
    let rebound = Request::get("/_local/info").header("host", "evil.test:8080").body(Bytes::new()).unwrap();
    assert_eq!(local.request(&rebound).await.status(), 403);
}

#[tokio::test]
async fn the_clock_moves_for_everybody_but_other_sites() {
    let (cloud, local) = local();
    let start = cloud.clock.now();
    assert_eq!(json_of(&local, "/_local/clock").await, json!({"now": "2026-11-23T08:00:00.000Z"}));
    let moved = post_clock(&local, r#"{"advance": "PT72H"}"#, Some("http://127.0.0.1:8080")).await;
    assert_eq!(moved, (200, json!({"now": "2026-11-26T08:00:00.000Z"})));
    assert_eq!(cloud.clock.now(), start + jiff::SignedDuration::from_hours(72));
    assert_eq!(post_clock(&local, r#"{"advance": 1}"#, Some("https://evil.test")).await.0, 403);
    assert_eq!(post_clock(&local, "{}", None).await.0, 400);
}

#[tokio::test]
async fn the_mailbox_lists_mails_and_gives_their_bytes() {
    let (local, id) = with_mail().await;
    let item = json!({
        "id": id, "envelope_from": "sales@example.com", "envelope_to": ["purchasing@example.org"], "subject": "Grüße",
        "received_at": "2026-11-23T08:00:00.000Z",
    });
    assert_eq!(json_of(&local, "/_local/mailbox").await, json!({ "items": [item] }));
    for path in [format!("/_local/mailbox/{id}"), format!("/_local/mails/{id}/raw")] {
        let raw = get(&local, &path, "*/*").await;
        assert_eq!(raw.headers()["content-type"], "message/rfc822");
        assert!(raw.body().starts_with(format!("Message-ID: <{id}@email.amazonses.com>").as_bytes()));
    }
    assert_eq!(get(&local, "/_local/mailbox/none", "*/*").await.status(), 404);
}

#[tokio::test]
async fn a_mail_is_shown_as_a_recipient_sees_it() {
    let (local, id) = with_mail().await;
    let mail = json_of(&local, "/_local/mails").await["items"][0].clone();
    assert_eq!((&mail["text"], &mail["has_html"]), (&json!("Hello"), &json!(true)));
    let names: Vec<_> = mail["attachments"].as_array().unwrap().iter().map(|file| file["name"].clone()).collect();
    assert_eq!(names, ["logo.png", "prices.csv"]);
    let html = get(&local, &format!("/_local/mails/{id}/html"), "text/html").await;
    let policy = html.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("sandbox allow-popups") && policy.contains("default-src 'none'"), "{policy}");
    let body = String::from_utf8_lossy(html.body());
    assert!(body.contains(&format!("<img src=\"/_local/mails/{id}/attachments/0\">")), "{body}");
    let file = get(&local, &format!("/_local/mails/{id}/attachments/1"), "*/*").await;
    assert_eq!((&file.body()[..], file.headers()["content-type"].to_str().unwrap()), (&b"a,b"[..], "text/csv"));
    assert_eq!(file.headers()["content-disposition"], "attachment; filename*=UTF-8''prices.csv");
}

#[tokio::test]
async fn a_browser_gets_the_page_and_nothing_from_elsewhere() {
    let (local, id) = with_mail().await;
    for path in ["/_local/mailbox".to_owned(), format!("/_local/mailbox/{id}")] {
        let page = get(&local, &path, "text/html,application/xhtml+xml").await;
        assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
        assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("script-src 'self'"));
    }
    for asset in ["page.css", "page.js", "page.html"] {
        let text = get(&local, &format!("/_local/mailbox/{asset}"), "*/*").await;
        assert!(!String::from_utf8_lossy(text.body()).contains("https://"), "{asset}");
    }
    assert_eq!(get(&local, "/_local/", "text/html").await.headers()["location"], "/_local/mailbox");
}

async fn post(local: &LocalApi, path: &str, body: &'static str) -> (u16, Value) {
    let request = Request::post(path).header("host", "127.0.0.1:8080").body(Bytes::from_static(body.as_bytes()));
    let response = local.request(&request.unwrap()).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

/// What the receipt rule told, and the mail that it put into the bucket.
async fn told(cloud: &Cloud) -> (Value, String) {
    let body = cloud.sqs.messages("inbound").unwrap().pop().unwrap().body;
    let notification: Value = serde_json::from_str(&body).unwrap();
    let message: Value = serde_json::from_str(notification["Message"].as_str().unwrap()).unwrap();
    let key = message["receipt"]["action"]["objectKey"].as_str().unwrap().to_owned();
    let object = clients::s3(cloud).get_object().bucket("telltale").key(key).send().await.unwrap();
    let raw = object.body.collect().await.unwrap().to_vec();
    (message, String::from_utf8(raw).unwrap())
}

async fn receiving() -> (Cloud, LocalApi, String) {
    let (cloud, local) = local();
    cloud.s3.create_bucket("telltale").unwrap();
    cloud.sqs.create_queue(&local::cloud::sqs::Queue::new("inbound", jiff::SignedDuration::from_secs(30))).unwrap();
    cloud.set_receipt_rule(ReceiptRule { bucket: "telltale".into(), queue: "inbound".into() });
    let raw = RawMessage::builder().data(Blob::new(RAW)).build().unwrap();
    let mail = clients::ses(&cloud).send_raw_email().source("sales@example.com").destinations("purchasing@example.org");
    let id = mail.raw_message(raw).send().await.unwrap().message_id;
    (cloud, local, id)
}

const MAIL: &str = "From: A <a@example.org>\r\nTo: b@example.com\r\nCc: c@example.com\r\n\r\nHello";

#[tokio::test]
async fn a_mail_comes_in_as_ses_would_receive_it() {
    let (cloud, local, _) = receiving().await;
    assert_eq!(post(&local, "/_local/inbound", MAIL).await.0, 202);
    let (message, raw) = told(&cloud).await;
    assert_eq!(raw, MAIL);
    assert_eq!(message["mail"]["source"], "a@example.org");
    assert_eq!(message["receipt"]["recipients"], json!(["b@example.com", "c@example.com"]));
    assert_eq!(message["receipt"]["dmarcVerdict"]["status"], "PASS");
    let query = "/_local/inbound?dmarc=fail&from=x%40evil.test&to=token%40replies.example.com";
    assert_eq!(post(&local, query, MAIL).await.0, 202);
    let (message, _) = told(&cloud).await;
    assert_eq!(
        (&message["mail"]["source"], &message["receipt"]["dmarcVerdict"]["status"]),
        (&json!("x@evil.test"), &json!("FAIL"))
    );
    assert_eq!(message["receipt"]["recipients"], json!(["token@replies.example.com"]));
}

#[tokio::test]
async fn a_reply_from_the_page_is_a_real_mail_in_the_thread() {
    let (cloud, local, id) = receiving().await;
    let path = format!("/_local/mails/{id}/reply");
    assert_eq!(post(&local, &path, "{\"text\": \"Yes.\\nPlease.\"}").await.0, 202);
    let (message, raw) = told(&cloud).await;
    assert_eq!(message["mail"]["source"], "purchasing@example.org");
    for line in [
        "From: purchasing@example.org",
        "To: sales@example.com",
        "Subject: Re: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
        "Yes.",
        "Please.",
        "> Hello",
    ] {
        assert!(raw.split("\r\n").any(|found| found == line), "{line} in {raw}");
    }
    assert!(raw.contains(&format!("In-Reply-To: <{id}@email.amazonses.com>")));
    assert_eq!(post(&local, &path, "{}").await.0, 400);
    assert_eq!(post(&local, "/_local/mails/none/reply", "{\"text\": \"x\"}").await.0, 404);
}
