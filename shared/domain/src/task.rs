//! Messages on the queues, with a version, so that an old one is still understood after a deployment.

use serde::{Deserialize, Serialize};

use crate::event::MessageHit;
use crate::id::MessageId;

/// A task on the queue of the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SendTask {
    /// Look at one copy of a message and do what its state asks for.
    CopyV1 {
        /// The message.
        message: MessageId,
        /// The position of the recipient.
        recipient: u16,
    },
}

/// A task on the queue of the recorder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RecordTask {
    /// Record a hit.
    HitV1(MessageHit),
}
