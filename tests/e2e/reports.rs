//! Reports that come as mails: bounces and complaints.

use serde_json::{Value, json};

use crate::inbound::{answer, header, post, sent};
use crate::world::{World, offer};

#[tokio::test]
async fn a_bounce_without_a_report_names_its_address_in_a_header() {
    let (world, id, mail) = sent(offer()).await;
    let failed = "X-Failed-Recipients: purchasing@example.org\r\nAuto-Submitted: auto-replied\r\n";
    let raw = answer(&mail, failed, "550 No such user").replace("Re: Angebot", "Mail delivery failed");
    post(&world, &raw.replace("From: Purchasing <purchasing@example.org>", "From: Mailer-Daemon@example.org")).await;
    assert_eq!(world.message(&id).await["copies"][0]["status"], "bounced");
    let suppressed = world.call("GET", "/v1/suppressions", Value::Null).await.1;
    assert_eq!(suppressed["items"][0]["email"], "purchasing@example.org", "there is no such user: {suppressed}");
}

#[tokio::test(start_paused = true)]
async fn a_complaint_that_comes_as_a_mail_stops_further_mail() {
    for (kind, status) in [("abuse", "complained"), ("not-spam", "delivered")] {
        let (world, id, mail) = sent(offer()).await;
        let raw = format!(
            "From: Feedback <fbl@provider.example>\r\nTo: sales@example.com\r\nSubject: FW: Angebot\r\nMessage-ID: <7@provider.example>\r\n\
             MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n\
             --b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nUser-Agent: x/1\r\nVersion: 1\r\n\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {}\r\nSubject: Angebot\r\n\r\nHello\r\n--b--\r\n",
            header(&mail, "Message-ID")
        );
        post(&world, &raw).await;
        assert_eq!(world.message(&id).await["copies"][0]["status"], status, "{kind}");
        let suppressed = world.call("GET", "/v1/suppressions", Value::Null).await.1;
        assert_eq!(suppressed["items"].as_array().unwrap().len(), usize::from(kind == "abuse"), "{suppressed}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_recipient_cannot_stop_the_mail_to_another() {
    let world = World::new().await;
    let mut draft = offer();
    draft["cc"] = json!([{"email": "rival@example.net"}]);
    let id = world.send(draft).await;
    let theirs = world.received().into_iter().find(|mail| mail.to == "rival@example.net").unwrap();
    let report = "X-Failed-Recipients: purchasing@example.org\r\nAuto-Submitted: auto-replied\r\n";
    let raw = answer(&theirs, report, "<purchasing@example.org>: 550 5.1.1 No such user");
    post(&world, &raw.replace("Re: Angebot", "Mail delivery failed")).await;
    for copy in world.message(&id).await["copies"].as_array().unwrap() {
        assert_eq!(copy["status"], "delivered", "{copy}");
    }
    assert_eq!(world.call("GET", "/v1/suppressions", Value::Null).await.1["items"], json!([]));
}
