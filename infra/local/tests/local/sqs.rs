//! The queues: protocol, delays, visibility, dead letters, redrive.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{QueueAttributeName, SendMessageBatchRequestEntry};
use jiff::SignedDuration;
use local::Cloud;
use local::cloud::sqs::{MAX_BYTES, Queue, Sqs};

use crate::clients::{self, ENDPOINT};

fn queues() -> (Cloud, Client, String) {
    let cloud = clients::cloud();
    let visibility = SignedDuration::from_secs(60);
    cloud.sqs.create_queue(&Queue::new("dead", visibility)).unwrap();
    cloud.sqs.create_queue(&Queue::new("events", visibility).with_dead_letters("dead", 2)).unwrap();
    let client = clients::sqs(&cloud);
    (cloud, client, Sqs::url(ENDPOINT, "events"))
}

fn forward(cloud: &Cloud, seconds: i64) {
    cloud.clock.advance(SignedDuration::from_secs(seconds));
}

#[tokio::test]
async fn a_message_is_sent_received_and_deleted() {
    let (cloud, client, url) = queues();
    assert_eq!(client.get_queue_url().queue_name("events").send().await.unwrap().queue_url.as_ref(), Some(&url));
    client.send_message().queue_url(&url).message_body("größer").send().await.unwrap();
    let received = client.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
    let [message] = received.messages() else { panic!("{received:?}") };
    assert_eq!(message.body(), Some("größer"));
    assert!(client.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty());
    let receipt = message.receipt_handle().unwrap();
    client.delete_message().queue_url(&url).receipt_handle(receipt).send().await.unwrap();
    forward(&cloud, 3600);
    assert_eq!(cloud.sqs.depth("events").unwrap().total(), 0);
}

#[tokio::test]
async fn a_delay_hides_a_message_until_it_is_over() {
    let (cloud, client, url) = queues();
    client.send_message().queue_url(&url).message_body("later").delay_seconds(900).send().await.unwrap();
    assert_eq!(cloud.sqs.depth("events").unwrap().delayed, 1);
    forward(&cloud, 899);
    assert!(client.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty());
    forward(&cloud, 1);
    assert_eq!(client.receive_message().queue_url(&url).send().await.unwrap().messages().len(), 1);
    let too_long = client.send_message().queue_url(&url).message_body("later").delay_seconds(901).send().await;
    assert_eq!(too_long.unwrap_err().code(), Some("InvalidParameterValue"));
}

#[tokio::test]
async fn visibility_can_be_changed_and_an_old_receipt_deletes_nothing() {
    let (cloud, client, url) = queues();
    client.send_message().queue_url(&url).message_body("again").send().await.unwrap();
    let first = client.receive_message().queue_url(&url).send().await.unwrap().messages.unwrap().remove(0);
    let first = first.receipt_handle.unwrap();
    client
        .change_message_visibility()
        .queue_url(&url)
        .receipt_handle(&first)
        .visibility_timeout(0)
        .send()
        .await
        .unwrap();
    let second = client.receive_message().queue_url(&url).send().await.unwrap().messages.unwrap().remove(0);
    assert_ne!(Some(&first), second.receipt_handle.as_ref());
    client.delete_message().queue_url(&url).receipt_handle(&first).send().await.unwrap();
    assert_eq!(cloud.sqs.depth("events").unwrap().in_flight, 1);
}

#[tokio::test]
async fn what_is_received_too_often_is_buried_and_comes_back_under_a_new_id() {
    let (cloud, client, url) = queues();
    client.send_message().queue_url(&url).message_body("poison").send().await.unwrap();
    let original = cloud.sqs.messages("events").unwrap().remove(0).id;
    for _ in 0..2 {
        assert_eq!(client.receive_message().queue_url(&url).send().await.unwrap().messages().len(), 1);
        forward(&cloud, 60);
    }
    assert!(client.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty());
    assert_eq!(cloud.sqs.messages("dead").unwrap()[0].id, original);
    assert_eq!(cloud.sqs.redrive("dead").unwrap(), 1);
    let back = cloud.sqs.messages("events").unwrap().remove(0);
    assert_eq!((back.body.as_str(), back.receives), ("poison", 0));
    assert_ne!(back.id, original);
}

#[tokio::test]
async fn a_batch_answers_for_each_of_its_entries() {
    let (cloud, client, url) = queues();
    let entry =
        |id: &str, body: &str| SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap();
    let entries = vec![entry("a", "fine"), entry("b", "not \u{1} fine")];
    let sent = client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send().await.unwrap();
    assert_eq!((sent.successful()[0].id(), sent.failed()[0].code()), ("a", "InvalidMessageContents"));
    assert_eq!(cloud.sqs.depth("events").unwrap().visible, 1);
    for (entries, code) in [
        (vec![], "EmptyBatchRequest"),
        (vec![entry("a", "x"); 2], "BatchEntryIdsNotDistinct"),
        ((0..11).map(|n| entry(&n.to_string(), "x")).collect(), "TooManyEntriesInBatchRequest"),
        (vec![entry("a", &"x".repeat(MAX_BYTES)), entry("b", "x")], "BatchRequestTooLong"),
    ] {
        let refused = client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send().await;
        assert!(refused.unwrap_err().code().unwrap().ends_with(code));
    }
}

#[tokio::test]
async fn limits_and_unknown_queues_are_refused() {
    let (_, client, url) = queues();
    let big = client.send_message().queue_url(&url).message_body("x".repeat(MAX_BYTES + 1)).send().await.unwrap_err();
    assert_eq!(big.code(), Some("InvalidParameterValue"));
    let missing =
        client.send_message().queue_url(Sqs::url(ENDPOINT, "none")).message_body("x").send().await.unwrap_err();
    assert!(missing.into_service_error().is_queue_does_not_exist());
}

#[tokio::test]
async fn attributes_tell_depth_and_policy() {
    let (_, client, url) = queues();
    client.send_message().queue_url(&url).message_body("x").send().await.unwrap();
    let attributes = client.get_queue_attributes().queue_url(&url).attribute_names(QueueAttributeName::All);
    let attributes = attributes.send().await.unwrap().attributes.unwrap();
    assert_eq!(attributes[&QueueAttributeName::ApproximateNumberOfMessages], "1");
    assert!(attributes[&QueueAttributeName::RedrivePolicy].contains("\"maxReceiveCount\":2"));
}
