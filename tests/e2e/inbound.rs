//! Mail that comes back: replies, automatic answers, forwards, bounces, and what follows from each.

use jiff::SignedDuration;
use local::Fault;
use local::cloud::inbound::Envelope;
use serde_json::{Value, json};

use crate::world::{Received, World, offer};

pub fn header(mail: &Received, name: &str) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
    let value = parsed.header_raw(name).unwrap_or_default();
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A mail from the recipient that answers what arrived.
pub fn answer(mail: &Received, more: &str, text: &str) -> String {
    let id = header(mail, "Message-ID");
    let references = format!("{} {id}", header(mail, "References"));
    format!(
        "From: Purchasing <{}>\r\nTo: sales@example.com\r\nSubject: Re: Angebot\r\nMessage-ID: <1@example.org>\r\n\
         In-Reply-To: {id}\r\nReferences: {references}\r\n{more}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
        mail.to
    )
}

pub async fn post(world: &World, raw: &str) {
    post_as(world, raw, Envelope::default()).await;
}

async fn post_as(world: &World, raw: &str, envelope: Envelope) {
    world.cloud.receive_mail(raw.as_bytes(), envelope).unwrap();
    world.settle().await;
}

pub async fn sent(draft: Value) -> (World, String, Received) {
    let world = World::new().await;
    let id = world.send(draft).await;
    world.advance(SignedDuration::from_mins(30));
    let mail = world.received().remove(0);
    (world, id, mail)
}

/// The events of what came back.
async fn back(world: &World, id: &str) -> Vec<Value> {
    let timeline = world.timeline(id).await;
    timeline["events"].as_array().unwrap().iter().filter(|event| !event["reply"].is_null()).cloned().collect()
}

#[tokio::test]
async fn a_reply_counts_and_the_timeline_says_how_it_was_found() {
    let (world, id, mail) = sent(offer()).await;
    post(&world, &answer(&mail, "", "Yes, please.")).await;
    assert_eq!(world.kpi(&id, "replies").await, 1);
    let event = back(&world, &id).await.remove(0);
    assert_eq!((&event["kind"], &event["recipient"]), (&json!("reply"), &json!("purchasing@example.org")));
    assert_eq!(
        event["reply"],
        json!({"type": "reply", "reasons": ["header_in_reply_to"], "matched_by": "ses_id", "verified": true, "own_team": false,
            "from": null, "returns_on": null, "excerpt": "Yes, please."})
    );
    assert_eq!(world.timeline(&id).await["kpis"]["replies"], 1);
    let (_, list) = world.call("GET", "/v1/messages?sort=-replies", Value::Null).await;
    assert_eq!(list["items"][0]["kpis"]["replies"], 1);
}

#[tokio::test]
async fn a_reply_is_found_by_our_own_id_and_by_the_id_of_ses_in_any_domain_form() {
    let (world, id, mail) = sent(offer()).await;
    let ses = header(&mail, "Message-ID").trim_matches(['<', '>']).split('@').next().unwrap().to_owned();
    let own = header(&mail, "References");
    for (n, (headers, by)) in [
        (format!("References: {own}\r\n"), "own_id"),
        (format!("In-Reply-To: <{ses}@eu-central-1.amazonses.com>\r\n"), "ses_id"),
        (format!("In-Reply-To: {ses}\r\n"), "ses_id"),
    ]
    .iter()
    .enumerate()
    {
        world.advance(SignedDuration::from_secs(1));
        let raw = format!(
            "From: purchasing@example.org\r\nTo: sales@example.com\r\nSubject: x\r\nMessage-ID: <{n}@example.org>\r\n{headers}\r\nYes."
        );
        post(&world, &raw).await;
        assert_eq!(back(&world, &id).await[0]["reply"]["matched_by"], *by);
    }
    assert_eq!(world.kpi(&id, "replies").await, 3);
    post(&world, "From: purchasing@example.org\r\nTo: sales@example.com\r\nIn-Reply-To: <x@example.com>\r\n\r\nHello")
        .await;
    assert_eq!(world.cloud.sqs.depth("inbound").unwrap().total(), 0, "what belongs to nothing is done with");
    assert_eq!(world.kpi(&id, "replies").await, 3);
}

#[tokio::test]
async fn only_a_verified_person_of_the_other_side_counts() {
    let (world, id, mail) = sent(offer()).await;
    for (check, status) in [("dmarc", "FAIL"), ("spam", "FAIL"), ("virus", "FAIL")] {
        let verdicts = vec![(check.to_owned(), status.to_owned())];
        post_as(&world, &answer(&mail, "", check), Envelope { verdicts, ..Envelope::default() }).await;
    }
    let verdicts = ["spf", "dkim", "dmarc"].map(|check| (check.to_owned(), "GRAY".to_owned())).to_vec();
    let forged = format!(
        "Authentication-Results: amazonses.com; dmarc=pass\r\nX-SES-Spam-Verdict: PASS\r\n{}",
        answer(&mail, "", "x")
    );
    post_as(&world, &forged, Envelope { verdicts, ..Envelope::default() }).await;
    assert_eq!(world.kpi(&id, "replies").await, 0);
    let events = back(&world, &id).await;
    assert!(events.len() >= 3 && events.iter().all(|event| event["reply"]["verified"] == false), "{events:?}");
    let own = answer(&mail, "", "x").replace("purchasing@example.org", "sales@example.com").replace("<1@", "<2@");
    post(&world, &own).await;
    let colleague = answer(&mail, "", "x")
        .replace("From: Purchasing <purchasing@example.org>", "From: boss@example.com")
        .replace("<1@", "<3@");
    post(&world, &colleague).await;
    assert_eq!(world.kpi(&id, "replies").await, 0, "the author's own side does not answer itself");
    let assistant = answer(&mail, "", "x")
        .replace("From: Purchasing <purchasing@example.org>", "From: desk@example.org")
        .replace("<1@", "<4@");
    post(&world, &assistant).await;
    assert_eq!(world.kpi(&id, "replies").await, 1);
    let event = back(&world, &id).await.into_iter().find(|event| event["reply"]["from"] == "desk@example.org").unwrap();
    assert_eq!(event["recipient"], "purchasing@example.org", "whose copy was answered");
}

#[tokio::test]
async fn a_reply_from_the_journal_of_the_authors_own_server_counts_and_from_another_one_does_not() {
    let journal = |server: &str, reply: &str| {
        format!(
            "From: MicrosoftExchange@{server}\r\nTo: journal@replies.example.com\r\nSubject: Re: Angebot\r\nX-MS-Journal-Report: \r\n\
             Content-Type: multipart/mixed; boundary=j\r\n\r\n--j\r\nContent-Type: text/plain\r\n\r\nSender: purchasing@example.org\r\n\
             --j\r\nContent-Type: message/rfc822\r\n\r\n{reply}\r\n--j--\r\n"
        )
    };
    for (server, verified) in [("example.com", true), ("evil.test", false)] {
        let (world, id, mail) = sent(offer()).await;
        post(&world, &journal(server, &answer(&mail, "", "Yes."))).await;
        let event = back(&world, &id).await.remove(0);
        assert_eq!((&event["kind"], &event["recipient"]), (&json!("reply"), &json!("purchasing@example.org")));
        assert_eq!(event["reply"]["verified"], verified);
        assert_eq!(world.kpi(&id, "replies").await, u64::from(verified));
    }
}

#[tokio::test]
async fn an_out_of_office_note_is_shown_with_its_return_date_and_does_not_count() {
    let (world, id, mail) = sent(offer()).await;
    let note = "Ich bin bis zum 04.12.2026 nicht im Büro. In dringenden Fällen wenden Sie sich an den Empfang.";
    post(&world, &answer(&mail, "", note)).await;
    post(&world, &answer(&mail, "Auto-Submitted: auto-replied\r\n", "Danke.").replace("<1@", "<2@")).await;
    assert_eq!(world.kpi(&id, "replies").await, 0);
    let events = back(&world, &id).await;
    assert!(events.iter().all(|event| event["kind"] == "auto_reply"));
    let dated = events.iter().find(|event| event["reply"]["returns_on"] == "2026-12-04").unwrap();
    assert_eq!(dated["reply"]["reasons"], json!(["text_absence"]));

    let absent = world.send(json!({"to": [{"email": "ooo@example.org"}], "subject": "x", "html": "<p>x</p>"})).await;
    let event = back(&world, &absent).await.remove(0);
    assert_eq!((&event["kind"], &event["reply"]["returns_on"]), (&json!("auto_reply"), &json!("2026-11-30")));
}

#[tokio::test]
async fn forwards_challenges_and_what_is_too_complex_are_shown_as_such() {
    let (world, id, mail) = sent(offer()).await;
    let forward = answer(&mail, "", "Please have a look.").replace("Re: Angebot", "Fwd: Angebot");
    post(&world, &forward).await;
    let challenge =
        answer(&mail, "", "Click.").replace("Re: Angebot", "Please confirm your message").replace("<1@", "<2@");
    post(&world, &challenge).await;
    let kinds: Vec<Value> = back(&world, &id).await.iter().map(|event| event["reply"]["type"].clone()).collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&json!("forward")) && kinds.contains(&json!("challenge")));
    assert_eq!(world.kpi(&id, "replies").await, 0);
}

#[tokio::test]
async fn a_bounce_that_comes_as_a_mail_is_a_bounce() {
    let (world, id, mail) = sent(offer()).await;
    let sent = header(&mail, "Message-ID");
    let report = format!(
        "From: MAILER-DAEMON@example.org\r\nTo: sales@example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n\
         Final-Recipient: rfc822; purchasing@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 unknown\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {sent}\r\nSubject: Angebot\r\n\r\nx\r\n--b--\r\n"
    );
    let forged = Envelope { verdicts: vec![("dmarc".to_owned(), "FAIL".to_owned())], ..Envelope::default() };
    post_as(&world, &report, forged).await;
    assert_eq!(world.message(&id).await["copies"][0]["status"], "delivered", "anybody may claim that");
    post(&world, &report).await;
    let copy = world.message(&id).await["copies"][0].clone();
    assert_eq!((&copy["status"], &copy["detail"]), (&json!("bounced"), &json!("5.1.1: 550 unknown")));
    assert_eq!(world.kpi(&id, "replies").await, 0);
    let (_, list) = world.call("GET", "/v1/suppressions", Value::Null).await;
    assert_eq!(list["items"][0]["email"], "purchasing@example.org");
}

#[tokio::test]
async fn the_same_mail_counts_once_however_often_and_by_whichever_way_it_comes() {
    let (world, id, mail) = sent(offer()).await;
    world.cloud.receive_mail(answer(&mail, "", "Yes.").as_bytes(), Envelope::default()).unwrap();
    let notification = world.cloud.sqs.messages("inbound").unwrap().remove(0).body;
    for _ in 0..7 {
        world.cloud.sqs.send("inbound", &notification, SignedDuration::ZERO).unwrap();
    }
    world.settle().await;
    world.advance(SignedDuration::from_secs(5));
    post(&world, &answer(&mail, "X-Way: journal\r\n", "Yes.")).await;
    assert_eq!(world.kpi(&id, "replies").await, 1);
    assert_eq!(back(&world, &id).await.len(), 1);
    // Hits that are recorded later leave the answers as they are.
    world.visit(&mail.pixel()).await;
    world.settle().await;
    assert_eq!((world.kpi(&id, "replies").await, world.kpi(&id, "opens").await), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_answer_satisfies_a_reminder_and_a_note_does_not() {
    for (headers, status) in [("", "satisfied"), ("Auto-Submitted: auto-replied\r\n", "fired")] {
        let (world, id, mail) = sent(offer()).await;
        let due = json!({"title": "Call them", "condition": "no_reply", "due": "2026-11-23T10:00:00Z"});
        let (code, reminder) = world.call("PUT", &format!("/v1/messages/{id}/reminder"), due).await;
        assert_eq!(code, 200, "{reminder}");
        post(&world, &answer(&mail, headers, "Yes.")).await;
        world.run_for(SignedDuration::from_hours(2)).await;
        assert_eq!(world.message(&id).await["reminder"]["status"], status);
    }
}

#[tokio::test]
async fn replies_to_the_inbound_domain_are_passed_on_to_the_author_and_thread() {
    let world = World::new().await;
    let (code, settings) = world.call("PATCH", "/v1/settings", json!({"replies": "inbound_domain"})).await;
    assert_eq!((code, &settings["replies"]), (200, &json!("inbound_domain")));
    let id = world.send(offer()).await;
    let mail = world.received().remove(0);
    let reply_to = header(&mail, "Reply-To");
    let address = reply_to.split('<').nth(1).unwrap().trim_end_matches('>').to_owned();
    assert!(address.ends_with("@replies.example.com"), "{reply_to}");
    world.advance(SignedDuration::from_mins(5));
    let raw = format!(
        "From: Purchasing <purchasing@example.org>\r\nTo: <{}>\r\nSubject: Re: Angebot\r\nMessage-ID: <1@example.org>\r\n\
         DKIM-Signature: v=1; d=example.org; b=x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nJa, gern.\r\n",
        address.to_uppercase()
    );
    post(&world, &raw).await;
    assert_eq!(world.kpi(&id, "replies").await, 1);
    assert_eq!(back(&world, &id).await[0]["reply"]["matched_by"], "reply_address");
    let passed_on = world.received().pop().unwrap();
    assert_eq!((passed_on.to.as_str(), passed_on.text.trim()), ("sales@example.com", "Ja, gern."));
    assert!(header(&passed_on, "From").contains("Purchasing (purchasing@example.org)"));
    assert!(header(&passed_on, "Reply-To").ends_with("<purchasing@example.org>"));
    assert_eq!(header(&passed_on, "References"), "<1@example.org>");
    // What we passed on ourselves, and what the author's responder makes of it, goes no further.
    let round = String::from_utf8(passed_on.raw.clone()).unwrap().replace("To: ", "X-To: ");
    post_as(&world, &round, Envelope { to: vec![address.clone()], ..Envelope::default() }).await;
    assert_eq!(world.received().len(), 2);
    assert_eq!(world.cloud.sqs.depth("feedback").unwrap().total(), 0, "a mail that was passed on is nobody's copy");
}

#[tokio::test(start_paused = true)]
async fn a_reply_is_neither_lost_nor_doubled_wherever_taking_it_in_breaks() {
    const KINDS: [Fault; 5] = [Fault::Before, Fault::After, Fault::Unavailable, Fault::CrashBefore, Fault::CrashAfter];
    let answered = async || {
        let (world, id, mail) = sent(offer()).await;
        world.cloud.receive_mail(answer(&mail, "", "Yes.").as_bytes(), Envelope::default()).unwrap();
        world.cloud.faults.reset();
        (world, id)
    };
    let calls = answered().await.0.calls_until_settled().await;

    for (n, fault) in (0..calls).flat_map(|n| KINDS.map(|fault| (n, fault))) {
        let (world, id) = answered().await;
        world.cloud.faults.plan(n, fault);
        world.run_for(SignedDuration::from_mins(10)).await;
        assert_eq!(world.cloud.faults.waiting(), 0, "{n} {fault:?} never struck");
        world.cloud.faults.reset();
        assert_eq!(world.kpi(&id, "replies").await, 1, "{n} {fault:?}");
        assert_eq!(back(&world, &id).await.len(), 1, "{n} {fault:?}");
    }
}

#[tokio::test]
async fn an_answer_to_a_reply_threads_on_both_sides_and_leaves_the_quoted_mail_alone() {
    let (world, id, mail) = sent(offer()).await;
    post(&world, &answer(&mail, "", "Yes, please.")).await;
    let event = back(&world, &id).await[0]["id"].clone();
    let quoted = format!("<p>Here it is.</p><blockquote type=\"cite\">{}</blockquote>", mail.html);
    let draft = json!({"to": [{"email": "purchasing@example.org"}], "subject": "Re: Angebot", "html": quoted,
        "in_reply_to": {"message": id, "event": event}});
    let second = world.send(draft).await;
    assert_eq!(world.message(&second).await["in_reply_to"], json!({"message": id, "event": event}));
    let sent = world.received().pop().unwrap();
    assert_eq!(header(&sent, "In-Reply-To"), "<1@example.org>");
    let own = header(&mail, "References");
    let expected = format!("{own} {} <1@example.org> <{second}@t.example.com>", header(&mail, "Message-ID"));
    assert_eq!(header(&sent, "References"), expected);
    // Of the quoted mail's pixel and link, one is gone and the other leads straight to its true address.
    assert!(!sent.html.contains(&mail.pixel()) && !sent.html.contains(&mail.tracked("/c/")[0]), "{}", sent.html);
    assert!(sent.html.contains("https://example.com/offer?a=1&amp;b=2#top"), "{}", sent.html);
    world.visit(&sent.pixel()).await;
    world.settle().await;
    assert_eq!((world.kpi(&second, "opens").await, world.kpi(&id, "opens").await), (1, 0));

    for (answered, pointer) in [
        (json!({"message": second, "event": event}), "/in_reply_to/event"),
        (json!({"message": "msg_019ab1c2d3e47000800000000000000a", "event": event}), "/in_reply_to/message"),
    ] {
        let (code, problem) = world.call("POST", "/v1/messages", json!({"in_reply_to": answered})).await;
        assert_eq!((code, &problem["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    let (_, _, other) = world.tenant("sales@example.net").await;
    let foreign = json!({"in_reply_to": {"message": id, "event": event}});
    assert_eq!(world.call_as(&other, "POST", "/v1/messages", &[], foreign).await.0, 422);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_who_guesses_our_id_is_shown_and_moves_nothing() {
    let (world, id, mail) = sent(offer()).await;
    let own = header(&mail, "References");
    let own = own.split_whitespace().next().unwrap();
    let raw = format!(
        "From: Third <third@example.net>\r\nTo: sales@example.com\r\nSubject: Re: Angebot\r\nMessage-ID: <9@example.net>\r\n\
         References: {own}\r\nContent-Type: text/plain\r\n\r\nYes.\r\n"
    );
    post(&world, &raw).await;
    let event = back(&world, &id).await.remove(0);
    assert_eq!(
        (&event["reply"]["matched_by"], &event["reply"]["from"]),
        (&json!("own_id"), &json!("third@example.net"))
    );
    assert_eq!(event["recipient"], "", "it is nobody of the message");
    assert_eq!(world.kpi(&id, "replies").await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_is_too_complex_is_passed_on_whole() {
    let world = World::new().await;
    let settings = json!({"replies": "inbound_domain"});
    assert_eq!(world.call("PATCH", "/v1/settings", settings).await.0, 200);
    let id = world.send(offer()).await;
    let mail = world.received().remove(0);
    let parts = "--b\r\n\r\nx\r\n".repeat(6000);
    let raw = answer(&mail, "", "")
        .replace("Content-Type: text/plain; charset=utf-8", "Content-Type: multipart/mixed; boundary=b");
    let to = header(&mail, "Reply-To");
    let to = to.rsplit(['<', ' ']).next().unwrap().trim_end_matches('>');
    let raw = format!("{}{parts}", raw.replace("To: sales@example.com", &format!("To: {to}")));
    post(&world, &raw).await;
    let event = back(&world, &id).await.remove(0);
    assert_eq!((&event["reply"]["type"], &event["reply"]["reasons"]), (&json!("other"), &json!(["too_many_parts"])));
    let passed_on = world.received().into_iter().find(|mail| mail.to == "sales@example.com").unwrap();
    assert!(String::from_utf8_lossy(&passed_on.raw).contains(&parts), "the body goes along as it is");
}

#[tokio::test(start_paused = true)]
async fn forged_mail_never_takes_the_place_of_an_answer() {
    let (world, id, mail) = sent(offer()).await;
    let forged = Envelope {
        verdicts: vec![("dmarc".into(), "FAIL".into()), ("dkim".into(), "FAIL".into()), ("spf".into(), "FAIL".into())],
        ..Envelope::default()
    };
    for n in 0..101 {
        let raw = answer(&mail, "", "Buy this.").replace("<1@example.org>", &format!("<forged{n}@example.org>"));
        world.cloud.receive_mail(raw.as_bytes(), forged.clone()).unwrap();
    }
    world.settle().await;
    assert_eq!(world.kpi(&id, "replies").await, 0);
    post(&world, &answer(&mail, "", "Yes, please.")).await;
    assert_eq!(world.kpi(&id, "replies").await, 1);
    assert_eq!(back(&world, &id).await.len(), 101);
}
