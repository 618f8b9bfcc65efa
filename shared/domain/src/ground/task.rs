//! Messages on the queues, with a version, so that an old one is still understood after a deployment.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::MessageId;
use crate::message::copy::delivery::SesReport;
use crate::signs::event::MessageHit;
use crate::signs::reply::MessageReply;

/// A task on the queue of the sender.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum SendTask {
    /// Look at one copy of a message and do what its state asks for.
    CopyV1 {
        /// The message.
        message: MessageId,
        /// The position of the recipient.
        recipient: u16,
    },
    /// Pass a mail that came in on to the author of the message that it answers.
    ForwardV1 {
        /// The message.
        message: MessageId,
        /// The object with the mail's bytes.
        key: String,
        /// Its sender is who it says.
        verified: bool,
        /// When it was tried first, once the mail service could not take it.
        #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
}

/// A task on the queue of the recorder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RecordTask {
    /// Record a hit.
    HitV1(MessageHit),
    /// Record a mail that came back.
    ReplyV1(MessageReply),
}

/// A task on the queue of feedback, beside the events that the mail service itself puts there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FeedbackTask {
    /// A report that we read from a mail.
    ReportV1(SesReport),
}
