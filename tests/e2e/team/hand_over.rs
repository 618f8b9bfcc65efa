//! Somebody leaves, and their work goes on.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Member, code};
use crate::two_at_once::in_every_order;
use crate::world::World;

/// A seller with a draft, a scheduled message, a reminder and a card, each of its own message.
async fn busy(world: &World) -> (Member, [String; 4]) {
    let seller = Member::new(world, "leaver@example.com", "seller").await;
    let opened = seller.send(world).await;
    let pixel = world.received()[0].pixel();
    world.advance(SignedDuration::from_hours(1));
    world.visit(&pixel).await;
    world.settle().await;

    let waited = seller.send(world).await;
    let reminder = json!({"title": "Ask", "condition": "always", "due": "2026-12-01T08:00:00Z"});
    let path = format!("/v1/messages/{waited}/reminder");
    assert_eq!(seller.call(world, "PUT", &path, reminder).await.0, 200);

    let scheduled = seller.draft(world).await;
    let path = format!("/v1/messages/{scheduled}/send");
    assert_eq!(seller.call(world, "POST", &path, json!({"at": "2026-11-30T08:00:00Z"})).await.0, 202);
    let draft = seller.draft(world).await;
    (seller, [draft, scheduled, waited, opened])
}

#[tokio::test(start_paused = true)]
async fn open_work_stands_in_the_way_until_somebody_gets_it() {
    let world = World::new().await;
    let (leaver, [draft, scheduled, reminded, opened]) = busy(&world).await;
    let heir = Member::new(&world, "heir@example.com", "seller").await;
    let path = format!("/v1/users/{}/deactivate", leaver.id);

    let refused = world.call("POST", &path, json!({})).await;
    assert_eq!(code(&refused), (409, "has_open_work"));
    assert_eq!(refused.1["counts"], json!({"drafts": 1, "scheduled": 1, "reminders": 1, "cards": 1}));
    assert_eq!(leaver.call(&world, "GET", "/v1/me", Value::Null).await.0, 200, "nothing happened");
    for (to, want) in [(leaver.id.as_str(), "invalid_value"), ("usr_1", "unknown_user")] {
        assert_eq!(code(&world.call("POST", &path, json!({"hand_over_to": to})).await), (422, want));
    }

    for _ in 0..2 {
        let (status, user) = world.call("POST", &path, json!({"hand_over_to": heir.id})).await;
        assert_eq!((status, user["status"].as_str()), (200, Some("deactivated")), "{user}");
    }
    assert_eq!(leaver.call(&world, "GET", "/v1/me", Value::Null).await.0, 401);
    for id in [&draft, &scheduled, &reminded] {
        let message = heir.call(&world, "GET", &format!("/v1/messages/{id}"), Value::Null).await.1;
        assert_eq!(message["owner"]["id"], json!(heir.id));
    }
    let sent = heir.call(&world, "GET", &format!("/v1/messages/{opened}"), Value::Null).await.1;
    assert_eq!(sent["owner"]["id"], json!(leaver.id), "what was sent stays theirs");
    let cards = heir.call(&world, "GET", "/v1/cards", Value::Null).await.1;
    assert_eq!(cards["items"].as_array().unwrap().len(), 1);

    world.run_for(SignedDuration::from_hours(24 * 9)).await;
    let cards = heir.call(&world, "GET", "/v1/cards", Value::Null).await.1;
    assert_eq!(cards["items"].as_array().unwrap().len(), 2, "the reminder fired for its new owner");
    let left = world.received().into_iter().filter(|mail| {
        let from = String::from_utf8_lossy(&mail.raw).lines().find(|line| line.starts_with("From:")).map(str::to_owned);
        from.is_some_and(|from| from.contains("heir@example.com"))
    });
    assert_eq!(left.count(), 1, "the scheduled mail left in the name of its new owner");
}

#[tokio::test(start_paused = true)]
async fn a_message_takes_its_figures_to_its_new_owner() {
    let world = World::new().await;
    let seller = Member::new(&world, "seller@example.com", "seller").await;
    let manager = Member::new(&world, "manager@example.com", "manager").await;
    let record = json!({"name": "Purchasing", "emails": ["purchasing@example.org"]});
    assert_eq!(world.call("PUT", "/v1/records/contact/c-1", record).await.0, 201);
    let id = seller.send(&world).await;
    let pixel = world.received()[0].pixel();
    let open = async || {
        world.advance(SignedDuration::from_hours(1));
        world.visit(&pixel).await;
        world.settle().await;
    };
    open().await;

    let path = format!("/v1/messages/{id}/reassign");
    assert_eq!(code(&seller.call(&world, "POST", &path, json!({"owner": world.user})).await), (403, "forbidden"));
    let unknown = manager.call(&world, "POST", &path, json!({"owner": "usr_1"})).await;
    assert_eq!(code(&unknown), (422, "unknown_user"));
    for _ in 0..2 {
        let (status, message) = manager.call(&world, "POST", &path, json!({"owner": world.user})).await;
        assert_eq!((status, &message["owner"]["id"]), (200, &json!(world.user)), "{message}");
        assert_eq!(message["from"]["email"], "seller@example.com", "it left in that name");
    }
    open().await;

    assert_eq!(world.kpi(&id, "opens").await, 2);
    for list in ["/v1/messages?sort=-opens", "/v1/messages?record=contact:c-1&sort=-opens"] {
        let item = world.call("GET", list, Value::Null).await.1["items"][0].clone();
        assert_eq!((&item["id"], item["kpis"]["opens"].as_u64()), (&json!(id), Some(2)), "{list}");
    }
    let old = seller.call(&world, "GET", "/v1/messages", Value::Null).await.1;
    assert_eq!(old["items"], json!([]));
    let cards = world.call("GET", "/v1/cards", Value::Null).await.1;
    assert_eq!(cards["items"].as_array().unwrap().len(), 1, "the card went along");

    let back = manager.call(&world, "POST", &path, json!({"owner": seller.id})).await;
    assert_eq!(back.0, 200);
    assert_eq!(world.kpi(&id, "opens").await, 2);
}

#[tokio::test]
async fn no_hit_is_lost_while_a_message_changes_hands() {
    in_every_order(
        async |world| {
            let seller = Member::new(world, "seller@example.com", "seller").await;
            let manager = Member::new(world, "manager@example.com", "manager").await;
            let id = seller.send(world).await;
            let pixel = world.received()[0].pixel();
            world.advance(SignedDuration::from_hours(1));
            world.visit(&pixel).await;
            (manager, id)
        },
        async |world, _| world.settle().await,
        async |world, (manager, id)| {
            let path = format!("/v1/messages/{id}/reassign");
            manager.call(world, "POST", &path, json!({"owner": world.user})).await.0
        },
        async |world, (_, id), (), reassigned| {
            assert!(reassigned.is_none_or(|status| status == 200 || status == 409), "{reassigned:?}");
            world.advance(SignedDuration::from_hours(1));
            world.settle().await;
            assert_eq!(world.kpi(id, "opens").await, 1);
        },
    )
    .await;
}
