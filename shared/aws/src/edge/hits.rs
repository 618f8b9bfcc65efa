//! Hits, onto the queue of the recorder.

use domain::ground::task::RecordTask;
use domain::signs::event::MessageHit;
use serde::Serialize;

use super::Direct;
use crate::config::{self, ConfigError, names};

/// The queue of hits.
#[derive(Clone, Debug)]
pub struct Hits {
    sqs: Direct,
    url: String,
}

/// The input of [`SendMessage`](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage<'a> {
    queue_url: &'a str,
    message_body: &'a str,
}

impl Hits {
    /// The queue at this address.
    pub fn new(sqs: Direct, url: String) -> Self {
        Self { sqs, url }
    }

    /// The queue whose address is in the environment.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(sqs: Direct) -> Result<Self, ConfigError> {
        Ok(Self::new(sqs, config::required(names::EVENTS_QUEUE)?))
    }

    /// Opens the connection that the first hit will use.
    pub async fn connect(&self) {
        self.sqs.connect().await;
    }

    /// Puts a hit on the queue: one call. A visitor is never made to pay for our trouble: when the queue does not take
    /// it, one log line keeps the whole hit, to be replayed.
    pub async fn record(&self, hit: MessageHit) {
        let body = serde_json::to_string(&RecordTask::HitV1(hit)).unwrap_or_default();
        let message = SendMessage { queue_url: &self.url, message_body: &body };
        if let Err(error) = self.sqs.call("AmazonSQS.SendMessage", &message).await {
            tracing::error!(%error, replay = body, "hit not queued");
        }
    }
}
