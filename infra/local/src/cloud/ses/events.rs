//! What SES publishes about a mail, in the JSON of event publishing and the envelope of a topic.
//!
//! Recipients misbehave on purpose, as those of the SES mailbox simulator do: `bounce@` any domain comes back,
//! `complaint@` is delivered and reported as unwanted, `ooo@` is delivered and answered by an out-of-office note. All others are
//! delivered.
//!
//! Source: Amazon SES developer guide, "Examples of event data that Amazon SES publishes to Amazon SNS".

use serde_json::{Value, json};

use super::Mail;
use crate::cloud::account::{ACCOUNT, REGION};

/// The events of a mail in their order, each as the body of a message on a queue.
pub(super) fn of(mail: &Mail) -> Vec<String> {
    let recipient = mail.destinations.first().map(String::as_str).unwrap_or_default();
    let mut events = vec![event(mail, "Send", "send", json!({}))];
    match behaviour(recipient) {
        "bounce" => events.push(event(mail, "Bounce", "bounce", bounce(mail, recipient))),
        "complaint" => {
            events.push(event(mail, "Delivery", "delivery", delivery(mail, recipient)));
            events.push(event(mail, "Complaint", "complaint", complaint(mail, recipient)));
        }
        _ => events.push(event(mail, "Delivery", "delivery", delivery(mail, recipient))),
    }
    events.iter().enumerate().map(|(n, event)| notification(mail, n, event)).collect()
}

/// What an address does: its name without a label.
pub(super) fn behaviour(recipient: &str) -> &str {
    super::bare(recipient).split(['@', '+']).next().unwrap_or_default()
}

fn event(mail: &Mail, kind: &str, name: &str, details: Value) -> Value {
    let mut event = json!({ "eventType": kind, "mail": about(mail) });
    event[name] = details;
    event
}

fn about(mail: &Mail) -> Value {
    let mut tags: serde_json::Map<_, _> =
        mail.tags.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
    tags.insert("ses:configuration-set".to_owned(), json!([mail.configuration_set]));
    json!({
        "timestamp": instant(mail),
        "source": mail.source,
        "sendingAccountId": ACCOUNT,
        "messageId": mail.id,
        "destination": mail.destinations,
        "headersTruncated": false,
        "headers": [],
        "commonHeaders": { "messageId": mail.id },
        "tags": tags,
    })
}

fn delivery(mail: &Mail, recipient: &str) -> Value {
    json!({
        "timestamp": instant(mail),
        "processingTimeMillis": 0,
        "recipients": [recipient],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "local",
    })
}

fn bounce(mail: &Mail, recipient: &str) -> Value {
    json!({
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{
            "emailAddress": recipient,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        }],
        "timestamp": instant(mail),
        "feedbackId": mail.id,
        "reportingMTA": "dsn; local",
    })
}

fn complaint(mail: &Mail, recipient: &str) -> Value {
    json!({
        "complainedRecipients": [{ "emailAddress": recipient }],
        "timestamp": instant(mail),
        "feedbackId": mail.id,
        "complaintSubType": null,
        "userAgent": "the cloud on one machine",
        "complaintFeedbackType": "abuse",
        "arrivalDate": instant(mail),
    })
}

fn notification(mail: &Mail, n: usize, event: &Value) -> String {
    json!({
        "Type": "Notification",
        "MessageId": format!("{}-{n}", mail.id),
        "TopicArn": format!("arn:aws:sns:{REGION}:{ACCOUNT}:feedback"),
        "Message": event.to_string(),
        "Timestamp": instant(mail),
        "SignatureVersion": "1",
    })
    .to_string()
}

fn instant(mail: &Mail) -> String {
    format!("{:.3}", mail.at)
}
