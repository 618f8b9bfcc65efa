//! A mail that arrived, as the receipt rule's S3 action tells it through its topic.
//!
//! Source: Amazon SES developer guide, "Contents of notifications for Amazon SES email receiving".

use domain::signs::trust::{AuthCheck, AuthVerdicts};
use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::lambda::sns;

/// A mail that lies in storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The mail service's id of it.
    pub id: String,
    /// When it came.
    pub at: Timestamp,
    /// The envelope's sender; empty for none.
    pub source: String,
    /// The envelope's recipients at our domain.
    pub recipients: Vec<String>,
    /// What the mail service checked.
    pub verdicts: AuthVerdicts,
    /// The object with its bytes.
    pub key: String,
}

impl<'de> Deserialize<'de> for Arrival {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let message = sns::message(Value::deserialize(json)?).map_err(D::Error::custom)?;
        let Notification { mail, receipt } = Notification::deserialize(message).map_err(D::Error::custom)?;
        let status = |verdict: Option<Verdict>| verdict.map_or(AuthCheck::Gray, |verdict| verdict.status);
        Ok(Self {
            id: mail.message_id,
            at: receipt.timestamp,
            source: mail.source.trim_matches(['<', '>']).to_owned(),
            recipients: receipt.recipients,
            verdicts: AuthVerdicts {
                spf: status(receipt.spf_verdict),
                dkim: status(receipt.dkim_verdict),
                dmarc: status(receipt.dmarc_verdict),
                spam: status(receipt.spam_verdict),
                virus: status(receipt.virus_verdict),
            },
            key: receipt.action.object_key,
        })
    }
}

#[derive(Deserialize)]
struct Notification {
    mail: Mail,
    receipt: Receipt,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mail {
    message_id: String,
    #[serde(default)]
    source: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    timestamp: Timestamp,
    recipients: Vec<String>,
    spf_verdict: Option<Verdict>,
    dkim_verdict: Option<Verdict>,
    dmarc_verdict: Option<Verdict>,
    spam_verdict: Option<Verdict>,
    virus_verdict: Option<Verdict>,
    action: Action,
}

#[derive(Deserialize)]
struct Verdict {
    status: AuthCheck,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Action {
    object_key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_is_read_as_it_is_documented() {
        let body = include_str!("../../../../../tests/fixtures/ses/received.json");
        let arrival: Arrival = serde_json::from_str(body).unwrap();
        assert_eq!(arrival.id, "o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1");
        assert_eq!(arrival.key, "inbound/o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1");
        assert_eq!(
            (arrival.source.as_str(), arrival.recipients[0].as_str()),
            ("purchasing@example.org", "token@replies.example.com")
        );
        let AuthVerdicts { spf, dkim, dmarc, spam, virus } = arrival.verdicts;
        assert_eq!(
            [spf, dkim, dmarc, spam, virus],
            [AuthCheck::Pass, AuthCheck::Pass, AuthCheck::Gray, AuthCheck::Pass, AuthCheck::Pass]
        );
        assert!(serde_json::from_str::<Arrival>("{}").is_err());
    }
}
