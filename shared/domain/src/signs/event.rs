//! Events: what happened to a message, with the facts of the request that told us.
//!
//! Facts are append-only and never judged here; [`crate::signs::verdict`] judges them, and may do so again with a
//! better rule. What would identify a person (address, full agent) is cut away before an event exists.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::{EventId, MessageId};
use crate::signs::agent::Agent;
use crate::signs::network::Network;

/// What a recipient's software asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitAction {
    /// The pixel, or a hosted image, was fetched.
    Open,
    /// A link was followed; the index counts the message's links.
    Click(u16),
    /// A tracked file was fetched; the index counts the message's tracked attachments.
    AttachmentView(u16),
}

/// The request, reduced.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HitRequest {
    /// Who says to have asked.
    #[serde(rename = "a")]
    pub agent: Agent,
    /// From which network.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// `HEAD` instead of `GET`: nothing was fetched.
    #[serde(rename = "h", default, skip_serializing_if = "std::ops::Not::not")]
    pub head: bool,
    /// The request says it is a prefetch or a preview.
    #[serde(rename = "p", default, skip_serializing_if = "std::ops::Not::not")]
    pub prefetch: bool,
    /// A hosted image was asked for, not the pixel.
    #[serde(rename = "m", default, skip_serializing_if = "std::ops::Not::not")]
    pub image: bool,
}

/// A hit on a pixel, link or file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Hit {
    /// Made once at the edge from the request id, so that every copy of the same hit has the same id.
    #[serde(rename = "i")]
    pub id: EventId,
    /// When the request came.
    #[serde(rename = "t", with = "jiff::fmt::serde::timestamp::millisecond::required")]
    pub at: Timestamp,
    /// The position of the recipient in the message.
    #[serde(rename = "r")]
    pub recipient: u16,
    /// What was asked for.
    #[serde(rename = "k")]
    pub action: HitAction,
    /// The facts.
    #[serde(rename = "q")]
    pub request: HitRequest,
}

/// A hit and the message it belongs to, as it travels on the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageHit {
    /// The message.
    pub message: MessageId,
    /// The hit.
    pub hit: Hit,
}
