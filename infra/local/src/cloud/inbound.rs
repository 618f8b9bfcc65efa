//! Mail that comes in, as SES receives it: a receipt rule puts it into the bucket and tells the queue through a topic.
//!
//! On AWS the mail service checks the sender; here everything passes unless the caller says otherwise.
//!
//! Source: Amazon SES developer guide, "Contents of notifications for Amazon SES email receiving".

use aws::clock::Clock;
use jiff::Timestamp;
use mail_parser::{Address, MessageParser};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::cloud::account::{ACCOUNT, REGION};
use crate::cloud::ids;
use crate::cloud::wire::Refusal;

/// The largest mail that SES receives.
pub const MAX_BYTES: usize = 40 * 1024 * 1024;

/// How a mail comes in, besides its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The envelope's sender; that of `Return-Path` or `From` when left out.
    pub from: Option<String>,
    /// The envelope's recipients; those of `To` and `Cc` when left out.
    pub to: Vec<String>,
    /// Checks that do not pass: `spf`, `dkim`, `dmarc`, `spam` or `virus`, and `FAIL` or `GRAY`.
    pub verdicts: Vec<(String, String)>,
}

impl Envelope {
    /// Reads the query of a request: `from`, `to`, and a name for each check.
    pub(crate) fn of_query(query: &str) -> Self {
        let mut envelope = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()).into_owned() {
            match name.as_str() {
                "from" => envelope.from = Some(value),
                "to" => envelope.to.push(value),
                _ => envelope.verdicts.push((name, value.to_ascii_uppercase())),
            }
        }
        envelope
    }

    fn completed(self, raw: &[u8]) -> Self {
        let message = MessageParser::default().parse(raw);
        let first = |address: Option<&Address<'_>>| {
            address.and_then(|all| all.iter().find_map(|one| one.address().map(ToOwned::to_owned)))
        };
        let message = message.as_ref();
        let returns = message.and_then(|message| message.header_raw("Return-Path")).map(|path| path.trim().to_owned());
        let from = self.from.or(returns).or_else(|| first(message.and_then(|message| message.from())));
        let fields = message.into_iter().flat_map(|message| message.all_to().chain(message.all_cc()));
        let named = fields.flat_map(Address::iter).filter_map(|one| one.address().map(ToOwned::to_owned));
        let to = if self.to.is_empty() { named.collect() } else { self.to };
        Self { from, to, ..self }
    }
}

/// A receipt rule: where mail is put, and which queue is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRule {
    /// The bucket that gets the bytes.
    pub bucket: String,
    /// The queue that gets a notification.
    pub queue: String,
}

impl Cloud {
    /// Takes in a mail by the receipt rule, and says under which id.
    pub fn receive_mail(&self, raw: &[u8], envelope: Envelope) -> Result<String, Refusal> {
        if raw.len() > MAX_BYTES {
            return Err(Refusal::new(413, "TooLarge", "a mail has at most 40 MB"));
        }
        let Some(ReceiptRule { bucket, queue }) = self.receipt_rule.get() else {
            return Err(Refusal::new(503, "NoReceiptRule", "no rule says where mail goes"));
        };
        let id = mail_id(&self.clock);
        let key = format!("inbound/{id}");
        self.s3.put(bucket, &key, "message/rfc822", raw)?;
        let body = notification(&id, bucket, &key, self.clock.now(), &envelope.completed(raw));
        self.sqs.send(queue, &body.to_string(), jiff::SignedDuration::ZERO)?;
        Ok(id)
    }
}

/// Ids of received mail are 40 letters and digits.
fn mail_id(clock: &Clock) -> String {
    format!("{:0<40}", ids::uuid(clock).simple().to_string())
}

fn notification(id: &str, bucket: &str, key: &str, at: Timestamp, envelope: &Envelope) -> Value {
    let at = format!("{at:.3}");
    let status = |name: &str| {
        let told = envelope.verdicts.iter().find(|(told, _)| told == name);
        json!({ "status": told.map_or("PASS", |(_, status)| status) })
    };
    let message = json!({
        "notificationType": "Received",
        "mail": {
            "timestamp": at,
            "source": envelope.from.as_deref().unwrap_or_default(),
            "messageId": id,
            "destination": envelope.to,
            "headersTruncated": true,
            "headers": [],
            "commonHeaders": {},
        },
        "receipt": {
            "timestamp": at,
            "processingTimeMillis": 0,
            "recipients": envelope.to,
            "spamVerdict": status("spam"),
            "virusVerdict": status("virus"),
            "spfVerdict": status("spf"),
            "dkimVerdict": status("dkim"),
            "dmarcVerdict": status("dmarc"),
            "action": {
                "type": "S3",
                "topicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:inbound"),
                "bucketName": bucket,
                "objectKeyPrefix": "inbound/",
                "objectKey": key,
            },
        },
    });
    json!({ "Type": "Notification", "MessageId": id, "Message": message.to_string(), "Timestamp": at })
}
