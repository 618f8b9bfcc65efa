//! Two flows at once: the first one stops before each of its calls in turn, the second one runs to its end, and the first one
//! goes on. Whatever the order, the answers that were given are true.

use jiff::SignedDuration;
use local::cloud::inbound::Envelope;
use serde_json::{Value, json};

use crate::inbound::answer;
use crate::world::{World, offer};

/// An answer of the API: status and body.
type Answer = (u16, Value);

/// Runs both flows in every order and asks `holds` afterwards. Gives the number of orders.
pub(crate) async fn in_every_order<S, A, B>(
    prepare: impl AsyncFn(&World) -> S,
    first: impl AsyncFn(&World, &S) -> A,
    second: impl AsyncFn(&World, &S) -> B,
    holds: impl AsyncFn(&World, &S, A, Option<B>),
) -> usize {
    for nth in 0.. {
        let world = World::new().await;
        let state = prepare(&world).await;
        let (one, other) = world.cloud.faults.interleave(nth, first(&world, &state), second(&world, &state)).await;
        let met = other.is_some();
        holds(&world, &state, one, other).await;
        if !met {
            assert!(nth > 1, "the first flow makes calls");
            return nth;
        }
    }
    unreachable!("a flow ends")
}

fn is_success(answer: &Answer) -> bool {
    (200..300).contains(&answer.0)
}

#[tokio::test]
async fn the_index_names_every_address_of_a_record_that_two_change() {
    let many: Vec<String> = (0..10).map(|n| format!("person{n}@example.org")).collect();
    let reversed: Vec<String> = many.iter().rev().cloned().collect();
    let path = "/v1/records/contact/c-1";
    let orders = in_every_order(
        async |world| {
            let record = json!({"emails": many, "tracking": "deny"});
            assert_eq!(world.call("PUT", path, record).await.0, 201);
        },
        async |world, ()| world.call("PATCH", path, json!({"emails": ["other@example.org"]})).await,
        async |world, ()| world.call("PATCH", path, json!({"emails": reversed})).await,
        async |world, (), one, _| {
            assert_eq!(one.0, 200);
            let record = world.call("GET", path, Value::Null).await.1;
            for email in record["emails"].as_array().unwrap() {
                let query = format!("/v1/records?email={}", email.as_str().unwrap());
                let found = world.call("GET", &query, Value::Null).await.1;
                assert_eq!(found["items"][0]["id"], "c-1", "{email}");
            }
        },
    );
    assert!(orders.await > 2);
}

#[tokio::test]
async fn no_setting_undoes_another() {
    in_every_order(
        async |_| (),
        async |world, ()| world.call("PATCH", "/v1/settings", json!({"retention_days": 711})).await,
        async |world, ()| {
            let off = json!({"tracking_enabled": false, "unknown_consent": "deny"});
            world.call("PATCH", "/v1/settings", off).await
        },
        async |world, (), one, other| {
            assert_eq!(one.0, 200, "{one:?}");
            assert!(other.as_ref().is_none_or(is_success));
            let settings = world.call("GET", "/v1/settings", Value::Null).await.1;
            assert_eq!(settings["retention_days"], 711);
            assert_eq!(settings["tracking_enabled"], other.is_none());
        },
    )
    .await;
}

async fn draft_with_a_file(world: &World) -> (String, String) {
    let id = world.draft(offer()).await;
    let file = world.attach(&id, "offer.pdf", false, b"PDF").await;
    (id, file)
}

async fn send(world: &World, id: &str) -> Answer {
    world.call("POST", &format!("/v1/messages/{id}/send"), json!({})).await
}

/// The mail has the files that *send* answered, and those are the files of the message.
async fn files_are_those_that_were_answered(world: &World, id: &str, sent: &Answer) {
    assert!(sent.0 == 202 || sent.0 == 409, "{sent:?}");
    world.settle().await;
    let message = world.message(id).await;
    if sent.0 != 202 {
        assert_eq!((&message["status"], world.received().len()), (&json!("draft"), 0));
        return;
    }
    assert_eq!(message["status"], "sent");
    let names = |files: &Value| -> Vec<(Value, Value)> {
        files.as_array().unwrap().iter().map(|file| (file["filename"].clone(), file["tracked"].clone())).collect()
    };
    assert_eq!(names(&message["attachments"]), names(&sent.1["attachments"]));
    let attached = names(&message["attachments"]).into_iter().filter(|(_, tracked)| tracked == false);
    let attached: Vec<Value> = attached.map(|(name, _)| name).collect();
    let left: Vec<Value> = world.received()[0].attachments.iter().map(|(name, _)| json!(name)).collect();
    assert_eq!(left, attached);
}

#[tokio::test]
async fn a_mail_leaves_with_the_files_that_send_answered() {
    let announced = json!({"filename": "late.pdf", "content_type": "application/pdf", "size": 3, "tracked": true});
    let changes =
        [("POST", "", announced), ("PATCH", "/file", json!({"tracked": true})), ("DELETE", "/file", Value::Null)];
    for (method, path, body) in changes {
        let change = async |world: &World, (id, file): &(String, String)| {
            let path = path.replace("file", file);
            world.call(method, &format!("/v1/messages/{id}/attachments{path}"), body.clone()).await
        };
        in_every_order(
            draft_with_a_file,
            async |world, (id, _)| send(world, id).await,
            change,
            async |world, (id, _), sent, _| files_are_those_that_were_answered(world, id, &sent).await,
        )
        .await;
        in_every_order(
            draft_with_a_file,
            change,
            async |world, (id, _)| send(world, id).await,
            async |world, (id, _), changed, sent| match sent {
                Some(sent) => files_are_those_that_were_answered(world, id, &sent).await,
                None => assert!(is_success(&changed), "{changed:?}"),
            },
        )
        .await;
    }
}

#[tokio::test]
async fn no_change_of_a_file_undoes_another() {
    let change = async |world: &World, (id, file): &(String, String), body: Value| {
        world.call("PATCH", &format!("/v1/messages/{id}/attachments/{file}"), body).await
    };
    in_every_order(
        draft_with_a_file,
        async |world, file| change(world, file, json!({"expires_at": "2027-01-01T00:00:00Z"})).await,
        async |world, file| change(world, file, json!({"revoked": true})).await,
        async |world, (id, file), one, other| {
            assert!(one.0 == 200 && other.as_ref().is_none_or(is_success), "{one:?} {other:?}");
            let (_, now) = world.call("GET", &format!("/v1/messages/{id}/attachments/{file}"), Value::Null).await;
            assert_eq!((&now["revoked"], now["expires_at"].is_string()), (&json!(other.is_some()), true), "{now}");
        },
    )
    .await;
}

#[tokio::test]
async fn a_message_has_ten_files_at_most_however_many_come_at_once() {
    let announced = json!({"filename": "a.pdf", "content_type": "application/pdf", "size": 3, "tracked": false});
    let announce = async |world: &World, id: &String| {
        world.call("POST", &format!("/v1/messages/{id}/attachments"), announced.clone()).await
    };
    in_every_order(
        async |world| {
            let id = world.draft(offer()).await;
            for _ in 0..9 {
                assert_eq!(announce(world, &id).await.0, 201);
            }
            id
        },
        announce,
        announce,
        async |world, id, one, other| {
            assert!(is_success(&one) || other.is_some_and(|other| is_success(&other)));
            let message = world.message(id).await;
            assert_eq!(message["attachments"].as_array().unwrap().len(), 10);
        },
    )
    .await;
}

#[tokio::test]
async fn an_objection_is_not_lost_while_its_record_is_erased_and_changed() {
    let path = "/v1/records/contact/c-1";
    let erase = async |world: &World, (): &()| world.call("POST", &format!("{path}/erase"), json!({})).await;
    let change = async |world: &World, (): &()| world.call("PATCH", path, json!({"phone": "+49 30 1"})).await;
    let prepare = async |world: &World| {
        let record = json!({"emails": ["purchasing@example.org"], "tracking": "deny"});
        assert_eq!(world.call("PUT", path, record).await.0, 201);
    };
    let holds = async |world: &World| {
        let record = world.call("GET", path, Value::Null).await;
        if record.0 == 200 {
            assert_eq!(record.1["tracking"], "deny");
            let id = world.draft(offer()).await;
            assert_eq!(world.message(&id).await["tracking"]["state"], "blocked");
            let ledger = world.call("GET", &format!("{path}/consent"), Value::Null).await.1;
            assert_eq!(ledger["items"].as_array().unwrap().len(), 1, "the ledger tells of the objection");
        }
    };
    in_every_order(prepare, erase, change, async |world, (), erased, _| {
        assert!(erased.0 == 200 || erased.0 == 202, "{erased:?}");
        holds(world).await;
    })
    .await;
    in_every_order(prepare, change, erase, async |world, (), _, _| holds(world).await).await;
}

/// A sent message, its pixel and its link.
async fn sent(world: &World) -> (String, String, String) {
    let id = world.send(offer()).await;
    world.advance(SignedDuration::from_mins(30));
    let mail = world.received().remove(0);
    (id, mail.pixel(), mail.tracked("/c/").remove(0))
}

#[tokio::test]
async fn two_recorders_count_every_hit() {
    in_every_order(
        async |world| {
            let sent = sent(world).await;
            // An open before leaves no time of a click in the figures: two recorders could write the same.
            world.visit(&sent.1).await;
            world.settle().await;
            world.advance(SignedDuration::from_secs(40));
            world.visit(&sent.2).await;
            sent
        },
        async |world, _| world.settle().await,
        async |world, (_, _, link)| {
            world.advance(SignedDuration::from_secs(40));
            world.visit(link).await;
            world.settle().await;
        },
        async |world, (id, _, _), (), other| {
            world.settle().await;
            let clicks = 1 + u64::from(other.is_some());
            assert_eq!(world.kpi(id, "link_clicks").await, clicks);
            let events = world.timeline(id).await["events"].clone();
            let in_timeline = events.as_array().unwrap().iter().filter(|event| event["kind"] == "click").count();
            assert_eq!(in_timeline as u64, clicks);
        },
    )
    .await;
}

#[tokio::test]
async fn one_answer_by_two_ways_is_one_answer() {
    in_every_order(
        async |world| {
            let id = world.send(offer()).await;
            world.advance(SignedDuration::from_mins(30));
            let raw = answer(&world.received().remove(0), "", "Yes, please.");
            world.cloud.receive_mail(raw.as_bytes(), Envelope::default()).unwrap();
            (id, raw)
        },
        async |world, _| world.settle().await,
        async |world, (_, raw)| {
            world.cloud.receive_mail(raw.as_bytes(), Envelope::default()).unwrap();
            world.settle().await;
        },
        async |world, (id, _), (), _| {
            world.settle().await;
            assert_eq!(world.kpi(id, "replies").await, 1);
        },
    )
    .await;
}

#[tokio::test]
async fn what_is_taken_back_does_not_leave_whatever_else_is_asked() {
    let scheduled = async |world: &World| {
        let id = world.draft(offer()).await;
        let send = json!({"at": "2026-11-23T08:12:00Z"});
        assert_eq!(world.call("POST", &format!("/v1/messages/{id}/send"), send).await.0, 202);
        id
    };
    let take_back = async |world: &World, id: &String| {
        world.call("DELETE", &format!("/v1/messages/{id}/schedule"), Value::Null).await
    };
    let now = async |world: &World, id: &String| send(world, id).await;
    let sooner = async |world: &World, id: &String| {
        let at = json!({"at": "2026-11-23T08:06:00Z"});
        world.call("PUT", &format!("/v1/messages/{id}/schedule"), at).await
    };
    let ends_as_answered = async |world: &World, id: &String| {
        world.run_for(SignedDuration::from_mins(15)).await;
        let status = world.message(id).await["status"].clone();
        assert_eq!(world.received().len(), usize::from(status == "sent"), "{status}");
        assert!(status == "sent" || status == "draft", "{status}");
    };
    in_every_order(scheduled, take_back, sooner, async |world, id, _, _| ends_as_answered(world, id).await).await;
    in_every_order(scheduled, sooner, take_back, async |world, id, _, _| ends_as_answered(world, id).await).await;
    in_every_order(scheduled, now, take_back, async |world, id, _, _| ends_as_answered(world, id).await).await;
    in_every_order(scheduled, take_back, now, async |world, id, _, _| ends_as_answered(world, id).await).await;
}

#[tokio::test]
async fn a_reminder_that_is_set_beside_a_schedule_counts_from_it() {
    let at = || json!({"at": "2026-11-25T09:00:00Z"});
    for (method, rest) in [("PUT", "schedule"), ("POST", "send")] {
        in_every_order(
            async |world| world.draft(offer()).await,
            async |world, id| world.call("PUT", &format!("/v1/messages/{id}/reminder"), json!({})).await,
            async |world, id| world.call(method, &format!("/v1/messages/{id}/{rest}"), at()).await,
            async |world, id, one, other| {
                for answer in [Some(&one), other.as_ref()].into_iter().flatten() {
                    assert!(is_success(answer) || answer.1["code"] == "changed_meanwhile", "{answer:?}");
                }
                assert!(is_success(&one) || other.as_ref().is_some_and(is_success), "one of them wins");
                let message = world.message(id).await;
                let held = !message["schedule"].is_null();
                if is_success(&one) {
                    let due = if held { "2026-11-28T09:00:00.000Z" } else { "2026-11-26T08:00:00.000Z" };
                    assert_eq!(message["reminder"]["due"]["at"], due, "{message}");
                }
            },
        )
        .await;
    }
}
