//! Answers, to be read: their words, all of the mail, their files, and the card about them.

use jiff::SignedDuration;
use local::cloud::inbound::Envelope;
use local::telltale::BUCKET;
use serde_json::{Value, json};

use crate::inbound::{answer, header, post, sent};
use crate::time::cards;
use crate::world::{Received, World, offer};

/// An answer with a picture in its text, a file, and things that may not run.
fn rich(mail: &Received) -> String {
    let quoted = mail.html.replace('=', "=3D").replace('\n', "=0A").replace('\r', "=0D");
    format!(
        "From: Purchasing <{}>\r\nTo: sales@example.com\r\nSubject: Re: Angebot\r\nMessage-ID: <1@example.org>\r\n\
         In-Reply-To: {}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\
         Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         <p onclick=3D\"x()\">Yes, <b>please</b>.</p><script>alert(1)</script>\
         <img src=3D\"cid:logo\"><img src=3D\"https://tracker.example/p.gif\"><a href=3D\"javascript:x()\">x</a>\
         <blockquote type=3D\"cite\">{quoted}</blockquote>\r\n--m\r\n\
         Content-Type: image/png; name=\"logo.png\"\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\nPNG\r\n--m\r\n\
         Content-Type: text/html; name=\"order.html\"\r\nContent-Disposition: attachment; filename=\"order.html\"\r\n\r\n\
         <script>alert(2)</script>\r\n--m--\r\n",
        mail.to,
        header(mail, "Message-ID"),
    )
}

async fn event(world: &World, id: &str) -> Value {
    let timeline = world.timeline(id).await;
    timeline["events"].as_array().unwrap().iter().find(|event| !event["reply"].is_null()).unwrap().clone()
}

async fn read(world: &World, id: &str, event: &Value) -> (u16, Value) {
    world.call("GET", &format!("/v1/messages/{id}/replies/{}", event["id"].as_str().unwrap()), Value::Null).await
}

#[tokio::test]
async fn an_answer_is_read_safely_with_its_files() {
    let (world, id, mail) = sent(offer()).await;
    post(&world, &rich(&mail)).await;
    let event = event(&world, &id).await;
    assert_eq!(event["reply"]["excerpt"], "Yes, please. x");
    let (status, reply) = read(&world, &id, &event).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(reply["from"], json!({"email": "purchasing@example.org", "name": "Purchasing"}));
    assert_eq!((&reply["subject"], &reply["received_at"]), (&json!("Re: Angebot"), &event["at"]));
    let text = reply["text"].as_str().unwrap();
    assert!(text.contains("Yes, please.") && !text.contains("our offer"), "{text}");

    let html = reply["html"].as_str().unwrap();
    assert!(html.contains("<b>please</b>") && html.contains("https://example.com/offer?a=1&amp;b=2#top"), "{html}");
    for gone in ["script", "onclick", "tracker.example", "javascript:", "cid:", "/o/", "/c/"] {
        assert!(!html.contains(gone), "{gone}: {html}");
    }
    let files = reply["attachments"].as_array().unwrap();
    let names: Vec<&str> = files.iter().map(|file| file["filename"].as_str().unwrap()).collect();
    assert_eq!(names, ["logo.png", "order.html"]);
    let escaped = files[0]["url"].as_str().unwrap().replace('&', "&amp;");
    assert!(html.contains(&escaped), "the picture that came along is shown");

    let request = http::Request::get(files[1]["url"].as_str().unwrap()).header("host", "127.0.0.1:8081");
    let answer = world.cloud.call(request.body(bytes::Bytes::new()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/octet-stream", "nothing runs");
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(files[1]["size"], answer.body().len());

    let (_, _, other) = world.tenant("else@example.net").await;
    let path = format!("/v1/messages/{id}/replies/{}", event["id"].as_str().unwrap());
    assert_eq!(world.call_as(&other, "GET", &path, &[], Value::Null).await.0, 404);
}

#[tokio::test]
async fn an_answer_is_a_card_of_high_priority_and_other_mail_is_none() {
    let (world, id, mail) = sent(offer()).await;
    post(&world, &answer(&mail, "Auto-Submitted: auto-replied\r\n", "I am out of the office.")).await;
    assert_eq!(cards(&world, "all").await.len(), 0);
    world.advance(SignedDuration::from_secs(1));
    let reply = answer(&mail, "", "Yes, please.\r\n\r\n> Our offer").replace("<1@", "<2@");
    post(&world, &reply).await;
    post(&world, &reply).await;
    let cards = cards(&world, "active").await;
    assert_eq!(cards.len(), 1, "once");
    assert_eq!((&cards[0]["kind"], &cards[0]["priority"]), (&json!("reply"), &json!("high")));
    assert_eq!(
        (&cards[0]["title"], &cards[0]["message"]),
        (&json!("Purchasing answered “Angebot für Sie”"), &json!(id))
    );
    assert_eq!(event(&world, &id).await["reply"]["excerpt"], "Yes, please.");
}

#[tokio::test]
async fn a_mail_that_may_not_be_opened_says_why() {
    let world = World::new().await;
    world.call("PATCH", "/v1/settings", json!({"replies": "inbound_domain"})).await;
    let id = world.send(offer()).await;
    let mail = world.received().remove(0);
    let to = header(&mail, "Reply-To");
    let to = to.rsplit(['<', ' ']).next().unwrap().trim_end_matches('>').to_owned();
    let token = answer(&mail, "", "x").replace("To: sales@example.com", &format!("To: {to}"));
    let verdicts = vec![("virus".to_owned(), "FAIL".to_owned())];
    let infected = Envelope { verdicts, to: vec![to.clone()], ..Envelope::default() };
    world.cloud.receive_mail(token.as_bytes(), infected).unwrap();
    world.settle().await;
    let (status, problem) = read(&world, &id, &event(&world, &id).await).await;
    assert_eq!((status, &problem["code"]), (409, &json!("mail_infected")));

    world.advance(SignedDuration::from_secs(1));
    let parts = "--b\r\n\r\nx\r\n".repeat(6000);
    let header = token.replace("text/plain; charset=utf-8", "multipart/mixed; boundary=b").replace("<1@", "<2@");
    post(&world, &format!("{header}{parts}")).await;
    let (status, problem) = read(&world, &id, &event(&world, &id).await).await;
    assert_eq!((status, &problem["code"]), (409, &json!("mail_unreadable")));

    world.advance(SignedDuration::from_secs(1));
    let token = token.replace("<1@", "<3@");
    post(&world, &token).await;
    let reply = event(&world, &id).await;
    assert_eq!(read(&world, &id, &reply).await.0, 200);
    for key in world.cloud.s3.keys(BUCKET).unwrap().iter().filter(|key| key.starts_with("inbound/")) {
        world.cloud.s3.expire(BUCKET, key).unwrap();
    }
    let (status, problem) = read(&world, &id, &reply).await;
    assert_eq!((status, &problem["code"]), (404, &json!("mail_deleted")));
    let unknown = json!({"id": "evt_0190f3a2b4c87d1e9f00112233445566"});
    assert_eq!(read(&world, &id, &unknown).await.1["code"], "not_found");
}

#[tokio::test]
async fn an_answer_goes_with_its_writer_and_with_its_message() {
    for erased in [true, false] {
        let (world, id, mail) = sent(offer()).await;
        let person = json!({"emails": ["purchasing@example.org"], "name": "Purchasing"});
        world.call("PUT", "/v1/records/contact/c-1", person).await;
        post(&world, &rich(&mail)).await;
        let event = event(&world, &id).await;
        assert_eq!(read(&world, &id, &event).await.0, 200);
        let kept = || world.cloud.s3.keys(BUCKET).unwrap().iter().any(|key| key.contains("/replies/"));
        assert!(kept());
        if erased {
            assert_eq!(world.call("POST", "/v1/records/contact/c-1/erase", json!({})).await.0, 200);
            assert_eq!(cards(&world, "all").await.len(), 0);
        } else {
            world.call("PATCH", "/v1/settings", json!({"retention_days": 1})).await;
            world.advance(SignedDuration::from_hours(25));
        }
        assert_eq!(read(&world, &id, &event).await.0, 404);
        assert!(!erased || !kept());
        let stored = world.stored().await;
        assert!(!erased || stored.iter().all(|item| !item.contains("Yes, please")), "{stored:?}");
    }
}
