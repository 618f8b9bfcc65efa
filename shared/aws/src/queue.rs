//! SQS: typed tasks on a queue.
//!
//! A task may be put twice (the SDK tries again when an answer is lost) and arrives at least once, in any order.

use std::marker::PhantomData;

use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::time::due::DIRECT;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::SignedDuration;
use serde::Serialize;

use crate::config::{self, ConfigError};

/// The most messages of one call (SQS quota).
const BATCH: usize = 10;
/// How many calls are under way at once: a tick may have 100,000 tasks and a minute for them.
const BATCHES_AT_ONCE: usize = 16;

/// A queue of tasks of one type.
#[derive(Clone, Debug)]
pub struct Queue<T> {
    client: aws_sdk_sqs::Client,
    url: String,
    task: PhantomData<fn(T)>,
}

/// The task is not, or not certainly, on the queue.
#[derive(Debug, thiserror::Error)]
#[error("queue unavailable: {0}")]
pub struct Unavailable(String);

impl<T: Serialize> Queue<T> {
    /// The queue at this address.
    pub fn new(client: aws_sdk_sqs::Client, url: String) -> Self {
        Self { client, url, task: PhantomData }
    }

    /// The queue whose address is in the environment.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(client: aws_sdk_sqs::Client, name: &'static str) -> Result<Self, ConfigError> {
        Ok(Self::new(client, config::required(name)?))
    }

    /// Puts one task on the queue: one call.
    ///
    /// # Errors
    /// When the queue did not confirm it.
    pub async fn put(&self, task: &T) -> Result<(), Unavailable> {
        let body = body(task)?;
        let call = self.client.send_message().queue_url(&self.url).message_body(body).send();
        call.await.map(drop).map_err(|error| unavailable(&error))
    }

    /// Puts tasks on the queue that become visible after a delay of whole seconds, ten at a call.
    ///
    /// # Errors
    /// When the queue did not confirm all of them; some may be on it.
    pub async fn put_all(&self, tasks: &[(T, SignedDuration)]) -> Result<(), Unavailable> {
        let batches: Vec<_> = tasks.chunks(BATCH).map(|tasks| self.put_batch(tasks)).collect();
        stream::iter(batches).buffer_unordered(BATCHES_AT_ONCE).try_collect().await
    }

    async fn put_batch(&self, tasks: &[(T, SignedDuration)]) -> Result<(), Unavailable> {
        let entries = tasks.iter().enumerate().map(|(n, (task, delay))| entry(n, task, *delay));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        let call = self.client.send_message_batch().queue_url(&self.url).set_entries(Some(entries)).send();
        let answer = call.await.map_err(|error| unavailable(&error))?;
        match answer.failed.first() {
            Some(failed) => Err(Unavailable(failed.code.clone())),
            None => Ok(()),
        }
    }
}

fn entry<T: Serialize>(n: usize, task: &T, delay: SignedDuration) -> Result<SendMessageBatchRequestEntry, Unavailable> {
    let entry = SendMessageBatchRequestEntry::builder().id(n.to_string()).message_body(body(task)?);
    entry.delay_seconds(seconds(delay)).build().map_err(|error| Unavailable(error.to_string()))
}

/// Rounded up, so that nothing becomes visible before its time; SQS waits 15 minutes at most, and what asks for
/// more is looked at then and waits again.
fn seconds(delay: SignedDuration) -> i32 {
    debug_assert!(DIRECT < SignedDuration::from_mins(15));
    let whole = delay.as_millis().max(0).unsigned_abs().div_ceil(1000).min(900);
    i32::try_from(whole).unwrap_or(900)
}

fn body<T: Serialize>(task: &T) -> Result<String, Unavailable> {
    serde_json::to_string(task).map_err(|error| Unavailable(error.to_string()))
}

fn unavailable<E: std::error::Error>(error: &E) -> Unavailable {
    Unavailable(DisplayErrorContext(error).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_round_up_and_have_an_end() {
        for (millis, want) in [(-5, 0), (0, 0), (1, 1), (1000, 1), (1001, 2), (10_000_000, 900)] {
            assert_eq!(seconds(SignedDuration::from_millis(millis)), want);
        }
    }
}
