//! The mail service: what it accepts, what it refuses, what a recipient gets.

use aws_sdk_ses::Client;
use aws_sdk_ses::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ses::operation::send_raw_email::{SendRawEmailError, SendRawEmailOutput};
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};

use crate::clients;

const RAW: &str =
    "From: sales@example.com\r\nMessage-ID: <own@example.com>\r\nSubject: An offer\r\n\r\nHello & <welcome>\r\n";

type Sent = Result<SendRawEmailOutput, SdkError<SendRawEmailError>>;

async fn send(client: &Client, to: &[&str], raw: impl Into<Vec<u8>>) -> Sent {
    let message = RawMessage::builder().data(Blob::new(raw)).build().unwrap();
    let tag = |name: &str, value: &str| MessageTag::builder().name(name).value(value).build().unwrap();
    let call = client.send_raw_email().source("sales@example.com").raw_message(message);
    let call = call.configuration_set_name("events").tags(tag("message", "msg_1")).tags(tag("copy", "0"));
    call.set_destinations(Some(to.iter().map(ToString::to_string).collect())).send().await
}

#[tokio::test]
async fn an_accepted_mail_is_kept_with_everything_that_came_with_it() {
    let cloud = clients::cloud();
    let id = send(&clients::ses(&cloud), &["purchasing@example.org"], RAW).await.unwrap().message_id;
    let [mail] = &cloud.mails()[..] else { panic!("one mail") };
    assert_eq!((&mail.id, mail.source.as_str()), (&id, "sales@example.com"));
    assert_eq!(mail.destinations, ["purchasing@example.org"]);
    assert_eq!((mail.tags["message"].as_str(), mail.tags["copy"].as_str()), ("msg_1", "0"));
    assert_eq!(mail.configuration_set.as_deref(), Some("events"));
    assert_eq!(mail.submitted, RAW.as_bytes());
    let delivered = String::from_utf8_lossy(&mail.delivered);
    assert!(
        delivered.contains(&format!("Message-ID: <{id}@email.amazonses.com>"))
            && !delivered.contains("own@example.com")
    );
    assert!(id.starts_with("0100") && id.ends_with("-000000") && id.len() == 60, "{id}");
}

#[tokio::test]
async fn mails_are_listed_newest_first() {
    let cloud = clients::cloud();
    let client = clients::ses(&cloud);
    let first = send(&client, &["a@example.org"], RAW).await.unwrap().message_id;
    let second = send(&client, &["b@example.org"], RAW).await.unwrap().message_id;
    assert_eq!(cloud.mails().iter().map(|mail| mail.id.as_str()).collect::<Vec<_>>(), [second, first]);
}

#[tokio::test]
async fn what_ses_refuses_is_refused() {
    let cloud = clients::cloud();
    let client = clients::ses(&cloud);
    let to = &["a@example.org"];
    let many = vec!["a@example.org"; 51];
    let big = format!("From: a@example.com\r\n\r\n{}", "x".repeat(local::cloud::ses::MAX_BYTES));
    for (case, sent) in [
        ("no recipient", send(&client, &[], RAW).await),
        ("too many", send(&client, &many, RAW).await),
        ("not ASCII", send(&client, &["jürgen@example.org"], RAW).await),
        ("injected", send(&client, &["a@example.org\r\nBcc: b@example.org"], RAW).await),
        ("no address", send(&client, &["nobody"], RAW).await),
        ("too big", send(&client, to, big).await),
        ("doubled header", send(&client, to, format!("Subject: x\r\n{RAW}")).await),
    ] {
        assert_eq!(sent.unwrap_err().code(), Some("InvalidParameterValue"), "{case}");
    }
    cloud.ses.verify_only(&["example.net"]);
    let unverified = send(&client, to, RAW).await.unwrap_err().into_service_error();
    assert!(unverified.is_message_rejected());
    cloud.ses.verify_only(&["example.com"]);
    send(&client, to, RAW).await.unwrap();
    assert_eq!(cloud.mails().len(), 1);
}
