//! Suppression: addresses to which an organisation sends no more, and why.
//!
//! A hard bounce says that the address does not exist, a complaint that its owner does not want our mail. Going on
//! costs the reputation of the sender's domain, so the sender refuses until a person takes the entry away.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::MessageId;
use crate::message::copy::delivery::News;
use crate::people::address::EmailAddress;

/// Why mail to an address stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
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
    pub reason: Reason,
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
    pub fn from_news(news: &News, email: &EmailAddress, message: MessageId) -> Option<Self> {
        let (reason, notice) = match news {
            News::Bounced(bounce) if bounce.hard => (Reason::HardBounce, &bounce.notice),
            News::Complained(notice) => (Reason::Complaint, notice),
            _ => return None,
        };
        Some(Self { email: Some(email.clone()), reason, since: notice.at, message, detail: notice.detail.clone() })
    }

    /// Why a copy is not sent, in words for its author.
    pub fn refusal(&self) -> String {
        let since = self.since.strftime("%-d %b %Y");
        match self.reason {
            Reason::HardBounce => format!("the address does not exist: mail to it came back on {since}"),
            Reason::Complaint => format!("the recipient reported a message as unwanted on {since}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::copy::delivery::{Bounce, Notice};

    #[test]
    fn only_hard_bounces_and_complaints_stop_mail() {
        let at: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let notice = Notice { at, detail: "5.1.1".into() };
        let (email, message) = (EmailAddress::parse("a@example.com").unwrap(), MessageId::new(at, [1; 10]));
        let bounced = |hard| News::Bounced(Bounce { notice: notice.clone(), hard });
        let reason = |news: &News| Suppression::from_news(news, &email, message).map(|entry| entry.reason);
        assert_eq!(reason(&bounced(true)), Some(Reason::HardBounce));
        assert_eq!(reason(&News::Complained(notice.clone())), Some(Reason::Complaint));
        for news in [bounced(false), News::Accepted, News::Delivered { at }, News::Delayed(notice.clone())] {
            assert_eq!(reason(&news), None, "{news:?}");
        }
        let entry = Suppression::from_news(&bounced(true), &email, message).unwrap();
        assert_eq!(entry.refusal(), "the address does not exist: mail to it came back on 23 Nov 2026");
    }
}
