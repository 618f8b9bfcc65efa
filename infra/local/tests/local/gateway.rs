//! The front between a client and a function.

use bytes::Bytes;
use http::Request;
use local::function;
use local::{Cloud, Fault, Gateway, Route};
use serde_json::{Value, json};

use crate::clients;

fn gateway(cloud: &Cloud) -> Gateway {
    let echo =
        function(
            |event| async move { Ok(json!({"method": event["requestContext"]["http"]["method"], "event": event})) },
        );
    let fails = function(|_| async { Err("as asked".to_owned()) });
    let calls = {
        let cloud = cloud.clone();
        function(move |_| {
            let client = clients::s3(&cloud);
            async move {
                let _ = client.head_object().bucket("none").key("none").send().await;
                Ok(json!({"statusCode": 204}))
            }
        })
    };
    let routes = vec![
        Route::new("GET", "/o/{token}", echo.clone()),
        Route::new("ANY", "/v1/{proxy+}", echo),
        Route::new("GET", "/fails", fails),
        Route::new("GET", "/calls", calls),
    ];
    Gateway::new(cloud, routes)
}

async fn send(gateway: &Gateway, method: &str, path: &str, body: Bytes) -> (u16, Bytes) {
    let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080").body(body).unwrap();
    let response = gateway.request(request, "192.0.2.1".parse().unwrap()).await;
    (response.status().as_u16(), response.into_body())
}

async fn get(gateway: &Gateway, path: &str) -> (u16, Value) {
    let (status, body) = send(gateway, "GET", path, Bytes::new()).await;
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn a_request_reaches_its_function_and_its_id_is_new_each_time() {
    let gateway = gateway(&clients::cloud());
    let (status, first) = get(&gateway, "/o/abc").await;
    assert_eq!((status, &first["event"]["pathParameters"]["token"]), (200, &json!("abc")));
    assert_eq!(first["event"]["requestContext"]["http"]["sourceIp"], "192.0.2.1");
    let (_, second) = get(&gateway, "/o/abc").await;
    let id = |echoed: &Value| echoed["event"]["requestContext"]["requestId"].as_str().unwrap().to_owned();
    assert!(id(&first) != id(&second) && id(&first).len() == 16);
}

#[tokio::test]
async fn the_gateway_answers_what_no_function_takes() {
    let gateway = gateway(&clients::cloud());
    assert_eq!(get(&gateway, "/none").await, (404, json!({"message": "Not Found"})));
    assert_eq!(send(&gateway, "HEAD", "/o/abc", Bytes::new()).await.0, 404);
    assert_eq!(send(&gateway, "HEAD", "/v1/me", Bytes::new()).await, (200, Bytes::new()));
    assert_eq!(get(&gateway, "/fails").await, (500, json!({"message": "Internal Server Error"})));
    let big = Bytes::from(vec![b'x'; 10 * 1024 * 1024 + 1]);
    assert_eq!(send(&gateway, "POST", "/v1/messages", big).await.0, 413);
}

#[tokio::test]
async fn a_crashed_function_is_an_error_of_its_request_only() {
    let cloud = clients::cloud();
    let gateway = gateway(&cloud);
    cloud.faults.plan(0, Fault::CrashAfter);
    assert_eq!(get(&gateway, "/calls").await.0, 500);
    assert_eq!(get(&gateway, "/calls").await.0, 204);
}
