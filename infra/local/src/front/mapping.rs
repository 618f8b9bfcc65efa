//! Event source mappings: Lambda's poller between a queue and a function.
//!
//! What the function fails stays in flight and comes back when its visibility timeout ends; the queue's own policy buries it.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::cloud::account::REGION;
use crate::cloud::sqs::{MAX_BATCH, Message, Sqs, system_attributes};
use crate::cloud::wire::Refusal;
use crate::front::function::{Function, invoke};

/// A queue whose messages invoke a function.
#[derive(Clone)]
pub struct Mapping {
    /// The queue's name.
    pub queue: String,
    /// Who gets the messages.
    pub function: Function,
    /// How many messages one invocation gets at most.
    pub batch_size: usize,
    /// How long to wait for a batch to fill up, from when its first message is visible.
    pub window: SignedDuration,
}

/// All mappings of a cloud.
#[derive(Clone)]
pub struct Mappings {
    cloud: Cloud,
    mappings: Vec<Mapping>,
}

impl Mappings {
    /// Mappings over the queues of `cloud`, which have to be there.
    pub fn new(cloud: &Cloud, mappings: Vec<Mapping>) -> Self {
        Self { cloud: cloud.clone(), mappings }
    }

    /// One batch for every queue that has one; says how many messages were handed to functions, whatever came of them.
    pub async fn poll_once(&self) -> Result<usize, Refusal> {
        let mut handled = 0;
        for mapping in &self.mappings {
            handled += mapping.poll_once(&self.cloud).await?;
        }
        Ok(handled)
    }

    /// The mappings one by one, for loops that run side by side.
    pub fn iter(&self) -> impl Iterator<Item = &Mapping> {
        self.mappings.iter()
    }
}

impl Mapping {
    /// A mapping that waits for nothing.
    pub fn new(queue: &str, batch_size: usize, function: Function) -> Self {
        Self { queue: queue.to_owned(), function, batch_size, window: SignedDuration::ZERO }
    }

    /// The same mapping, waiting up to `window` for a full batch.
    #[must_use]
    pub fn with_window(self, window: SignedDuration) -> Self {
        Self { window, ..self }
    }

    /// One batch, if there is one now: receive, invoke, delete what is done.
    pub async fn poll_once(&self, cloud: &Cloud) -> Result<usize, Refusal> {
        if self.due(cloud)?.is_none_or(|due| due > cloud.clock.now()) {
            return Ok(0);
        }
        let messages = self.receive(&cloud.sqs)?;
        if messages.is_empty() {
            return Ok(0);
        }
        let answered = invoke(&cloud.faults, &self.function, event(&self.queue, &messages)).await;
        let failed = match failures(&messages, answered) {
            Ok(failed) => failed,
            Err(reason) => {
                tracing::warn!(queue = self.queue, reason, "a batch failed");
                return Ok(messages.len());
            }
        };
        for message in messages.iter().filter(|message| !failed.contains(&message.id)) {
            cloud.sqs.delete(&self.queue, &message.receipt)?;
        }
        Ok(messages.len())
    }

    /// When the next batch is due; `None` while the queue is empty.
    pub fn due(&self, cloud: &Cloud) -> Result<Option<Timestamp>, Refusal> {
        let Some(first) = cloud.sqs.next_visible(&self.queue)? else { return Ok(None) };
        if self.window.is_zero() || cloud.sqs.depth(&self.queue)?.visible >= self.batch_size {
            return Ok(Some(first));
        }
        Ok(Some(first + self.window))
    }

    fn receive(&self, sqs: &Sqs) -> Result<Vec<Message>, Refusal> {
        let mut batch = Vec::new();
        while batch.len() < self.batch_size {
            let received = sqs.receive(&self.queue, MAX_BATCH.min(self.batch_size - batch.len()), None)?;
            if received.is_empty() {
                break;
            }
            batch.extend(received);
        }
        Ok(batch)
    }
}

/// The event that hands messages of a queue to a function.
pub fn event(queue: &str, messages: &[Message]) -> Value {
    let record = |message: &Message| {
        json!({
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": system_attributes(message),
            "messageAttributes": {},
            "md5OfBody": message.md5(),
            "eventSource": "aws:sqs",
            "eventSourceARN": Sqs::arn(queue),
            "awsRegion": REGION,
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

/// The ids that a function reports as failed; an error when the batch failed as a whole.
fn failures(messages: &[Message], answered: Result<Value, String>) -> Result<HashSet<String>, String> {
    let answered = answered?;
    let reported = match answered.get("batchItemFailures") {
        None | Some(Value::Null) => return Ok(HashSet::new()),
        Some(reported) => reported.as_array().ok_or("batchItemFailures is not a list")?,
    };
    let known: HashSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    let id = |failure: &Value| {
        let id = failure["itemIdentifier"].as_str().filter(|id| known.contains(id));
        id.map(ToOwned::to_owned).ok_or_else(|| format!("unknown itemIdentifier in {failure}"))
    };
    reported.iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use aws::clock::Clock;

    use super::*;

    fn failed(answered: Value) -> Result<Vec<String>, String> {
        let clock = Clock::fixed("2026-11-23T08:00:00Z".parse().unwrap());
        let cloud = Cloud::memory(clock).unwrap();
        cloud.sqs.create_queue(&crate::cloud::sqs::Queue::new("q", SignedDuration::from_secs(30))).unwrap();
        cloud.sqs.send("q", "x", SignedDuration::ZERO).unwrap();
        let mut messages = cloud.sqs.messages("q").unwrap();
        messages[0].id = "a".to_owned();
        failures(&messages, Ok(answered)).map(|ids| ids.into_iter().collect())
    }

    #[test]
    fn only_a_well_formed_report_is_a_partial_failure() {
        for all_done in [json!(null), json!({}), json!({"batchItemFailures": []}), json!({"batchItemFailures": null})] {
            assert_eq!(failed(all_done), Ok(vec![]));
        }
        assert_eq!(failed(json!({"batchItemFailures": [{"itemIdentifier": "a"}]})), Ok(vec!["a".to_owned()]));
        for broken in [
            json!({"batchItemFailures": [{"itemIdentifier": "b"}]}),
            json!({"batchItemFailures": [{"itemIdentifier": ""}]}),
            json!({"batchItemFailures": [{"itemIdentifier": null}]}),
            json!({"batchItemFailures": [{"id": "a"}]}),
            json!({"batchItemFailures": "a"}),
        ] {
            assert!(failed(broken.clone()).is_err(), "{broken}");
        }
    }
}
