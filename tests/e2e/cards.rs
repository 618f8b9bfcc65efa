//! Cards: listed whatever their number and age.

use domain::signs::card::fact::{DeliveryProblem, Fact};
use jiff::SignedDuration;
use serde_json::json;

use crate::time::cards;
use crate::world::{World, offer};

#[tokio::test(start_paused = true)]
async fn a_card_is_listed_however_many_others_there_are() {
    let world = World::new().await;
    let old = world.send(offer()).await;
    let pixel = world.received()[0].pixel();
    world.advance(SignedDuration::from_hours(1));
    let new = world.send(offer()).await;
    let store = world.parts.store();
    let message = store.message(new.parse().unwrap()).await.unwrap().unwrap().message;
    let who = message.recipients[0].mailbox.clone();
    for submissions in 0..520 {
        let problem = DeliveryProblem::Failed;
        let fact = Fact::DeliveryProblem { recipient: 0, who: &who, problem, submissions };
        store.announce(&message, fact, world.now()).await.unwrap();
    }

    world.advance(SignedDuration::from_hours(1));
    world.visit(&pixel).await;
    world.settle().await;
    let first = cards(&world, "active").await.remove(0);
    assert_eq!((&first["kind"], &first["message"]), (&json!("first_open"), &json!(old)), "the newest fact comes first");

    let path = format!("/v1/cards/{}/dismiss", first["id"].as_str().unwrap());
    assert_eq!(world.call("POST", &path, json!({})).await.0, 200);
    assert_eq!(cards(&world, "dismissed").await.len(), 1);
    world.advance(SignedDuration::from_hours(181 * 24));
    assert_eq!(cards(&world, "dismissed").await.len(), 0, "half a year later it is gone");
}
