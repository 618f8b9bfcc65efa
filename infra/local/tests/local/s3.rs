//! The object store: objects, presigned URLs, and what their signatures hold fast.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use bytes::Bytes;
use local::Cloud;

use crate::clients;

fn store() -> (Cloud, Client) {
    let cloud = clients::cloud();
    cloud.s3.create_bucket("files").unwrap();
    let client = clients::s3(&cloud);
    (cloud, client)
}

/// Sends a presigned request as curl would.
async fn send(cloud: &Cloud, signed: &PresignedRequest, body: &'static [u8]) -> http::Response<Bytes> {
    let url: http::Uri = signed.uri().parse().unwrap();
    let host = url.authority().unwrap().to_string();
    let request = http::Request::builder().method(signed.method()).header("host", host);
    let request = signed.headers().fold(request, |request, (name, value)| request.header(name, value));
    let request = request.uri(url.path_and_query().unwrap().as_str()).body(Bytes::from_static(body)).unwrap();
    cloud.call(request).await.unwrap()
}

fn for_a_minute() -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_mins(1)).unwrap()
}

#[tokio::test]
async fn objects_are_put_read_and_deleted() {
    let (cloud, client) = store();
    let put = client.put_object().bucket("files").key("org/msg 1/ä.pdf").content_type("application/pdf");
    put.metadata("org", "1").body(Bytes::from_static(b"0123456789").into()).send().await.unwrap();
    let head = client.head_object().bucket("files").key("org/msg 1/ä.pdf").send().await.unwrap();
    assert_eq!((head.content_length(), head.content_type()), (Some(10), Some("application/pdf")));
    assert_eq!(head.metadata().unwrap()["org"], "1");
    let part = client.get_object().bucket("files").key("org/msg 1/ä.pdf").range("bytes=2-4").send().await.unwrap();
    assert_eq!(part.content_range(), Some("bytes 2-4/10"));
    assert_eq!(part.body.collect().await.unwrap().into_bytes(), &b"234"[..]);
    assert_eq!(cloud.s3.keys("files").unwrap(), ["org/msg 1/ä.pdf"]);
    client.delete_object().bucket("files").key("org/msg 1/ä.pdf").send().await.unwrap();
    let gone = client.get_object().bucket("files").key("org/msg 1/ä.pdf").send().await.unwrap_err();
    assert!(gone.into_service_error().is_no_such_key());
    let gone = client.head_object().bucket("files").key("org/msg 1/ä.pdf").send().await.unwrap_err();
    assert!(gone.into_service_error().is_not_found());
    let error = client.get_object().bucket("none").key("a").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NoSuchBucket"));
}

#[tokio::test]
async fn a_put_may_insist_on_being_the_first() {
    let (_, client) = store();
    let put = || client.put_object().bucket("files").key("a").if_none_match("*").send();
    put().await.unwrap();
    assert_eq!(put().await.unwrap_err().code(), Some("PreconditionFailed"));
}

#[tokio::test]
async fn a_presigned_upload_takes_what_was_announced_and_nothing_else() {
    let (cloud, client) = store();
    let put = client.put_object().bucket("files").key("a").content_type("text/plain").content_length(5);
    let signed = put.presigned(for_a_minute()).await.unwrap();
    assert_eq!(send(&cloud, &signed, b"hello").await.status(), 200);

    let with = |name: &'static str, value: &'static str| {
        let headers =
            signed.headers().map(move |(n, v)| (n.to_owned(), if n == name { value.to_owned() } else { v.to_owned() }));
        let url: http::Uri = signed.uri().parse().unwrap();
        let request = http::Request::put(url.path_and_query().unwrap().as_str()).header("host", "127.0.0.1:4566");
        headers.fold(request, |request, (name, value)| request.header(name, value))
    };
    let longer = with("content-length", "6").body(Bytes::from_static(b"hello!")).unwrap();
    assert_eq!(cloud.call(longer).await.unwrap().status(), 403);
    let other_type = with("content-type", "text/html").body(Bytes::from_static(b"hello")).unwrap();
    assert_eq!(cloud.call(other_type).await.unwrap().status(), 403);
    let lied = with("none", "").body(Bytes::from_static(b"hello, world")).unwrap();
    assert_eq!(cloud.call(lied).await.unwrap().status(), 400);
    let stored = client.get_object().bucket("files").key("a").send().await.unwrap();
    assert_eq!(stored.body.collect().await.unwrap().into_bytes(), &b"hello"[..]);
}

#[tokio::test]
async fn a_presigned_download_names_file_and_type() {
    let (cloud, client) = store();
    client.put_object().bucket("files").key("a").body(Bytes::from_static(b"x").into()).send().await.unwrap();
    let get = client.get_object().bucket("files").key("a").response_content_type("application/pdf");
    let get =
        get.response_content_disposition("attachment; filename=\"offer.pdf\"; filename*=UTF-8''offer%20%C3%A4.pdf");
    let signed = get.presigned(for_a_minute()).await.unwrap();
    let answer = send(&cloud, &signed, b"").await;
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"x"[..]));
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert!(
        answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"offer.pdf\"")
    );
    let forged = http::Request::get(signed.uri().replace("/files/a?", "/files/b?").split_off(ENDPOINT_LENGTH));
    let forged = forged.header("host", "127.0.0.1:4566").body(Bytes::new()).unwrap();
    assert_eq!(cloud.call(forged).await.unwrap().status(), 403);
}

const ENDPOINT_LENGTH: usize = clients::ENDPOINT.len();

#[tokio::test]
async fn without_a_signature_nothing_is_served() {
    let (cloud, _) = store();
    let bare = http::Request::get("/files/a").header("host", "127.0.0.1:4566").body(Bytes::new()).unwrap();
    assert_eq!(cloud.call(bare).await.unwrap().status(), 403);
}
