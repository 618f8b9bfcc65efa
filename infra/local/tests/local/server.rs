//! Sockets: real connections to the AWS endpoint, limits, and a clean end.

use std::time::Duration;

use bytes::Bytes;
use local::front::server;
use local::{Cloud, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::clients;

async fn started(cloud: &Cloud) -> (std::net::SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let cloud = cloud.clone();
    let handle = move |request, _| {
        let cloud = cloud.clone();
        async move { cloud.call(request).await.ok() }
    };
    (address, stop, tokio::spawn(server::serve(listener, 100, handle, stopping)))
}

async fn exchange(address: std::net::SocketAddr, body: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-amz-target: AmazonSQS.GetQueueUrl\r\n";
    stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn requests_are_answered_until_the_end() {
    let cloud = clients::cloud();
    let (address, stop, running) = started(&cloud).await;
    let answer = exchange(address, r#"{"QueueName": "none"}"#).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("QueueDoesNotExist"), "{answer}");
    assert!(exchange(address, &" ".repeat(101)).await.starts_with("HTTP/1.1 413"));
    cloud.faults.plan(0, Fault::After);
    assert_eq!(exchange(address, "{}").await, "");
    stop.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(5), running).await.unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_running_request_is_finished_before_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let stop = std::sync::Arc::new(stop);
    let stops = stop.clone();
    let handle = move |_, _| {
        stops.send_replace(true);
        async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Some(http::Response::new(Bytes::from_static(b"done")))
        }
    };
    let running = tokio::spawn(server::serve(listener, 100, handle, stopping));
    assert!(exchange(address, "").await.ends_with("done"));
    running.await.unwrap();
}
