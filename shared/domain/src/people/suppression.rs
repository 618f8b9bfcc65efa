//! Suppression: addresses to which an organisation sends no more, and why.
//!
//! A hard bounce says that the address does not exist, a complaint that its owner does not want our mail. Going on
//! costs the reputation of the sender's domain, so the sender refuses until a person takes the entry away.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::MessageId;
use crate::message::copy::delivery::DeliveryNews;
use crate::people::address::EmailAddress;

/// Why mail to an address stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// Its server said that it does not exist.
    HardBounce,
    /// Its owner called a message unwanted.
    Complaint,
}

/// An address to which nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The address.
    /// The address; none when its owner was forgotten: the entry is found by a hash of it.
    #[serde(default)]
    pub email: Option<EmailAddress>,
    /// Why.
    pub reason: SuppressionReason,
    /// Since when.
    #[serde(with = "crate::time::instant::millis")]
    pub since: Timestamp,
    /// The message that brought it about.
    pub message: MessageId,
    /// What the other side said.
    pub detail: String,
}

impl Suppression {
    /// What follows from news about a message to `email`. A mailbox that was full may work tomorrow.
    pub fn from_news(news: &DeliveryNews, email: &EmailAddress, message: MessageId) -> Option<Self> {
        let (reason, notice) = match news {
            DeliveryNews::Bounced(bounce) if bounce.hard => (SuppressionReason::HardBounce, &bounce.notice),
            DeliveryNews::Complained(notice) => (SuppressionReason::Complaint, notice),
            _ => return None,
        };
        Some(Self { email: Some(email.clone()), reason, since: notice.at, message, detail: notice.detail.clone() })
    }

    /// Why a copy is not sent, in words for its author.
    pub fn refusal(&self) -> String {
        let since = self.since.strftime("%-d %b %Y");
        match self.reason {
            SuppressionReason::HardBounce => format!("the address does not exist: mail to it came back on {since}"),
            SuppressionReason::Complaint => format!("the recipient reported a message as unwanted on {since}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::copy::delivery::{Bounce, DeliveryNotice};

    #[test]
    fn only_hard_bounces_and_complaints_stop_mail() {
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let notice = DeliveryNotice { at, detail: "5.1.1".into() };
        let (email, message) = (EmailAddress::parse("a@example.com").unwrap(), MessageId::new(at, [1; 10]));
        let bounced = |hard| DeliveryNews::Bounced(Bounce { notice: notice.clone(), hard });
        let reason = |news: &DeliveryNews| Suppression::from_news(news, &email, message).map(|entry| entry.reason);
        assert_eq!(reason(&bounced(true)), Some(SuppressionReason::HardBounce));
        assert_eq!(reason(&DeliveryNews::Complained(notice.clone())), Some(SuppressionReason::Complaint));
        for news in [
            bounced(false),
            DeliveryNews::Accepted,
            DeliveryNews::Delivered { at },
            DeliveryNews::Delayed(notice.clone()),
        ] {
            assert_eq!(reason(&news), None, "{news:?}");
        }
        let entry = Suppression::from_news(&bounced(true), &email, message).unwrap();
        assert_eq!(entry.refusal(), "the address does not exist: mail to it came back on 23 Nov 2026");
    }
}
