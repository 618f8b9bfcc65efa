//! What the connection does with a server that keeps it, closes it, or is not whom it should be.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::*;

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// A server that answers `each` requests on a connection and then closes it. Gives its port and counts connections.
async fn server(each: usize, tls: Option<TlsAcceptor>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let opened = Arc::new(AtomicUsize::new(0));
    let count = opened.clone();
    tokio::spawn(async move {
        loop {
            let (tcp, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            match &tls {
                Some(tls) => {
                    if let Ok(stream) = tls.accept(tcp).await {
                        answer(each, stream).await;
                    }
                }
                None => answer(each, tcp).await,
            }
        }
    });
    (port, opened)
}

async fn answer(each: usize, mut stream: impl Stream) {
    for _ in 0..each {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("GET /ping HTTP/1.1\r\n") && head.contains("host: localhost:"), "{head}");
        stream.write_all(ANSWER).await.unwrap();
    }
    let _ = stream.shutdown().await;
}

async fn ask(connection: &Connection, scheme: &str, port: u16) -> Result<u16, String> {
    let request = http::Request::get(format!("{scheme}://localhost:{port}/ping")).body(SdkBody::empty()).unwrap();
    let answered = connection.exchange(HttpRequest::try_from(request).unwrap()).await;
    answered.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string())
}

/// A certificate for `localhost` that signs itself: what the server shows, and roots that trust it.
fn certificate() -> (TlsAcceptor, RootCertStore) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let der = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let server = server.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut roots = RootCertStore::empty();
    roots.add(der.clone()).unwrap();
    (Arc::new(server.with_single_cert(vec![der], key).unwrap()).into(), roots)
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let (port, opened) = server(3, None).await;
    let connection = Connection::new();
    for _ in 0..3 {
        assert_eq!(ask(&connection, "http", port).await, Ok(200));
    }
    assert_eq!(opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_the_other_side_closed_costs_one_try_at_most() {
    let (port, opened) = server(1, None).await;
    let connection = Connection::new();
    for number in 1..=3 {
        // Whether the end of the connection was seen before the request or after it is up to the system.
        if ask(&connection, "http", port).await.is_err() {
            assert_eq!(ask(&connection, "http", port).await, Ok(200));
        }
        assert_eq!(opened.load(Ordering::SeqCst), number);
    }
}

#[tokio::test]
async fn a_trusted_server_is_talked_to_in_secret() {
    let (acceptor, roots) = certificate();
    let (port, opened) = server(2, Some(acceptor)).await;
    let connection = Connection::trusting(roots);
    for _ in 0..2 {
        assert_eq!(ask(&connection, "https", port).await, Ok(200));
    }
    assert_eq!(opened.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_server_that_amazon_did_not_certify_is_refused() {
    let (acceptor, _) = certificate();
    let (port, _) = server(1, Some(acceptor)).await;
    let refused = ask(&Connection::new(), "https", port).await.unwrap_err();
    assert!(refused.contains("certificate"), "{refused}");
}
