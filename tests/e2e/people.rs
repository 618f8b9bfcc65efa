//! The person behind a record: what is held about them in one document, and that nothing is left when they are erased.

use jiff::SignedDuration;
use local::Fault;
use local::cloud::inbound::Envelope;
use serde_json::{Value, json};

use crate::world::{Received, World};

/// A person of whom every trace is told by these words.
const WORDS: [&str; 4] = ["anna.example", "Anna Example", "192.0.2.44", "Her answer"];

async fn record(world: &World, id: &str, change: Value) {
    let (status, answer) = world.call("PUT", &format!("/v1/records/contact/{id}"), change).await;
    assert!(status == 200 || status == 201, "{answer}");
}

async fn anna(world: &World) {
    let consent = json!({"source": "a call with Anna Example", "note": "from 192.0.2.44"});
    let change = json!({"name": "Anna Example", "emails": ["anna.example@example.org"], "phone": "+49 30 1234567",
        "tracking": "allow", "consent": consent});
    record(world, "c-1", change).await;
}

fn to_anna() -> Value {
    json!({
        "to": [{"email": "Anna.Example@example.org", "name": "Anna Example"}],
        "subject": "An offer for Anna Example",
        "html": "<p>Dear Anna Example, <a href=\"https://example.com/offer\">our offer</a></p>",
        "regarding": {"type": "opportunity", "id": "o-7"},
    })
}

/// To somebody else as well, and to a third one for nobody to see.
fn to_three() -> Value {
    let mut draft = to_anna();
    draft["cc"] = json!([{"email": "boss@example.net", "name": "The boss"}]);
    draft["bcc"] = json!([{"email": "hidden@example.net"}]);
    draft
}

fn of<'a>(mails: &'a [Received], to: &str) -> &'a Received {
    mails.iter().rfind(|mail| mail.to.eq_ignore_ascii_case(to)).unwrap()
}

fn answer(mail: &Received) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
    let id = parsed.message_id().unwrap();
    format!(
        "From: Anna Example <anna.example@example.org>\r\nTo: sales@example.com\r\nSubject: Re: An offer\r\n\
         Message-ID: <answer@mail.example.org>\r\nIn-Reply-To: <{id}>\r\n\r\nHer answer\r\n"
    )
}

async fn everything_happens(world: &World, mails: &[Received], to: &str) {
    let mail = of(mails, to);
    world.visit(&mail.pixel()).await;
    world.advance(SignedDuration::from_secs(20));
    world.visit(&mail.tracked("/c/")[0]).await;
    world.advance(SignedDuration::from_secs(20));
    world.settle().await;
}

/// A world in which Anna got a mail alone and one with others, read both, answered, and has a mail to come.
async fn busy() -> (World, [String; 3], Vec<Received>) {
    let world = World::new().await;
    anna(&world).await;
    let alone = world.draft(to_anna()).await;
    world.attach(&alone, "Anna Example.pdf", true, b"%PDF-1.7 for Anna Example").await;
    world.release(&alone).await;
    let shared = world.send(to_three()).await;
    let mails = world.received();
    world.advance(SignedDuration::from_mins(30));
    everything_happens(&world, &mails[..1], "anna.example@example.org").await;
    everything_happens(&world, &mails, "anna.example@example.org").await;
    everything_happens(&world, &mails, "boss@example.net").await;
    world.cloud.receive_mail(answer(&mails[0]).as_bytes(), Envelope::default()).unwrap();
    world.settle().await;
    let call = json!({"kind": "phone_call", "subject": "Call Anna Example"});
    assert_eq!(world.call("POST", "/v1/records/contact/c-1/activities", call).await.0, 201);
    let scheduled = world.draft(to_anna()).await;
    let later = json!({"at": "2026-12-01T09:00:00Z"});
    assert_eq!(world.call("POST", &format!("/v1/messages/{scheduled}/send"), later).await.0, 202);
    let reminder = json!({"title": "Ask Anna Example", "condition": "always", "due": "2026-12-02T09:00:00Z"});
    let (status, answer) = world.call("PUT", &format!("/v1/messages/{alone}/reminder"), reminder).await;
    assert_eq!(status, 200, "{answer}");
    (world, [alone, shared, scheduled], mails)
}

async fn erase(world: &World) -> (u16, Value) {
    world.call("POST", "/v1/records/contact/c-1/erase", Value::Null).await
}

/// Where the person is still told of. The shared message goes on to tell its author whom else it was for.
async fn traces(world: &World) -> Vec<String> {
    let found = |text: &String| WORDS.iter().any(|word| text.to_lowercase().contains(&word.to_lowercase()));
    world.stored().await.into_iter().filter(found).collect()
}

#[tokio::test(start_paused = true)]
async fn an_export_holds_everything_about_a_person_and_nothing_about_others() {
    let (world, [alone, shared, scheduled], _) = busy().await;
    let (status, export) = world.call("POST", "/v1/records/contact/c-1/export", Value::Null).await;
    assert_eq!(status, 200, "{export}");
    assert_eq!(
        (&export["record"]["name"], &export["record"]["phone"]),
        (&json!("Anna Example"), &json!("+49 30 1234567"))
    );
    assert_eq!(export["consent"][0]["source"], "a call with Anna Example");
    let subjects: Vec<&Value> = export["activities"].as_array().unwrap().iter().map(|one| &one["subject"]).collect();
    assert!(subjects.contains(&&json!("Call Anna Example")), "{subjects:?}");
    let messages = export["messages"].as_array().unwrap();
    let message = |id: &str| messages.iter().find(|message| message["id"] == id).unwrap();
    assert_eq!((messages.len(), message(&scheduled)["status"].as_str()), (3, Some("scheduled")));
    let (alone, shared) = (message(&alone), message(&shared));
    assert!(alone["html"].as_str().unwrap().contains("Dear Anna Example"));
    assert_eq!(alone["attachments"][0]["filename"], "Anna Example.pdf");
    assert!(alone["received"][0].as_str().unwrap().contains("Her answer"));
    let kinds: Vec<&str> = alone["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["reply", "click", "open", "delivered", "sent"]);
    let text = shared.to_string();
    assert!(text.contains("boss@example.net") && !text.contains("hidden@example.net"), "{text}");
    assert_eq!(shared["kpis"]["opens"], 1, "her own opens only");
    assert_eq!(shared["copies"].as_array().unwrap().len(), 1);
    let (_, _, other) = world.tenant("other@example.com").await;
    for action in ["export", "erase"] {
        let path = format!("/v1/records/contact/c-1/{action}");
        assert_eq!(world.call_as(&other, "POST", &path, &[], Value::Null).await.0, 404);
        assert_eq!(world.call("POST", &format!("/v1/records/contact/c-9/{action}"), Value::Null).await.0, 404);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_a_person_who_is_erased_and_the_others_keep_theirs() {
    let (world, [alone, shared, scheduled], mails) = busy().await;
    assert!(traces(&world).await.len() > 10);
    let (status, erased) = erase(&world).await;
    assert_eq!((status, &erased["status"], &erased["messages"]), (200, &json!("erased"), &json!(3)), "{erased}");
    assert_eq!(traces(&world).await, Vec::<String>::new());
    assert_eq!(erase(&world).await.1["erased_at"], erased["erased_at"], "once is enough");
    assert_eq!(world.call("GET", "/v1/records/contact/c-1", Value::Null).await.0, 404);

    let message = world.message(&alone).await;
    assert_eq!(
        (&message["subject"], &message["html"], &message["status"]),
        (&json!("[erased]"), &json!(""), &json!("sent"))
    );
    assert_eq!(
        (&message["to"][0]["email"], &message["to"][0]["name"]),
        (&json!("erased@erased.invalid"), &Value::Null)
    );
    assert_eq!((&message["attachments"], &message["kpis"]["opens"]), (&json!([]), &json!(0)));
    assert_eq!(world.message(&scheduled).await["status"], "cancelled");
    let message = world.message(&shared).await;
    assert_eq!((&message["cc"][0]["name"], &message["kpis"]["opens"]), (&json!("The boss"), &json!(1)));
    assert_eq!(message["subject"], "An offer for [erased]");
    assert!(
        message["html"].as_str().unwrap().contains("Dear [erased], <a href=\"https://example.com/offer\">"),
        "{message}"
    );
    let timeline = world.timeline(&shared).await;
    let opens = timeline["events"].as_array().unwrap().iter().filter(|event| event["kind"] == "open");
    assert_eq!(opens.map(|event| event["recipient"].as_str().unwrap()).collect::<Vec<_>>(), ["boss@example.net"]);

    world.run_for(SignedDuration::from_mins(2)).await;
    everything_happens(&world, &mails[..1], "anna.example@example.org").await;
    everything_happens(&world, &mails, "anna.example@example.org").await;
    everything_happens(&world, &mails, "boss@example.net").await;
    assert_eq!((world.kpi(&alone, "opens").await, world.kpi(&shared, "opens").await), (0, 2));
    let (status, headers) = world.visit(&mails[0].tracked("/c/")[0]).await;
    assert_eq!(
        (status, headers["location"].to_str().unwrap()),
        (302, "https://example.com/offer"),
        "links work for ever"
    );
    assert_eq!(world.visit(&mails[0].tracked("/a/")[0]).await.0, 404);
    world.cloud.clock.advance(SignedDuration::from_hours(24 * 10));
    world.run_for(SignedDuration::from_mins(5)).await;
    assert_eq!(world.received().len(), mails.len(), "what was scheduled for her never leaves");
    assert_eq!(world.call("GET", "/v1/cards?state=all", Value::Null).await.1.to_string().matches("Anna").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_comes_late_or_again_leaves_no_trace() {
    let (world, [alone, shared, _], mails) = busy().await;
    let her = |mails: &[Received]| of(mails, "anna.example@example.org").clone();
    for mail in [&mails[0], &her(&mails)] {
        world.visit(&mail.pixel()).await;
        world.visit(&mail.tracked("/c/")[0]).await;
    }
    world.cloud.receive_mail(answer(&her(&mails)).as_bytes(), Envelope::default()).unwrap();
    assert_eq!(erase(&world).await.0, 200);
    world.settle().await;
    // Her answer waited in the queue, so its bytes lie where SES put them until the month is over; nothing names them.
    let table: Vec<String> = traces(&world).await.into_iter().filter(|trace| !trace.starts_with("inbound/")).collect();
    assert_eq!(table, Vec::<String>::new());
    for id in [&alone, &shared] {
        let events = world.timeline(id).await["events"].clone();
        assert!(events.as_array().unwrap().iter().all(|event| event["reply"].is_null()), "{events}");
    }
    assert_eq!((world.kpi(&alone, "opens").await, world.kpi(&shared, "opens").await), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_mail_to_several_that_is_still_to_come_leaves_without_the_erased_one() {
    let world = World::new().await;
    anna(&world).await;
    let id = world.draft(to_three()).await;
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({"at": "2026-11-23T09:00:00Z"})).await;
    assert_eq!(erase(&world).await.0, 200);
    world.run_for(SignedDuration::from_mins(65)).await;
    let mails = world.received();
    assert_eq!(
        mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(),
        ["boss@example.net", "hidden@example.net"]
    );
    let raw = String::from_utf8_lossy(&mails[0].raw).into_owned();
    assert!(!raw.to_lowercase().contains("anna.example@") && !raw.contains("erased@"), "{raw}");
    assert_eq!(world.message(&id).await["status"], "sent");
}

#[tokio::test(start_paused = true)]
async fn a_recorder_that_died_halfway_leaves_nothing_when_its_batch_comes_again() {
    let visited = async || {
        let world = World::new().await;
        anna(&world).await;
        let id = world.send(to_anna()).await;
        world.advance(SignedDuration::from_mins(30));
        world.visit(&world.received()[0].pixel()).await;
        world.cloud.faults.reset();
        (world, id)
    };
    let calls = {
        let (world, _) = visited().await;
        world.telltale.mappings.poll_once().await.unwrap();
        world.cloud.faults.calls().len()
    };
    assert!(calls > 3, "{calls}");

    for n in 0..calls {
        let (world, id) = visited().await;
        world.cloud.faults.plan(n, Fault::CrashAfter);
        // The recorder dies, so nobody hears how its batch went.
        let _ = world.telltale.mappings.poll_once().await;
        assert_eq!(world.cloud.faults.waiting(), 0, "{n} never struck");
        world.cloud.faults.reset();
        assert_eq!(erase(&world).await.0, 200);
        world.run_for(SignedDuration::from_mins(10)).await;
        assert_eq!(traces(&world).await, Vec::<String>::new(), "struck at {n}");
        assert_eq!(world.stored().await.iter().filter(|item| item.contains("SEGMENT#")).count(), 0, "struck at {n}");
        assert_eq!(world.kpi(&id, "opens").await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn an_erasure_that_is_interrupted_anywhere_is_finished_by_the_next_request() {
    let calls = {
        let (world, ..) = busy().await;
        world.cloud.faults.reset();
        erase(&world).await;
        world.cloud.faults.calls().len()
    };
    assert!(calls > 50, "{calls}");
    for n in (0..calls).step_by(5) {
        let fault = [Fault::CrashBefore, Fault::CrashAfter, Fault::After][n / 5 % 3];
        let (world, [alone, shared, _], _) = busy().await;
        world.cloud.faults.plan(n, fault);
        let mut tries = 0;
        while erase(&world).await.0 != 200 {
            tries += 1;
            assert!(tries < 3, "struck at {n} by {fault:?}");
        }
        assert_eq!(traces(&world).await, Vec::<String>::new(), "struck at {n} by {fault:?}");
        assert_eq!((world.kpi(&alone, "opens").await, world.kpi(&shared, "opens").await), (0, 1), "{n} {fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_stopped_mail_to_an_erased_address_goes_on_to_hold() {
    let world = World::new().await;
    let bounce = json!({"name": "Anna Example", "emails": ["bounce@example.org"], "tracking": "deny"});
    record(&world, "c-1", bounce.clone()).await;
    let draft = json!({"to": [{"email": "bounce@example.org"}], "subject": "Hello", "text": "Hello"});
    world.send(draft.clone()).await;
    world.run_for(SignedDuration::from_mins(2)).await;
    let (_, entry) = world.call("GET", "/v1/suppressions/bounce@example.org", Value::Null).await;
    assert_eq!((&entry["email"], &entry["reason"]), (&json!("bounce@example.org"), &json!("hard_bounce")));
    assert_eq!(erase(&world).await.0, 200);
    let left = world.stored().await.into_iter().filter(|item| item.contains("bounce@example.org"));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<String>::new());
    let (_, list) = world.call("GET", "/v1/suppressions", Value::Null).await;
    assert_eq!((&list["items"][0]["email"], &list["items"][0]["reason"]), (&Value::Null, &json!("hard_bounce")));
    let id = world.draft(draft).await;
    let (status, problem) = world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await;
    assert_eq!((status, &problem["code"]), (422, &json!("recipient_suppressed")));
    record(&world, "c-1", bounce).await;
    assert_eq!(world.call("GET", "/v1/records/contact/c-1", Value::Null).await.0, 200, "a person may come back");
}

#[tokio::test(start_paused = true)]
async fn other_records_with_the_address_are_named_and_stay() {
    let world = World::new().await;
    anna(&world).await;
    let lead = json!({"name": "A lead", "emails": ["anna.example@example.org"]});
    assert_eq!(world.call("PUT", "/v1/records/lead/l-1", lead).await.0, 201);
    let (_, erased) = erase(&world).await;
    assert_eq!(erased["shares_address_with"], json!([{"type": "lead", "id": "l-1"}]));
    assert_eq!(world.call("GET", "/v1/records/lead/l-1", Value::Null).await.0, 200);
}

/// To Anna first, so that whoever takes her place would be taken for her.
fn to_boss_too() -> Value {
    let mut draft = to_anna();
    draft["cc"] = json!([{"email": "boss@example.net", "name": "The boss"}]);
    draft
}

/// Lets the boss look at the only mail that left, and says how many opens are counted.
async fn opens_by_the_boss(world: &World, id: &str) -> u64 {
    let mails = world.received();
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["boss@example.net"]);
    world.advance(SignedDuration::from_mins(5));
    world.visit(&mails[0].pixel()).await;
    world.settle().await;
    world.kpi(id, "opens").await
}

#[tokio::test(start_paused = true)]
async fn who_takes_the_place_of_an_erased_one_in_a_draft_is_followed() {
    let world = World::new().await;
    anna(&world).await;
    let id = world.draft(to_boss_too()).await;
    assert_eq!(erase(&world).await.0, 200);
    world.release(&id).await;
    assert_eq!(opens_by_the_boss(&world, &id).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_message_without_an_erased_one_is_moved_taken_back_and_cancelled_as_before() {
    let world = World::new().await;
    anna(&world).await;
    let id = world.draft(to_boss_too()).await;
    let at = |time: &str| json!({"at": format!("2026-11-23T{time}:00Z")});
    world.call("POST", &format!("/v1/messages/{id}/send"), at("09:00")).await;
    assert_eq!(erase(&world).await.0, 200);
    assert_eq!(world.message(&id).await["status"], "scheduled");
    let path = format!("/v1/messages/{id}/schedule");
    let (status, moved) = world.call("PUT", &path, at("10:00")).await;
    assert_eq!((status, &moved["status"]), (200, &json!("scheduled")), "{moved}");
    let (status, draft) = world.call("DELETE", &path, Value::Null).await;
    assert_eq!((status, &draft["to"], &draft["cc"][0]["name"]), (200, &json!([]), &json!("The boss")), "{draft}");
    world.release(&id).await;
    let message = world.message(&id).await;
    assert_eq!((&message["status"], message["copies"].as_array().unwrap().len()), (&json!("sent"), 1), "{message}");
    assert_eq!(opens_by_the_boss(&world, &id).await, 1);

    let other = world.draft(to_boss_too()).await;
    record(&world, "c-2", json!({"name": "Anna Example", "emails": ["anna.example@example.org"]})).await;
    world.call("POST", &format!("/v1/messages/{other}/send"), at("11:00")).await;
    assert_eq!(world.call("POST", "/v1/records/contact/c-2/erase", Value::Null).await.0, 200);
    assert_eq!(world.call("DELETE", &format!("/v1/messages/{other}"), Value::Null).await.0, 204);
    assert_eq!(world.message(&other).await["status"], "cancelled");
}
