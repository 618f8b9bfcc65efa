//! The AWS JSON 1.0 protocol of SQS, for the operations that the functions use.

use std::collections::HashSet;

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{MAX_BATCH, MAX_BYTES, Message, Sqs, md5_of};
use crate::cloud::wire::{Refusal, Request};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Send {
    queue_url: String,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendBatch {
    queue_url: String,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(default)]
    id: String,
    message_body: String,
    #[serde(default)]
    delay_seconds: i64,
    /// Attributes are not kept, so they are refused rather than lost.
    message_attributes: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Receive {
    queue_url: String,
    #[serde(default = "one")]
    max_number_of_messages: usize,
    visibility_timeout: Option<i64>,
}

fn one() -> usize {
    1
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Received {
    queue_url: String,
    receipt_handle: String,
    #[serde(default)]
    visibility_timeout: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OfQueue {
    queue_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    queue_name: String,
}

pub(super) fn run(sqs: &Sqs, operation: &str, request: &Request) -> Result<Value, Refusal> {
    let body = request.body();
    match operation {
        "SendMessage" => send(sqs, &parse(body)?),
        "SendMessageBatch" => send_batch(sqs, &parse(body)?),
        "ReceiveMessage" => receive(sqs, &parse(body)?),
        "DeleteMessage" => {
            let input: Received = parse(body)?;
            sqs.delete(name(&input.queue_url), &input.receipt_handle).map(|()| json!({}))
        }
        "ChangeMessageVisibility" => {
            let input: Received = parse(body)?;
            let visibility = SignedDuration::from_secs(input.visibility_timeout);
            sqs.change_visibility(name(&input.queue_url), &input.receipt_handle, visibility).map(|()| json!({}))
        }
        "GetQueueAttributes" => attributes(sqs, &parse(body)?),
        "GetQueueUrl" => {
            let Named { queue_name } = parse(body)?;
            let queue = sqs.queue(&queue_name)?;
            Ok(json!({ "QueueUrl": Sqs::url(&endpoint(request), &queue.name) }))
        }
        _ => Err(Refusal::new(
            400,
            "UnsupportedOperation",
            format!("{operation} is not part of the cloud on one machine"),
        )),
    }
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::new(400, "SerializationException", error.to_string()))
}

/// A queue URL ends with the name of the queue.
fn name(queue_url: &str) -> &str {
    queue_url.rsplit('/').next().unwrap_or_default()
}

fn endpoint(request: &Request) -> String {
    let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    format!("http://{host}")
}

fn send(sqs: &Sqs, input: &Send) -> Result<Value, Refusal> {
    let id = send_entry(sqs, name(&input.queue_url), &input.entry)?;
    Ok(json!({ "MessageId": id, "MD5OfMessageBody": md5_of(&input.entry.message_body) }))
}

fn send_entry(sqs: &Sqs, queue: &str, entry: &Entry) -> Result<String, Refusal> {
    if entry.message_attributes.as_ref().is_some_and(|attributes| *attributes != json!({})) {
        return Err(Refusal::new(
            400,
            "UnsupportedOperation",
            "Message attributes are not part of the cloud on one machine.",
        ));
    }
    sqs.send(queue, &entry.message_body, SignedDuration::from_secs(entry.delay_seconds))
}

fn send_batch(sqs: &Sqs, input: &SendBatch) -> Result<Value, Refusal> {
    let queue = name(&input.queue_url);
    sqs.queue(queue)?;
    check_batch(&input.entries)?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in &input.entries {
        match send_entry(sqs, queue, entry) {
            Ok(id) => successful.push(json!({ "Id": entry.id, "MessageId": id, "MD5OfMessageBody": md5_of(&entry.message_body) })),
            Err(refusal) => failed.push(json!({
                "Id": entry.id, "SenderFault": refusal.status < 500, "Code": refusal.code, "Message": refusal.message })),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn check_batch(entries: &[Entry]) -> Result<(), Refusal> {
    let distinct: HashSet<_> = entries.iter().map(|entry| &entry.id).collect();
    let bytes: usize = entries.iter().map(|entry| entry.message_body.len()).sum();
    let code = if entries.is_empty() {
        "EmptyBatchRequest"
    } else if entries.len() > MAX_BATCH {
        "TooManyEntriesInBatchRequest"
    } else if distinct.len() < entries.len() {
        "BatchEntryIdsNotDistinct"
    } else if bytes > MAX_BYTES {
        "BatchRequestTooLong"
    } else {
        return Ok(());
    };
    Err(Refusal::new(400, code, "The batch is not valid."))
}

fn receive(sqs: &Sqs, input: &Receive) -> Result<Value, Refusal> {
    if !(1..=MAX_BATCH).contains(&input.max_number_of_messages) {
        return Err(Refusal::new(400, "InvalidParameterValue", "MaxNumberOfMessages must be between 1 and 10."));
    }
    let visibility = input.visibility_timeout.map(SignedDuration::from_secs);
    let messages = sqs.receive(name(&input.queue_url), input.max_number_of_messages, visibility)?;
    Ok(json!({ "Messages": messages.iter().map(message).collect::<Vec<_>>() }))
}

fn message(message: &Message) -> Value {
    json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": message.md5(),
        "Body": message.body,
        "Attributes": system_attributes(message),
    })
}

/// The attributes that SQS adds to a received message; all of them, whichever were asked for.
pub(crate) fn system_attributes(message: &Message) -> Value {
    let first = message.first_received_at.unwrap_or(message.sent_at);
    json!({
        "ApproximateReceiveCount": message.receives.to_string(),
        "SentTimestamp": message.sent_at.as_millisecond().to_string(),
        "SenderId": "AROALOCAL:telltale",
        "ApproximateFirstReceiveTimestamp": first.as_millisecond().to_string(),
    })
}

fn attributes(sqs: &Sqs, input: &OfQueue) -> Result<Value, Refusal> {
    let queue = sqs.queue(name(&input.queue_url))?;
    let depth = sqs.depth(&queue.name)?;
    let mut attributes = json!({
        "QueueArn": Sqs::arn(&queue.name),
        "VisibilityTimeout": queue.visibility.as_secs().to_string(),
        "ApproximateNumberOfMessages": depth.visible.to_string(),
        "ApproximateNumberOfMessagesNotVisible": depth.in_flight.to_string(),
        "ApproximateNumberOfMessagesDelayed": depth.delayed.to_string(),
    });
    if let Some(dead) = queue.dead_letters {
        let policy = json!({ "deadLetterTargetArn": Sqs::arn(&dead.queue), "maxReceiveCount": dead.max_receives });
        attributes["RedrivePolicy"] = policy.to_string().into();
    }
    Ok(json!({ "Attributes": attributes }))
}
