//! Batches of SQS records: each is handled on its own, and only those that may work later come back.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The event that Lambda makes of a batch.
#[derive(Debug, Clone, Deserialize)]
pub struct Event {
    /// At least one.
    #[serde(rename = "Records")]
    pub records: Vec<Record>,
}

/// A message of the queue.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Changes when a message is redriven, so nothing may depend on it but the answer.
    pub message_id: String,
    /// A task, as JSON.
    pub body: String,
}

/// Which records are to come again (`ReportBatchItemFailures`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Response {
    /// Empty when all are done.
    #[serde(rename = "batchItemFailures")]
    pub failures: Vec<Failure>,
}

/// A record that is to come again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Its message id.
    #[serde(rename = "itemIdentifier")]
    pub id: String,
}

/// What became of one record.
#[derive(Debug)]
pub enum Outcome {
    /// Done, or there was nothing to do.
    Done,
    /// It will never work, and nothing is lost by forgetting it.
    Drop(&'static str),
    /// It may work later; after the queue's limit it goes to the dead-letter queue.
    Retry(String),
}

impl Response {
    fn of(failed: impl IntoIterator<Item = String>) -> Self {
        Self { failures: failed.into_iter().map(|id| Failure { id }).collect() }
    }
}

/// Reads the tasks of a batch. What is no task never will be, but it may be one of a newer version: it comes again
/// and ends in the dead-letter queue, where somebody looks.
pub fn tasks<T: DeserializeOwned>(event: Event) -> (Vec<(String, T)>, Vec<String>) {
    let (mut tasks, mut unread) = (Vec::with_capacity(event.records.len()), Vec::new());
    for record in event.records {
        match serde_json::from_str(&record.body) {
            Ok(task) => tasks.push((record.message_id, task)),
            Err(error) => {
                tracing::error!(message_id = record.message_id, %error, "not a task");
                unread.push(record.message_id);
            }
        }
    }
    (tasks, unread)
}

/// Handles the groups of a batch one after the other; a group succeeds or fails as one. A panic in one of them
/// fails that one alone.
pub async fn each<G, F>(groups: Vec<(Vec<String>, G)>, unread: Vec<String>, mut handle: impl FnMut(G) -> F) -> Response
where
    F: Future<Output = Outcome>,
{
    let mut failed = unread;
    for (ids, group) in groups {
        let outcome = AssertUnwindSafe(handle(group)).catch_unwind().await;
        match outcome.unwrap_or_else(|_| Outcome::Retry("panicked".to_owned())) {
            Outcome::Done => {}
            Outcome::Drop(reason) => tracing::warn!(?ids, reason, "dropped"),
            Outcome::Retry(error) => {
                tracing::error!(?ids, error, "to be tried again");
                failed.extend(ids);
            }
        }
    }
    Response::of(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(bodies: &[&str]) -> Event {
        let record = |(n, body): (usize, &&str)| Record { message_id: n.to_string(), body: (*body).to_owned() };
        Event { records: bodies.iter().enumerate().map(record).collect() }
    }

    #[tokio::test]
    async fn one_bad_record_fails_alone() {
        let (tasks, unread) = tasks::<u32>(event(&["1", "x", "2", "3", "4"]));
        let groups = tasks.into_iter().map(|(id, task)| (vec![id], task)).collect();
        let response = each(groups, unread, |task| async move {
            match task {
                1 => Outcome::Done,
                2 => Outcome::Retry("later".into()),
                3 => panic!("a defect"),
                _ => Outcome::Drop("never"),
            }
        });
        let failed: Vec<String> = response.await.failures.into_iter().map(|failure| failure.id).collect();
        assert_eq!(failed, ["1", "2", "3"]);
    }
}
