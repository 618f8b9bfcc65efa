//! Time: messages that leave later, reminders, cards that come and go.

use jiff::SignedDuration;
use local::Fault;
use serde_json::{Value, json};

use crate::world::{World, offer};

fn berlin(local: &str) -> Value {
    json!({"at": {"local": local, "time_zone": "Europe/Berlin"}})
}

pub async fn schedule(world: &World, draft: Value, at: Value) -> String {
    let id = world.draft(draft).await;
    let (status, message) = world.call("POST", &format!("/v1/messages/{id}/send"), at).await;
    assert_eq!((status, &message["status"]), (202, &json!("scheduled")), "{message}");
    id
}

pub async fn cards(world: &World, state: &str) -> Vec<Value> {
    let (_, page) = world.call("GET", &format!("/v1/cards?state={state}"), Value::Null).await;
    page["items"].as_array().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn a_message_leaves_at_its_time_to_the_second() {
    let world = World::new().await;
    let mut untracked = offer();
    untracked["tracking"] = json!(false);
    let id = schedule(&world, offer(), berlin("2026-11-23T11:07:25")).await;
    schedule(&world, untracked, json!({"at": "2026-11-23T10:07:25Z"})).await;
    let message = world.message(&id).await;
    assert_eq!(message["schedule"]["at"], "2026-11-23T10:07:25.000Z");
    assert_eq!(
        (&message["schedule"]["local"], &message["schedule"]["time_zone"]),
        (&json!("2026-11-23T11:07:25"), &json!("Europe/Berlin"))
    );
    assert_eq!(message["summary"], "Scheduled for Mon 23 Nov, 11:07 (Europe/Berlin)");
    world.run_for(SignedDuration::from_secs(2 * 3600 + 7 * 60 + 20)).await;
    assert_eq!(world.received().len(), 0, "nothing leaves before its time");
    world.run_for(SignedDuration::from_secs(5)).await;
    assert_eq!(world.received().len(), 2);
    assert_eq!(world.message(&id).await["status"], "sent");
    world.run_for(SignedDuration::from_mins(20)).await;
    assert_eq!(world.received().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn times_that_cannot_be_are_refused() {
    let world = World::new().await;
    let id = world.draft(offer()).await;
    for (at, code) in [
        (json!({"at": "2026-11-23T07:58:59Z"}), "in_the_past"),
        (json!({"at": "2028-11-24T08:00:00Z"}), "too_far"),
        (json!({"at": {"local": "2026-11-24T08:00:00", "time_zone": "Europe/Nowhere"}}), "unknown_time_zone"),
        (json!({"at": "tomorrow"}), "invalid_value"),
        (json!({"at": {"local": "2026-11-24T08:00:00", "time_zone": ""}}), "invalid_value"),
    ] {
        let (status, problem) = world.call("POST", &format!("/v1/messages/{id}/send"), at.clone()).await;
        assert_eq!((status, problem["code"].as_str()), (422, Some(code)), "{at} {problem}");
    }
    let (status, _) =
        world.call("POST", &format!("/v1/messages/{id}/send"), json!({"at": "2026-11-23T07:59:30Z"})).await;
    assert_eq!(status, 202, "less than a minute past is now");
    world.settle().await;
    assert_eq!(world.received().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn until_it_leaves_it_can_be_moved_taken_back_sent_and_cancelled() {
    let world = World::new().await;
    let at = || json!({"at": "2026-11-23T10:00:00Z"});
    let path = |id: &str, rest: &str| format!("/v1/messages/{id}{rest}");

    let moved = schedule(&world, offer(), at()).await;
    let (status, message) = world.call("PUT", &path(&moved, "/schedule"), json!({"at": "2026-11-23T09:00:00Z"})).await;
    assert_eq!((status, &message["schedule"]["at"]), (200, &json!("2026-11-23T09:00:00.000Z")));
    let (status, problem) = world.call("PATCH", &path(&moved, ""), json!({"subject": "x"})).await;
    assert_eq!((status, problem["code"].as_str()), (409, Some("not_editable")));

    let back = schedule(&world, offer(), at()).await;
    let (status, message) = world.call("DELETE", &path(&back, "/schedule"), Value::Null).await;
    assert_eq!((status, &message["status"], &message["schedule"]), (200, &json!("draft"), &Value::Null));
    assert_eq!(world.call("PATCH", &path(&back, ""), json!({"subject": "x"})).await.0, 200);

    let now = schedule(&world, offer(), at()).await;
    assert_eq!(world.call("POST", &path(&now, "/send"), json!({})).await.0, 202);
    world.settle().await;
    assert_eq!(world.received().len(), 1, "sent now");

    let gone = schedule(&world, offer(), at()).await;
    assert_eq!(world.call("DELETE", &path(&gone, ""), Value::Null).await.0, 204);

    world.run_for(SignedDuration::from_secs(3600 + 60)).await;
    assert_eq!(world.received().len(), 2, "the moved one left at nine");
    world.run_for(SignedDuration::from_hours(2)).await;
    assert_eq!(world.received().len(), 2);

    for (method, rest) in [("PUT", "/schedule"), ("DELETE", "/schedule")] {
        let at = json!({"at": "2026-11-23T14:00:00Z"});
        let (status, problem) = world.call(method, &path(&moved, rest), at).await;
        assert_eq!((status, problem["code"].as_str()), (409, Some("not_scheduled")), "{method}");
    }
    let (status, message) = world.call("POST", &path(&back, "/send"), json!({"at": "2026-11-23T12:00:00Z"})).await;
    assert_eq!((status, &message["status"]), (202, &json!("scheduled")), "taken back, then scheduled again");
    world.run_for(SignedDuration::from_hours(2)).await;
    assert_eq!(world.received().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_the_tick_is_caught_up() {
    let world = World::new().await;
    world.telltale.timers.tick().await;
    for minutes in [30, 45, 200] {
        let at = world.now() + SignedDuration::from_mins(minutes);
        schedule(&world, offer(), json!({"at": at.to_string()})).await;
    }
    world.advance(SignedDuration::from_hours(5));
    world.telltale.timers.tick().await;
    world.telltale.timers.tick().await;
    world.settle().await;
    assert_eq!(world.received().len(), 3, "all of them, once");
}

#[tokio::test(start_paused = true)]
async fn a_tick_that_dies_anywhere_loses_and_doubles_nothing() {
    let scheduled = async || {
        let world = World::new().await;
        schedule(&world, offer(), json!({"at": "2026-11-23T08:10:30Z"})).await;
        world.run_for(SignedDuration::from_mins(8)).await;
        world.cloud.faults.reset();
        world
    };
    // The tick that finds the hint, and all that it brings about.
    let calls = {
        let world = scheduled().await;
        world.run_for(SignedDuration::from_secs(61)).await;
        world.cloud.faults.calls().len()
    };
    assert!(calls > 8, "{calls}");

    for fault in [Fault::CrashBefore, Fault::CrashAfter, Fault::After] {
        for n in 0..calls {
            let world = scheduled().await;
            world.cloud.faults.plan(n, fault);
            world.run_for(SignedDuration::from_mins(25)).await;
            assert_eq!(world.cloud.faults.waiting(), 0, "{n} {fault:?} never struck");
            let mails = world.received().len();
            let status =
                world.call("GET", "/v1/messages", Value::Null).await.1["items"][0]["copies"][0]["status"].clone();
            assert!(mails == 1 || (mails == 0 && status == "unconfirmed"), "{fault:?} at {n}: {mails} {status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_open_is_one_card_for_each_recipient() {
    let world = World::new().await;
    let mut draft = offer();
    draft["cc"] = json!([{"email": "boss@example.org"}]);
    draft["regarding"] = json!({"type": "opportunity", "id": "o-7"});
    let id = world.send(draft).await;
    world.advance(SignedDuration::from_mins(2));
    let mails = world.received();
    world.http("GET", &mails[0].pixel(), &[("user-agent", "curl/8")], "").await;
    world.settle().await;
    assert_eq!(cards(&world, "active").await.len(), 0, "machines set nothing off");
    for mail in mails.iter().chain(&mails) {
        world.visit(&mail.pixel()).await;
        world.settle().await;
        world.advance(SignedDuration::from_mins(3));
    }
    let active = cards(&world, "active").await;
    let titles: Vec<&str> = active.iter().map(|card| card["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["boss@example.org opened “Angebot für Sie”", "Purchasing opened “Angebot für Sie”"]);
    assert_eq!(
        (&active[0]["message"], &active[0]["records"]),
        (&json!(id), &json!([{"type": "opportunity", "id": "o-7"}]))
    );
}

#[tokio::test(start_paused = true)]
async fn cards_are_snoozed_dismissed_and_both_undone() {
    let world = World::new().await;
    world.send(offer()).await;
    world.advance(SignedDuration::from_mins(2));
    world.visit(&world.received()[0].pixel()).await;
    world.settle().await;
    let id = cards(&world, "active").await[0]["id"].as_str().unwrap().to_owned();
    let act = async |action: &str, body: Value| world.call("POST", &format!("/v1/cards/{id}/{action}"), body).await;
    assert_eq!(act("undo", json!({})).await.1["code"], "nothing_to_undo");
    let (status, card) = act("snooze", json!({})).await;
    assert_eq!(
        (status, &card["state"], &card["snoozed_until"]),
        (200, &json!("snoozed"), &json!("2026-11-24T08:02:00.000Z"))
    );
    assert_eq!((cards(&world, "active").await.len(), cards(&world, "snoozed").await.len()), (0, 1));
    assert_eq!(act("undo", json!({})).await.1["state"], "active");
    assert_eq!(act("dismiss", json!({})).await.1["state"], "dismissed");
    assert_eq!(act("snooze", json!({})).await.1["code"], "card_dismissed");
    assert_eq!(act("undo", json!({})).await.1["state"], "active");
    assert_eq!(act("snooze", json!({"until": "2026-11-23T08:00:00Z"})).await.1["code"], "in_the_past");
    act("snooze", json!({"until": "2026-11-23T09:00:00Z"})).await;
    world.advance(SignedDuration::from_hours(1));
    world.telltale.timers.tick().await;
    let back = cards(&world, "active").await;
    assert_eq!((back.len(), &back[0]["snoozed_until"]), (1, &Value::Null), "it came back");
}

#[tokio::test(start_paused = true)]
async fn a_phone_call_is_added_to_the_record_that_the_message_is_about() {
    let world = World::new().await;
    let mut draft = offer();
    draft["regarding"] = json!({"type": "opportunity", "id": "o-7"});
    for draft in [draft, offer()] {
        world.send(draft).await;
    }
    world.advance(SignedDuration::from_mins(2));
    for mail in world.received() {
        world.visit(&mail.pixel()).await;
        world.settle().await;
    }
    let active = cards(&world, "active").await;
    let of = |about: &Value| {
        active.iter().find(|card| &card["records"] == about).unwrap()["id"].as_str().unwrap().to_owned()
    };
    let path = format!("/v1/cards/{}/phone-call", of(&json!([{"type": "opportunity", "id": "o-7"}])));
    let (status, call) = world.call("POST", &path, json!({"due": "2026-11-24T09:00:00Z"})).await;
    assert_eq!((status, &call["subject"]), (201, &json!("Purchasing opened “Angebot für Sie”")));
    let (_, page) = world.call("GET", "/v1/records/opportunity/o-7/activities", Value::Null).await;
    assert_eq!(
        (&page["items"][0]["kind"], &page["items"][0]["due"]),
        (&json!("phone_call"), &json!("2026-11-24T09:00:00.000Z"))
    );
    let (status, problem) = world.call("POST", &format!("/v1/cards/{}/phone-call", of(&json!([]))), json!({})).await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("no_record")));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_time_follows_from_the_record_of_the_recipient() {
    let world = World::new().await;
    let contact = json!({"name": "Purchasing", "emails": ["purchasing@example.org"], "address": {"city": "Denver", "region": "CO", "country": "US"}});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", contact.clone()).await.0, 201);
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", contact).await.0, 200);
    for query in ["email=Purchasing@example.org", "record=contact:c-1"] {
        let (_, time) = world.call("GET", &format!("/v1/delivery-time?{query}"), Value::Null).await;
        assert_eq!(time["recommended"]["at"], "2026-11-23T15:00:00.000Z", "{time}");
        assert_eq!(time["recommended"]["recipient_local"], "2026-11-23T08:00:00");
        assert_eq!(time["recommended"]["time_zone"], "America/Denver");
    }
    for query in ["email=nobody@example.org", "email=a@example.org&email=b@example.org", "record=contact:none"] {
        let (status, time) = world.call("GET", &format!("/v1/delivery-time?{query}"), Value::Null).await;
        assert_eq!((status, &time["recommended"]), (200, &Value::Null), "{query}");
        assert!(!time["reason"].as_str().unwrap().is_empty());
    }
    let (_, found) = world.call("GET", "/v1/records?email=purchasing@example.org", Value::Null).await;
    assert_eq!(found["items"][0]["id"], "c-1");
    let (_, changed) =
        world.call("PATCH", "/v1/records/contact/c-1", json!({"emails": [], "time_zone": "Europe/Berlin"})).await;
    assert_eq!((&changed["name"], &changed["time_zone"]), (&json!("Purchasing"), &json!("Europe/Berlin")));
    assert_eq!(world.call("GET", "/v1/records?email=purchasing@example.org", Value::Null).await.1["items"], json!([]));
    let (status, problem) = world.call("PATCH", "/v1/records/contact/c-1", json!({"time_zone": "Mars/Base"})).await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("unknown_time_zone")));
    assert_eq!(world.call("DELETE", "/v1/records/contact/c-1", Value::Null).await.0, 204);
    assert_eq!(world.call("GET", "/v1/records/contact/c-1", Value::Null).await.0, 404);
}

#[tokio::test(start_paused = true)]
async fn what_did_not_arrive_is_put_before_its_author() {
    let world = World::new().await;
    let draft = json!({"to": [{"email": "bounce@example.org"}], "subject": "Angebot für Sie", "text": "Hello"});
    schedule(&world, draft.clone(), json!({"at": "2026-11-23T09:00:00Z"})).await;
    world.send(draft).await;
    world.run_for(SignedDuration::from_mins(61)).await;
    let active = cards(&world, "active").await;
    let titles: std::collections::BTreeSet<&str> = active.iter().map(|card| card["title"].as_str().unwrap()).collect();
    let about = |what: &str| format!("{what} to bounce@example.org: “Angebot für Sie”");
    let (bounced, failed) = (about("Could not be delivered"), about("Not sent"));
    assert_eq!(titles, [bounced.as_str(), failed.as_str()].into(), "mail to it is stopped by then");
    assert!(active.iter().all(|card| card["kind"] == "delivery_problem"));
}

#[tokio::test(start_paused = true)]
async fn who_opens_in_one_hour_most_is_met_in_that_hour() {
    let world = World::new().await;
    let contact = json!({"name": "Purchasing", "emails": ["purchasing@example.org"], "time_zone": "Europe/Berlin"});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", contact).await.0, 201);
    let reason = async || {
        let (_, time) = world.call("GET", "/v1/delivery-time?record=contact:c-1", Value::Null).await;
        (time["recommended"]["recipient_local"].clone(), time["reason"].as_str().unwrap().to_owned())
    };
    assert!(reason().await.1.starts_with("within working hours"), "{:?}", reason().await);
    for day in 0..5 {
        world.send(offer()).await;
        // From 8:00 UTC on to 14:10 in Berlin.
        world.advance(SignedDuration::from_secs(5 * 3600 + 600));
        world.visit(&world.received().pop().unwrap().pixel()).await;
        world.http("GET", &world.received().pop().unwrap().pixel(), &[("user-agent", "curl/8")], "").await;
        world.settle().await;
        world.advance(SignedDuration::from_secs(19 * 3600 - 600));
        if day < 4 {
            assert!(!reason().await.1.contains("opens most often"), "too few on record");
        }
    }
    let (local, why) = reason().await;
    assert!(why.starts_with("opens most often around 14:00: 5 of 5"), "{why}");
    assert_eq!(local, "2026-11-30T14:00:00", "the next working day");
}

#[tokio::test(start_paused = true)]
async fn working_hours_are_the_organisations() {
    let world = World::new().await;
    let contact = json!({"emails": ["a@example.org"], "time_zone": "Europe/Berlin"});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", contact).await.0, 201);
    let hours = json!({"start": "13:30", "end": "18:00", "days": ["tue"]});
    let (status, settings) = world.call("PATCH", "/v1/settings", json!({"working_hours": hours})).await;
    assert_eq!((status, &settings["working_hours"]), (200, &hours));
    let (_, time) = world.call("GET", "/v1/delivery-time?record=contact:c-1", Value::Null).await;
    assert_eq!(time["recommended"]["recipient_local"], "2026-11-24T13:30:00");
    for bad in
        [json!({"start": "18:00", "end": "08:00", "days": ["mon"]}), json!({"start": "8", "end": "9", "days": ["mon"]})]
    {
        let (status, problem) = world.call("PATCH", "/v1/settings", json!({"working_hours": bad})).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!("/working_hours")), "{problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_message_outlives_an_outage_of_storage() {
    let world = World::new().await;
    let id = schedule(&world, offer(), json!({"at": "2026-11-23T09:00:00Z"})).await;
    world.run_for(SignedDuration::from_mins(59)).await;
    world.cloud.faults.reset();
    for nth in 0..10_000 {
        world.cloud.faults.plan_on("s3", nth, Fault::Unavailable);
    }
    world.run_for(SignedDuration::from_mins(40)).await;
    assert_eq!(world.received().len(), 0);
    assert!(world.cloud.faults.waiting() < 10_000, "storage was asked");
    world.cloud.faults.reset();
    world.run_for(SignedDuration::from_mins(20)).await;
    assert_eq!((&world.message(&id).await["status"], world.received().len()), (&json!("sent"), 1));
}

#[tokio::test(start_paused = true)]
async fn a_hint_that_cannot_be_read_keeps_no_other_from_being_followed() {
    let world = World::new().await;
    let id = schedule(&world, offer(), json!({"at": "2026-11-23T09:00:00Z"})).await;
    let hints: Vec<Value> = world.stored().await.iter().filter_map(|item| serde_json::from_str(item).ok()).collect();
    let hint =
        hints.into_iter().find(|item| item["work"].to_string().contains("send") && item["message"]["S"] == id.as_str());
    let mut broken = hint.unwrap();
    broken["sk"] = json!({"S": format!("{}x", broken["sk"]["S"].as_str().unwrap())});
    broken["work"] = json!({"S": "something of tomorrow"});
    let put = json!({"TableName": local::telltale::TABLE, "Item": broken}).to_string();
    let put = http::Request::post("/").header("x-amz-target", "DynamoDB_20120810.PutItem").body(put.into());
    assert_eq!(world.cloud.call(put.unwrap()).await.unwrap().status(), 200);
    world.run_for(SignedDuration::from_mins(61)).await;
    assert_eq!(world.message(&id).await["status"], "sent");
}

#[tokio::test(start_paused = true)]
async fn a_contact_without_a_zone_takes_its_accounts() {
    let world = World::new().await;
    let account = json!({"name": "Example", "address": {"city": "Denver", "region": "CO", "country": "USA"}});
    world.call("PUT", "/v1/records/account/a-1", account).await;
    let contact = json!({"name": "Ann", "emails": ["ann@example.org"], "account": "a-1"});
    world.call("PUT", "/v1/records/contact/c-1", contact).await;
    for query in ["email=ann@example.org", "record=contact:c-1"] {
        let (_, time) = world.call("GET", &format!("/v1/delivery-time?{query}"), Value::Null).await;
        assert_eq!(time["recommended"]["time_zone"], "America/Denver", "{time}");
    }
    world.call("PATCH", "/v1/records/contact/c-1", json!({"time_zone": "Europe/Berlin"})).await;
    let (_, time) = world.call("GET", "/v1/delivery-time?record=contact:c-1", Value::Null).await;
    assert_eq!(time["recommended"]["time_zone"], "Europe/Berlin", "its own wins");
}
