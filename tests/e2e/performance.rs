//! How well templates do: what is counted, when, and that it is exact whatever breaks.

use jiff::SignedDuration;
use local::Fault;
use local::cloud::inbound::Envelope;
use serde_json::{Value, json};

use crate::inbound::{answer, post};
use crate::world::{Received, World};

const KINDS: [Fault; 4] = [Fault::After, Fault::Unavailable, Fault::CrashBefore, Fault::CrashAfter];

async fn template(world: &World, name: &str, language: &str) -> String {
    let input = json!({"name": name, "language": language, "subject": "Our offer", "html": "<p>Hello</p>"});
    let (status, template) = world.call("POST", "/v1/templates", input).await;
    assert_eq!(status, 201, "{template}");
    let id = template["id"].as_str().unwrap().to_owned();
    assert_eq!(of(world, &id).await, performance([0, 0, 0], "not sent yet"));
    id
}

fn made_from(template: &str, to: &[&str]) -> Value {
    let to: Vec<Value> = to.iter().map(|email| json!({"email": email})).collect();
    json!({"to": to, "template": {"id": template}})
}

/// The answer of the API, besides the bounds, about a template that is recommended for nothing and all of whose mail is tracked.
fn performance([sent, opened, replied]: [u32; 3], reason: &str) -> Value {
    let rate = |hits: u32| (sent > 0).then(|| f64::from(hits) / f64::from(sent));
    json!({"sent": sent, "tracked": sent, "opened": opened, "replied": replied, "won": 0, "open_rate": rate(opened),
        "reply_rate": rate(replied), "recommended": false, "recommended_for": [], "reason": reason})
}

async fn of(world: &World, template: &str) -> Value {
    let mut template = world.call("GET", &format!("/v1/templates/{template}"), Value::Null).await.1;
    template["performance"].as_object_mut().unwrap().remove("bounds");
    template["performance"].take()
}

/// How many were sent, opened, replied to.
async fn figures(world: &World, template: &str) -> [u64; 3] {
    let performance = of(world, template).await;
    ["sent", "opened", "replied"].map(|name| performance[name].as_u64().unwrap())
}

async fn open(world: &World, mail: &Received) {
    world.advance(SignedDuration::from_mins(5));
    world.visit(&mail.pixel()).await;
    world.settle().await;
}

/// Sends messages made from a template; of the first, so many are opened and replied to.
async fn sent(world: &World, template: &str, messages: usize, opened: usize, replied: usize) {
    for n in 0..messages {
        world.send(made_from(template, &["buyer@example.org"])).await;
        let mail = world.received().pop().unwrap();
        if n < opened {
            open(world, &mail).await;
        }
        if n < replied {
            post(world, &answer(&mail, "", "Yes.").replace("<1@", &format!("<{template}{n}@"))).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_counts_once_however_many_recipients_opens_and_replies_it_has() {
    let world = World::new().await;
    let id = template(&world, "Offer", "en").await;
    let draft = world.draft(made_from(&id, &["a@example.org", "b@example.org"])).await;
    assert_eq!(figures(&world, &id).await, [0, 0, 0], "not while it is a draft");
    world.release(&draft).await;
    assert_eq!(of(&world, &id).await, performance([1, 0, 0], "sent once: too little to compare, 20 are needed"));
    let mails = world.received();
    world.http("GET", &mails[0].pixel(), &[("user-agent", "curl/8")], "").await;
    world.settle().await;
    assert_eq!((world.kpi(&draft, "machine_opens").await, figures(&world, &id).await), (1, [1, 0, 0]));
    for mail in &mails {
        open(&world, mail).await;
        open(&world, mail).await;
        post(&world, &answer(mail, "", "Yes.").replace("<1@", &format!("<{}", mail.to))).await;
    }
    assert_eq!((world.kpi(&draft, "opens").await, world.kpi(&draft, "replies").await), (4, 2));
    assert_eq!(figures(&world, &id).await, [1, 1, 1]);
    post(&world, &answer(&mails[0], "Auto-Submitted: auto-replied\r\n", "I am away.").replace("<1@", "<2@")).await;
    assert_eq!(figures(&world, &id).await, [1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_best_of_a_language_is_recommended_with_the_reason() {
    let world = World::new().await;
    let (few, many) = (template(&world, "Few", "en").await, template(&world, "Many", "en-GB").await);
    let (silent, german) = (template(&world, "Silent", "en").await, template(&world, "Angebot", "de").await);
    sent(&world, &few, 19, 19, 19).await;
    sent(&world, &many, 40, 20, 14).await;
    sent(&world, &silent, 20, 20, 0).await;
    sent(&world, &german, 20, 1, 0).await;
    let mut best = performance([40, 20, 14], "replied 14 of 40, at least 22 %");
    (best["recommended"], best["recommended_for"]) = (json!(true), json!(["replies"]));
    assert_eq!(of(&world, &many).await, best);
    let (_, list) = world.call("GET", "/v1/templates", Value::Null).await;
    let shown = |item: &Value| {
        [item["name"].clone(), item["performance"]["recommended"].clone(), item["performance"]["reason"].clone()]
    };
    let shown: Vec<_> = list["items"].as_array().unwrap().iter().map(shown).collect();
    assert_eq!(
        json!(shown),
        json!([
            ["Angebot", true, "opened 1 of 20, at least 0 %"],
            ["Few", false, "sent 19 times: too little to compare, 20 are needed"],
            ["Many", true, "replied 14 of 40, at least 22 %"],
            ["Silent", true, "opened 20 of 20, at least 83 %"],
        ])
    );
    let (_, page) = world.call("GET", "/v1/templates?q=many", Value::Null).await;
    let found = &page["items"][0]["performance"];
    assert_eq!(found["recommended_for"], json!(["replies"]), "a search does not change who is compared");
    assert!((found["bounds"]["replies"].as_f64().unwrap() - 0.2213).abs() < 0.0001, "{found}");
    for (query, want) in [
        ("recommended=true", "Angebot Many Silent"),
        ("recommended=false", "Few"),
        ("sort=-reply_rate", "Few Many Angebot Silent"),
        ("sort=-open_rate&limit=3", "Few Silent Many"),
    ] {
        let (_, page) = world.call("GET", &format!("/v1/templates?{query}"), Value::Null).await;
        let names = page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap());
        assert_eq!(names.collect::<Vec<_>>().join(" "), want, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_tracked_was_sent_and_moves_no_rate() {
    let world = World::new().await;
    let id = template(&world, "Offer", "en").await;
    let person = json!({"name": "Boss", "emails": ["boss@example.org"], "tracking": "deny"});
    world.call("PUT", "/v1/records/contact/c-1", person).await;
    let mut unfollowed = made_from(&id, &["a@example.org"]);
    unfollowed["tracking"] = json!(false);
    world.send(unfollowed).await;
    world.send(made_from(&id, &["boss@example.org"])).await;
    post(&world, &answer(&world.received()[1], "", "Yes.")).await;
    // Objects after the message was released, before its copy leaves.
    let late = world.draft(made_from(&id, &["late@example.org"])).await;
    world.call("POST", &format!("/v1/messages/{late}/send"), json!({"at": "2026-11-23T12:00:00Z"})).await;
    let person = json!({"name": "Late", "emails": ["late@example.org"], "tracking": "deny"});
    world.call("PUT", "/v1/records/contact/c-2", person).await;
    world.run_for(SignedDuration::from_hours(5)).await;
    post(&world, &answer(&world.received()[2], "", "Yes.").replace("<1@", "<2@")).await;
    assert_eq!((world.kpi(&late, "replies").await, figures(&world, &id).await), (1, [3, 0, 0]));
    let found = of(&world, &id).await;
    assert_eq!((&found["tracked"], &found["reply_rate"]), (&json!(0), &Value::Null), "{found}");

    world.call("PATCH", "/v1/settings", json!({"blocked_recipients": "clean_copy"})).await;
    world.send(made_from(&id, &["a@example.org", "boss@example.org"])).await;
    let found = of(&world, &id).await;
    assert_eq!((&found["sent"], &found["tracked"]), (&json!(4), &json!(1)), "one of its copies is tracked");
}

#[tokio::test(start_paused = true)]
async fn a_won_opportunity_counts_once_for_each_template_that_was_used_for_it() {
    let world = World::new().await;
    let (offer, thanks) = (template(&world, "Offer", "en").await, template(&world, "Thanks", "en").await);
    for n in 0..20 {
        let sale = json!({"type": "opportunity", "id": format!("o-{n}")});
        for template in [&offer, &offer, &thanks] {
            let mut draft = made_from(template, &["a@example.org"]);
            (draft["regarding"], draft["tracking"]) = (sale.clone(), json!(false));
            world.send(draft).await;
        }
    }
    let outcome = async |n: usize, outcome: &str| {
        let path = format!("/v1/records/opportunity/o-{n}");
        let (status, saved) = world.call("PUT", &path, json!({"name": "Chairs", "outcome": outcome})).await;
        assert!(status < 300, "{saved}");
    };
    for n in 0..3 {
        outcome(n, "won").await;
        outcome(n, "won").await;
    }
    outcome(3, "lost").await;
    let found = of(&world, &thanks).await;
    assert_eq!((&found["sent"], &found["tracked"], &found["won"]), (&json!(20), &json!(0), &json!(3)), "{found}");
    assert_eq!((&found["recommended_for"], &found["open_rate"]), (&json!(["sales"]), &Value::Null), "{found}");
    assert_eq!(found["reason"], "won 3 of 20, at least 5 %");
    assert_eq!(
        (of(&world, &offer).await["won"].as_u64(), of(&world, &offer).await["sent"].as_u64()),
        (Some(3), Some(40))
    );
    outcome(0, "lost").await;
    world.call("DELETE", "/v1/records/opportunity/o-1", Value::Null).await;
    assert_eq!(of(&world, &thanks).await["won"], 1);
    let (_, list) = world.call("GET", "/v1/templates?sort=-won", Value::Null).await;
    assert_eq!(list["items"][0]["performance"]["won"], 1);
}

#[tokio::test(start_paused = true)]
async fn after_an_objection_opens_no_longer_count() {
    let world = World::new().await;
    let id = template(&world, "Offer", "en").await;
    world.send(made_from(&id, &["boss@example.org"])).await;
    let person = json!({"name": "Boss", "emails": ["boss@example.org"], "tracking": "deny"});
    world.call("PUT", "/v1/records/contact/c-1", person).await;
    open(&world, &world.received()[0]).await;
    assert_eq!(figures(&world, &id).await, [1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_which_everybody_was_erased_counts_no_more() {
    let world = World::new().await;
    let id = template(&world, "Offer", "en").await;
    let person = json!({"name": "Some Buyer", "emails": ["buyer@example.org"]});
    world.call("PUT", "/v1/records/contact/c-1", person).await;
    sent(&world, &id, 1, 1, 1).await;
    world.send(made_from(&id, &["a@example.org", "buyer@example.org"])).await;
    let mails = world.received();
    open(&world, &mails[1]).await;
    open(&world, &mails[2]).await;
    assert_eq!(figures(&world, &id).await, [2, 2, 1]);
    let (status, _) = world.call("POST", "/v1/records/contact/c-1/erase", json!({})).await;
    assert_eq!(status, 200);
    world.settle().await;
    open(&world, &mails[0]).await;
    assert_eq!(figures(&world, &id).await, [1, 1, 0], "what the other one did stays");
}

#[tokio::test(start_paused = true)]
async fn an_organisation_that_does_not_follow_mail_has_templates_without_figures() {
    let world = World::new().await;
    let id = template(&world, "Offer", "en").await;
    sent(&world, &id, 1, 1, 1).await;
    world.call("PATCH", "/v1/settings", json!({"tracking_enabled": false})).await;
    sent(&world, &id, 1, 0, 1).await;
    assert_eq!(of(&world, &id).await, performance([0, 0, 0], "mail is not tracked"));
    let (status, list) = world.call("GET", "/v1/templates", Value::Null).await;
    assert_eq!((status, &list["items"][0]["performance"]["sent"]), (200, &json!(0)));
    world.call("PATCH", "/v1/settings", json!({"tracking_enabled": true})).await;
    let found = of(&world, &id).await;
    assert_eq!(figures(&world, &id).await, [2, 1, 1], "what was counted before is there again");
    assert_eq!(found["tracked"], 1, "{found}");
}

#[tokio::test(start_paused = true)]
async fn mail_that_came_back_was_sent_and_mail_that_never_left_was_not() {
    let world = World::new().await;
    let id = template(&world, "Offer", "en").await;
    let refused = world.draft(made_from(&id, &["bounce@example.org"])).await;
    let at = json!({"at": "2026-11-23T09:00:00Z"});
    assert_eq!(world.call("POST", &format!("/v1/messages/{refused}/send"), at).await.0, 202);
    world.send(made_from(&id, &["bounce@example.org"])).await;
    assert_eq!(figures(&world, &id).await, [1, 0, 0]);
    world.run_for(SignedDuration::from_mins(61)).await;
    assert_eq!(world.message(&refused).await["status"], "failed");
    assert_eq!(figures(&world, &id).await, [1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_which_nobody_knew_counts_when_evidence_or_a_person_settles_it() {
    for evidence in [true, false] {
        let world = World::new().await;
        let id = template(&world, "Offer", "en").await;
        if !evidence {
            world.cloud.ses.publish_nothing();
        }
        let draft = world.draft(made_from(&id, &["a@example.org"])).await;
        world.cloud.faults.plan_on("ses", 0, Fault::CrashAfter);
        world.call("POST", &format!("/v1/messages/{draft}/send"), json!({})).await;
        world.run_for(SignedDuration::from_mins(20)).await;
        // Whoever opens it while nobody knows is not lost either.
        open(&world, &world.received()[0]).await;
        if !evidence {
            assert_eq!(figures(&world, &id).await, [0, 0, 0]);
            let path = format!("/v1/messages/{draft}/copies/0/resolve");
            let once = [("idempotency-key", "resolve")];
            for _ in 0..2 {
                let (status, _) = world.call_as(&world.key, "POST", &path, &once, json!({"as": "sent"})).await;
                assert_eq!(status, 200);
            }
        }
        assert_eq!(figures(&world, &id).await, [1, 1, 0], "evidence: {evidence}");
    }
}

/// Where a flow breaks, counted from its beginning, and how.
type Plan = Option<(usize, Fault)>;

fn strike(world: &World, plan: Plan) {
    world.cloud.faults.reset();
    if let Some((n, fault)) = plan {
        world.cloud.faults.plan(n, fault);
    }
}

/// A message that is opened and answered, if it leaves: whether it did, and the figures of its template.
async fn life(sending: Plan, recording: Plan) -> (bool, [u64; 3]) {
    let world = World::new().await;
    let id = template(&world, "Offer", "en").await;
    let draft = world.draft(made_from(&id, &["a@example.org"])).await;
    strike(&world, sending);
    let path = format!("/v1/messages/{draft}/send");
    let once = [("idempotency-key", "send")];
    while world.call_as(&world.key, "POST", &path, &once, json!({})).await.0 != 202 {}
    world.run_for(SignedDuration::from_mins(17)).await;
    strike(&world, None);
    for mail in world.received() {
        world.visit(&mail.pixel()).await;
        world.cloud.receive_mail(answer(&mail, "", "Yes.").as_bytes(), Envelope::default()).unwrap();
    }
    strike(&world, recording);
    for _ in 0..12 {
        world.settle().await;
        world.advance(SignedDuration::from_secs(181));
    }
    strike(&world, None);
    for dead in ["events-dead", "inbound-dead"] {
        world.cloud.sqs.redrive(dead).unwrap();
    }
    world.settle().await;
    (!world.received().is_empty(), figures(&world, &id).await)
}

#[tokio::test(start_paused = true)]
async fn the_figures_are_exact_wherever_sending_or_recording_breaks() {
    let every = |calls: usize| (0..calls).flat_map(|n| KINDS.map(|fault| Some((n, fault))));
    // Until the copy is settled there are 38 calls, then ticks that find nothing; recording takes 20.
    let plans = every(38).map(|plan| (plan, None)).chain(every(20).map(|plan| (None, plan)));
    let (mut left, mut all) = (0, 0);
    for (sending, recording) in plans.chain([(None, None)]) {
        let (leaves, figures) = life(sending, recording).await;
        let want = if leaves { [1, 1, 1] } else { [0, 0, 0] };
        assert_eq!(figures, want, "{sending:?} {recording:?}");
        (left, all) = (left + usize::from(leaves), all + 1);
    }
    // Nobody knows of a copy whose sender died before the call to SES, or was told "not now" without a reason.
    assert_eq!(all - left, 2, "{left} of {all}");
}

#[tokio::test(start_paused = true)]
async fn tasks_that_come_again_in_another_order_count_once() {
    let world = World::new().await;
    let id = template(&world, "Offer", "en").await;
    let draft = world.draft(made_from(&id, &["a@example.org", "b@example.org"])).await;
    world.call("POST", &format!("/v1/messages/{draft}/send"), json!({})).await;
    let bodies =
        |queue: &str| world.cloud.sqs.messages(queue).unwrap().into_iter().map(|task| task.body).collect::<Vec<_>>();
    let sends = bodies("sends");
    world.settle().await;
    world.advance(SignedDuration::from_mins(5));
    for mail in world.received() {
        world.visit(&mail.pixel()).await;
    }
    let events = bodies("events");
    assert_eq!((sends.len(), events.len()), (2, 2));
    for _ in 0..3 {
        for (queue, body) in
            events.iter().map(|body| ("events", body)).chain(sends.iter().rev().map(|body| ("sends", body)))
        {
            world.cloud.sqs.send(queue, body, SignedDuration::ZERO).unwrap();
            world.settle().await;
        }
    }
    assert_eq!(figures(&world, &id).await, [1, 1, 0]);
}
