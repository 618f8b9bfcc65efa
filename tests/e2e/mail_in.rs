//! Mail that came in, after it is known to whom it belongs: passed on however long that takes, or not kept.

use jiff::SignedDuration;
use local::Fault;
use serde_json::json;

use crate::inbound::{header, post};
use crate::world::{World, offer};

#[tokio::test(start_paused = true)]
async fn an_answer_waits_for_the_mail_service_as_long_as_a_copy() {
    let world = World::new().await;
    assert_eq!(world.call("PATCH", "/v1/settings", json!({"replies": "inbound_domain"})).await.0, 200);
    world.send(offer()).await;
    let mail = world.received().remove(0);
    let reply_to = header(&mail, "Reply-To");
    let address = reply_to.split('<').nth(1).unwrap().trim_end_matches('>');
    for nth in 0..240 {
        world.cloud.faults.plan_on("ses", nth, Fault::Throttle);
    }
    let raw =
        format!("From: Purchasing <purchasing@example.org>\r\nTo: <{address}>\r\nSubject: Re: Angebot\r\n\r\nJa.\r\n");
    post(&world, &raw).await;
    world.run_for(SignedDuration::from_mins(30)).await;
    assert_eq!(world.cloud.faults.waiting(), 0, "the service was away for twenty minutes");
    assert_eq!(world.cloud.sqs.depth("sends-dead").unwrap().total(), 0);
    assert_eq!(world.received().pop().unwrap().to, "sales@example.com");
}

#[tokio::test(start_paused = true)]
async fn mail_that_belongs_to_no_message_is_not_kept() {
    let raw = "From: Somebody <somebody@example.org>\r\nTo: <sales@example.com>\r\nSubject: Private\r\n\r\nHello.\r\n";
    let kept = async |world: &World| world.stored().await.iter().any(|item| item.contains("Private"));
    for fault in [None, Some(Fault::Before), Some(Fault::CrashBefore), Some(Fault::CrashAfter)] {
        let world = World::new().await;
        if let Some(fault) = fault {
            world.cloud.faults.plan_on("DELETE", 0, fault);
        }
        post(&world, raw).await;
        world.run_for(SignedDuration::from_hours(1)).await;
        assert!(!kept(&world).await, "{fault:?}");
    }
}
