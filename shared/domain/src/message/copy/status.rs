//! The status of a copy, as people see it.

use serde::{Deserialize, Serialize};

use super::delivery::DeliveryStage;
use super::{Copy, CopyState};

/// The status of a copy: its state, and how the delivery went once it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyStatus {
    /// It waits for its time, or for a worker.
    Queued,
    /// It is handed to the mail service.
    Sending,
    /// The mail service could not take it; it is tried again.
    Retrying,
    /// The answer of the mail service was lost; evidence is awaited.
    Confirming,
    /// No evidence came. A person decides.
    Unconfirmed,
    /// The mail service took it.
    Sent,
    /// The recipient's server took it.
    Delivered,
    /// The recipient's server sent it back.
    Bounced,
    /// The recipient called it unwanted.
    Complained,
    /// It will not be sent.
    Failed,
    /// It was taken back before it left.
    Cancelled,
}

impl Copy {
    /// The status as people see it.
    pub fn status(&self) -> CopyStatus {
        match self.state {
            CopyState::Queued => CopyStatus::Queued,
            CopyState::Submitting => CopyStatus::Sending,
            CopyState::RetryWait => CopyStatus::Retrying,
            CopyState::Confirming => CopyStatus::Confirming,
            CopyState::Unconfirmed => CopyStatus::Unconfirmed,
            CopyState::Failed => CopyStatus::Failed,
            CopyState::Cancelled => CopyStatus::Cancelled,
            CopyState::Sent => match self.delivery.stage() {
                None => CopyStatus::Sent,
                Some(DeliveryStage::Delivered) => CopyStatus::Delivered,
                Some(DeliveryStage::Bounced) => CopyStatus::Bounced,
                Some(DeliveryStage::Complained) => CopyStatus::Complained,
            },
        }
    }
}
