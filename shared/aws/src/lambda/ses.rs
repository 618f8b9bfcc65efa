//! What SES tells about mails, as it arrives on our queues.
//!
//! [`Told`] is an event of a configuration set: Amazon SES developer guide, "Contents of event data in Amazon SNS" and
//! "Examples of event data". [`arrival::Arrival`] is a mail that came in. Only what is used is read; unknown fields and unknown kinds of events may come any day.

use domain::ground::task::FeedbackTask;
use domain::message::copy::delivery::{Bounce, DeliveryNews, DeliveryNotice, MailRef, SesReport};
use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::sns;

pub mod arrival;

/// A record of the feedback queue: a report, or `None` for events that say nothing about a delivery (opens, clicks).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told(pub Option<SesReport>);

impl<'de> Deserialize<'de> for Told {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let message = sns::message(Value::deserialize(json)?).map_err(D::Error::custom)?;
        if message.get("eventType").is_none() {
            let FeedbackTask::ReportV1(report) = FeedbackTask::deserialize(message).map_err(D::Error::custom)?;
            return Ok(Self(Some(report)));
        }
        let event = Event::deserialize(message).map_err(D::Error::custom)?;
        Ok(Self(event.report()))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "eventType")]
    kind: String,
    mail: Mail,
    reject: Option<Reject>,
    delivery: Option<Delivery>,
    delivery_delay: Option<DeliveryDelay>,
    bounce: Option<BounceEvent>,
    complaint: Option<Complaint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    message_id: String,
    timestamp: Timestamp,
    #[serde(default)]
    tags: Tags,
}

/// Our own message tags; each comes as a list of one value.
#[derive(Default, Deserialize)]
struct Tags {
    #[serde(default)]
    message: Vec<String>,
    #[serde(default)]
    recipient: Vec<String>,
    #[serde(default)]
    attempt: Vec<String>,
    /// A mail that was passed on to an author is nobody's copy.
    #[serde(default)]
    forward: Vec<String>,
}

#[derive(Deserialize)]
struct Reject {
    reason: String,
}

#[derive(Deserialize)]
struct Delivery {
    timestamp: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryDelay {
    timestamp: Timestamp,
    delay_type: String,
    #[serde(default)]
    delayed_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BounceEvent {
    timestamp: Timestamp,
    bounce_type: String,
    bounce_sub_type: String,
    #[serde(default)]
    bounced_recipients: Vec<Recipient>,
}

#[derive(Deserialize)]
struct Complaint {
    timestamp: Timestamp,
    #[serde(rename = "complaintSubType")]
    sub_type: Option<String>,
    #[serde(rename = "complaintFeedbackType")]
    feedback_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    status: Option<String>,
    diagnostic_code: Option<String>,
}

impl Event {
    fn report(self) -> Option<SesReport> {
        if !self.mail.tags.forward.is_empty() {
            return None;
        }
        let accepted_at = self.mail.timestamp;
        let news = match self.kind.as_str() {
            "Send" => DeliveryNews::Accepted,
            "Reject" => {
                let reason = self.reject?.reason;
                DeliveryNews::Rejected(DeliveryNotice::of(
                    accepted_at,
                    &format!("thrown away by the mail service: {reason}"),
                ))
            }
            "Delivery" => DeliveryNews::Delivered { at: self.delivery?.timestamp },
            "DeliveryDelay" => self.delivery_delay?.news(),
            "Bounce" => self.bounce?.news(),
            "Complaint" => self.complaint?.news(),
            _ => return None,
        };
        Some(SesReport { mail: self.mail.tags.mail(), ses_id: self.mail.message_id, accepted_at, news })
    }
}

impl Tags {
    fn mail(&self) -> Option<MailRef> {
        let (message, recipient, attempt) = (self.message.first()?, self.recipient.first()?, self.attempt.first()?);
        Some(MailRef {
            message: message.parse().ok()?,
            recipient: recipient.parse().ok()?,
            attempt: attempt.parse().ok()?,
        })
    }
}

impl DeliveryDelay {
    fn news(self) -> DeliveryNews {
        let detail = said(&self.delayed_recipients).unwrap_or(self.delay_type);
        DeliveryNews::Delayed(DeliveryNotice::of(self.timestamp, &detail))
    }
}

impl BounceEvent {
    /// *Permanent* is hard; *Transient* (a full mailbox, a content filter) and *Undetermined* are not.
    fn news(self) -> DeliveryNews {
        let kind = format!("{} ({})", self.bounce_type, self.bounce_sub_type);
        let detail = said(&self.bounced_recipients).map_or_else(|| kind.clone(), |said| format!("{kind}: {said}"));
        DeliveryNews::Bounced(Bounce {
            notice: DeliveryNotice::of(self.timestamp, &detail),
            hard: self.bounce_type == "Permanent",
        })
    }
}

impl Complaint {
    fn news(self) -> DeliveryNews {
        let kind = self.sub_type.or(self.feedback_type);
        let detail = match kind.as_deref() {
            None | Some("abuse") => "reported as unwanted".to_owned(),
            Some(kind) => format!("reported as unwanted ({kind})"),
        };
        DeliveryNews::Complained(DeliveryNotice::of(self.timestamp, &detail))
    }
}

/// What the recipient's server said.
fn said(recipients: &[Recipient]) -> Option<String> {
    let first = recipients.first()?;
    first.diagnostic_code.clone().or_else(|| first.status.clone())
}

#[cfg(test)]
mod tests;
