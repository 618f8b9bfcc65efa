//! Queues that invoke functions: batches, failures, retries, dead letters.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use local::cloud::sqs::Queue;
use local::function;
use local::{Cloud, Function, Mapping, Mappings};
use serde_json::{Value, json};

use crate::clients;

/// What a function got and what it answers with, message by message.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Value>>>);

impl Seen {
    fn bodies(&self) -> Vec<Vec<String>> {
        let batch = |event: &Value| {
            let records = event["Records"].as_array().unwrap().iter();
            records.map(|record| record["body"].as_str().unwrap().to_owned()).collect()
        };
        self.0.lock().unwrap().iter().map(batch).collect()
    }

    /// Reports every message whose body is `fail`, and fails as a whole on `die`.
    fn function(&self) -> Function {
        let seen = self.clone();
        function(move |event: Value| {
            seen.0.lock().unwrap().push(event.clone());
            async move {
                let records = event["Records"].as_array().unwrap().clone();
                if records.iter().any(|record| record["body"] == "die") {
                    return Err("as asked".to_owned());
                }
                let failed = records.iter().filter(|record| record["body"] == "fail");
                let failed: Vec<_> = failed.map(|record| json!({"itemIdentifier": record["messageId"]})).collect();
                Ok(json!({ "batchItemFailures": failed }))
            }
        })
    }
}

fn world(batch_size: usize, window: i64) -> (Cloud, Mappings, Seen) {
    let cloud = clients::cloud();
    let visibility = SignedDuration::from_secs(60);
    cloud.sqs.create_queue(&Queue::new("dead", visibility)).unwrap();
    cloud.sqs.create_queue(&Queue::new("events", visibility).with_dead_letters("dead", 2)).unwrap();
    let seen = Seen::default();
    let mapping = Mapping::new("events", batch_size, seen.function()).with_window(SignedDuration::from_secs(window));
    (cloud.clone(), Mappings::new(&cloud, vec![mapping]), seen)
}

fn send(cloud: &Cloud, bodies: &[&str]) {
    for body in bodies {
        cloud.sqs.send("events", body, SignedDuration::ZERO).unwrap();
    }
}

#[tokio::test]
async fn messages_arrive_in_batches_and_are_deleted() {
    let (cloud, mappings, seen) = world(2, 0);
    send(&cloud, &["a", "b", "c"]);
    assert_eq!(mappings.poll_once().await, Ok(2));
    assert_eq!(mappings.poll_once().await, Ok(1));
    assert_eq!(mappings.poll_once().await, Ok(0));
    assert_eq!(seen.bodies(), [vec!["a", "b"], vec!["c"]]);
    assert_eq!(cloud.sqs.depth("events").unwrap().total(), 0);
}

#[tokio::test]
async fn the_event_is_what_lambda_gives() {
    let (cloud, mappings, seen) = world(10, 0);
    send(&cloud, &["hello"]);
    let id = cloud.sqs.messages("events").unwrap().remove(0).id;
    mappings.poll_once().await.unwrap();
    let at = cloud.clock.now().as_millisecond().to_string();
    let expected = json!({"Records": [{
        "messageId": id, "receiptHandle": format!("{id}.1"), "body": "hello",
        "attributes": {
            "ApproximateReceiveCount": "1", "SentTimestamp": at, "SenderId": "AROALOCAL:telltale",
            "ApproximateFirstReceiveTimestamp": at,
        },
        "messageAttributes": {}, "md5OfBody": "5d41402abc4b2a76b9719d911017c592", "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:events", "awsRegion": "eu-central-1",
    }]});
    assert_eq!(seen.0.lock().unwrap()[0], expected);
}

#[tokio::test]
async fn only_what_failed_comes_back_and_is_buried_in_the_end() {
    let (cloud, mappings, seen) = world(10, 0);
    send(&cloud, &["a", "fail"]);
    assert_eq!(mappings.poll_once().await, Ok(2));
    assert_eq!(cloud.sqs.depth("events").unwrap().in_flight, 1);
    assert_eq!(mappings.poll_once().await, Ok(0));
    for handled in [1, 0] {
        cloud.clock.advance(SignedDuration::from_secs(60));
        assert_eq!(mappings.poll_once().await, Ok(handled));
    }
    assert_eq!(seen.bodies(), [vec!["a", "fail"], vec!["fail"]]);
    assert_eq!(cloud.sqs.depth("dead").unwrap().visible, 1);
    assert_eq!(cloud.sqs.redrive("dead"), Ok(1));
    assert_eq!(mappings.poll_once().await, Ok(1));
}

#[tokio::test]
async fn an_error_fails_the_whole_batch() {
    let (cloud, mappings, seen) = world(10, 0);
    send(&cloud, &["a", "die"]);
    assert_eq!(mappings.poll_once().await, Ok(2));
    assert_eq!(cloud.sqs.depth("events").unwrap().in_flight, 2);
    cloud.clock.advance(SignedDuration::from_secs(60));
    mappings.poll_once().await.unwrap();
    assert_eq!(seen.bodies().len(), 2);
}

#[tokio::test]
async fn a_window_lets_a_batch_fill_up() {
    let (cloud, mappings, seen) = world(3, 5);
    send(&cloud, &["a", "b"]);
    assert_eq!(mappings.poll_once().await, Ok(0));
    cloud.clock.advance(SignedDuration::from_secs(5));
    assert_eq!(mappings.poll_once().await, Ok(2));
    send(&cloud, &["c", "d", "e"]);
    assert_eq!(mappings.poll_once().await, Ok(3));
    assert_eq!(seen.bodies().len(), 2);
}

#[tokio::test]
async fn a_batch_may_be_larger_than_one_receive() {
    let (cloud, mappings, seen) = world(25, 0);
    send(&cloud, &["x"; 30]);
    assert_eq!(mappings.poll_once().await, Ok(25));
    assert_eq!(seen.bodies()[0].len(), 25);
}
