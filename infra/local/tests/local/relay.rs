//! The SMTP relay, against a server of a few lines.

use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::RawMessage;
use local::cloud::ses::Relay;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::clients;

/// Takes one mail, and returns the whole conversation as the client said it.
async fn take_one(listener: TcpListener) -> String {
    let (stream, _) = listener.accept().await.unwrap();
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 ready\r\n").await.unwrap();
    let (mut said, mut in_data) = (String::new(), false);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        said.push_str(&line);
        let answer = match line.trim_end() {
            "DATA" => "354 go on\r\n",
            "." => return said,
            _ if in_data => "",
            _ => "250 fine\r\n",
        };
        in_data |= line.starts_with("DATA");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

#[tokio::test]
async fn an_accepted_mail_is_handed_on_with_its_envelope() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let taken = tokio::spawn(take_one(listener));
    let cloud = clients::cloud();
    cloud.ses.relay_to(Relay::at(&url).unwrap());
    let raw = RawMessage::builder().data(Blob::new("From: a@example.com\r\n\r\nHello\r\n")).build().unwrap();
    let mail = clients::ses(&cloud).send_raw_email().source("a@example.com").destinations("hidden@example.org");
    mail.raw_message(raw).send().await.unwrap();
    let said = taken.await.unwrap();
    assert!(said.contains("RCPT TO:<hidden@example.org>") && said.contains("\r\n\r\nHello\r\n"), "{said}");
}

#[test]
fn only_smtp_addresses_are_relays() {
    for wrong in ["", "127.0.0.1:25", "http://127.0.0.1:25", "smtp:"] {
        assert!(Relay::at(wrong).is_err(), "{wrong}");
    }
}
