//! What was acknowledged is there again; what cannot be opened says so in one sentence.

use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;
use bytes::Bytes;
use jiff::SignedDuration;
use local::cloud::sqs::{Queue, Sqs};
use local::{Cloud, OpenError};
use serde_json::json;

use crate::clients::{self, ENDPOINT};

#[tokio::test]
async fn everything_acknowledged_survives() {
    let directory = tempfile::tempdir().unwrap();
    {
        let cloud = Cloud::open(directory.path(), clients::clock()).unwrap();
        cloud.sqs.create_queue(&Queue::new("q", SignedDuration::from_secs(30))).unwrap();
        cloud.s3.create_bucket("files").unwrap();
        cloud.dynamodb.create_table(&table()).unwrap();
        let value = aws_sdk_dynamodb::types::AttributeValue::S("a".into());
        clients::dynamodb(&cloud).put_item().table_name("things").item("pk", value).send().await.unwrap();
        clients::sqs(&cloud).send_message().queue_url(Sqs::url(ENDPOINT, "q")).message_body("x").send().await.unwrap();
        let raw = RawMessage::builder().data(Blob::new("From: a@example.com\r\n\r\nHello")).build().unwrap();
        let mail = clients::ses(&cloud)
            .send_raw_email()
            .source("a@example.com")
            .destinations("b@example.org")
            .raw_message(raw);
        mail.send().await.unwrap();
        clients::s3(&cloud)
            .put_object()
            .bucket("files")
            .key("k")
            .body(Bytes::from_static(b"x").into())
            .send()
            .await
            .unwrap();
        assert!(matches!(Cloud::open(directory.path(), clients::clock()), Err(OpenError::InUse { .. })));
        copy_as_killed(directory.path(), &directory.path().join("killed"));
    }
    let cloud = Cloud::open(&directory.path().join("killed"), clients::clock()).unwrap();
    assert_eq!(cloud.sqs.messages("q").unwrap().len(), 1);
    assert_eq!(cloud.mails().len(), 1);
    assert_eq!(cloud.s3.keys("files").unwrap(), ["k"]);
    let found = clients::dynamodb(&cloud).scan().table_name("things").send().await.unwrap();
    assert_eq!(found.count, 1);
}

/// The files as a process leaves them that is killed at this moment: nothing flushed, nothing checkpointed.
fn copy_as_killed(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().flatten().filter(|file| file.path().is_file()) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

fn table() -> serde_json::Value {
    json!({
        "TableName": "things", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    })
}

#[test]
fn damaged_data_is_one_clear_sentence() {
    for file in ["cloud.sqlite", "dynamodb.sqlite"] {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(file), "this is not a database, and it is long enough".repeat(100))
            .unwrap();
        let error = Cloud::open(directory.path(), clients::clock()).err().unwrap();
        assert!(matches!(error, OpenError::Corrupt { .. }), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn a_directory_that_cannot_be_made_is_one_clear_sentence() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Cloud::open(&file.path().join("data"), clients::clock()).err().unwrap();
    assert!(matches!(error, OpenError::Unwritable { .. }), "{error}");
}
