//! The event that a function gets for a request.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aws::clock::Clock;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::Route;
use super::route::{Parameters, decoded};
use crate::cloud::account::ACCOUNT;
use crate::cloud::ids;
use crate::cloud::wire::Request;

/// What the gateway adds to a request.
pub(super) struct Edge {
    source: IpAddr,
    request_id: String,
    now: Timestamp,
    route_key: String,
    parameters: Parameters,
}

impl Edge {
    pub(super) fn new(source: IpAddr, clock: &Clock, route: &Route, parameters: Parameters) -> Self {
        Self { source, request_id: ids::request(clock), now: clock.now(), route_key: route.key(), parameters }
    }
}

pub(super) fn event(request: &Request, edge: &Edge) -> Value {
    let mut event = Map::new();
    event.insert("version".into(), "2.0".into());
    event.insert("routeKey".into(), edge.route_key.clone().into());
    event.insert("rawPath".into(), raw_path(request).into());
    event.insert("rawQueryString".into(), request.uri().query().unwrap_or_default().into());
    event.insert("headers".into(), json!(headers(request, edge)));
    event.insert("requestContext".into(), context(request, edge));
    event.insert("isBase64Encoded".into(), false.into());
    let cookies = cookies(request.headers());
    if !cookies.is_empty() {
        event.insert("cookies".into(), cookies.into());
    }
    let query = query(request);
    if !query.is_empty() {
        event.insert("queryStringParameters".into(), json!(query));
    }
    if !edge.parameters.is_empty() {
        event.insert("pathParameters".into(), json!(edge.parameters));
    }
    insert_body(&mut event, request);
    event.into()
}

/// An HTTP API hands the path over decoded, and loses what follows a decoded question mark.
fn raw_path(request: &Request) -> String {
    let path = decoded(request.uri().path());
    path.split('?').next().unwrap_or_default().to_owned()
}

fn headers(request: &Request, edge: &Edge) -> BTreeMap<String, String> {
    let names = request.headers().keys().filter(|name| *name != header::COOKIE);
    let mut headers: BTreeMap<_, _> = names.map(|name| (name.to_string(), joined(request.headers(), name))).collect();
    let source = edge.source.to_string();
    let forwarded = headers.get("x-forwarded-for").map_or(source.clone(), |earlier| format!("{earlier}, {source}"));
    headers.insert("x-forwarded-for".into(), forwarded);
    headers.insert("x-forwarded-proto".into(), "http".into());
    headers.entry("content-length".into()).or_insert_with(|| request.body().len().to_string());
    headers
}

fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let values = headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
    values.collect::<Vec<_>>().join(",")
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).map(|cookie| cookie.trim().to_owned()).collect()
}

/// Decoded, several values of one name joined by commas.
fn query(request: &Request) -> BTreeMap<String, String> {
    let pairs = url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    pairs.fold(BTreeMap::new(), |mut query, (name, value)| {
        query
            .entry(name.into_owned())
            .and_modify(|values: &mut String| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.to_string());
        query
    })
}

fn context(request: &Request, edge: &Edge) -> Value {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let user_agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    json!({
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": host,
        "domainPrefix": host.split('.').next(),
        "http": {
            "method": request.method().as_str(),
            "path": raw_path(request),
            "protocol": "HTTP/1.1",
            "sourceIp": edge.source.to_string(),
            "userAgent": user_agent.unwrap_or_default(),
        },
        "requestId": edge.request_id,
        "routeKey": edge.route_key,
        "stage": "$default",
        "time": edge.now.to_zoned(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
        "timeEpoch": edge.now.as_millisecond(),
    })
}

/// Text stays text; everything else is base64.
fn insert_body(event: &mut Map<String, Value>, request: &Request) {
    let body = request.body();
    if body.is_empty() {
        return;
    }
    match std::str::from_utf8(body) {
        Ok(text) if is_text(request.headers()) => {
            event.insert("body".into(), text.into());
        }
        _ => {
            event.insert("body".into(), STANDARD.encode(body).into());
            event.insert("isBase64Encoded".into(), true.into());
        }
    }
}

fn is_text(headers: &HeaderMap) -> bool {
    let value = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = value(header::CONTENT_TYPE).to_lowercase();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    let named = ["application/json", "application/javascript", "application/xml"].contains(&media_type);
    let suffixed = media_type.ends_with("+json") || media_type.ends_with("+xml");
    value(header::CONTENT_ENCODING).is_empty() && (named || suffixed || media_type.starts_with("text/"))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_request_becomes_the_documented_payload() {
        let request = http::Request::post("/o/a%20b?x=1&y=%C3%A4&x=2")
            .header("host", "track.example.com")
            .header("user-agent", "curl/8")
            .header("accept", "text/html")
            .header("accept", "image/gif")
            .header("cookie", "a=1; b=2")
            .header("x-forwarded-for", "203.0.113.9")
            .header("content-type", "application/json; charset=utf-8")
            .body(Bytes::from_static(b"{\"a\":1}"))
            .unwrap();
        let edge = Edge {
            source: "192.0.2.1".parse().unwrap(),
            request_id: "JKJaXmPLvHcESHA=".into(),
            now: "2026-11-23T08:00:00.5Z".parse().unwrap(),
            route_key: "POST /o/{token}".into(),
            parameters: BTreeMap::from([("token".into(), "a b".into())]),
        };
        let expected = json!({
            "version": "2.0",
            "routeKey": "POST /o/{token}",
            "rawPath": "/o/a b",
            "rawQueryString": "x=1&y=%C3%A4&x=2",
            "cookies": ["a=1", "b=2"],
            "headers": {
                "accept": "text/html,image/gif", "content-length": "7", "content-type": "application/json; charset=utf-8",
                "host": "track.example.com", "user-agent": "curl/8", "x-forwarded-for": "203.0.113.9, 192.0.2.1",
                "x-forwarded-proto": "http",
            },
            "queryStringParameters": {"x": "1,2", "y": "ä"},
            "pathParameters": {"token": "a b"},
            "requestContext": {
                "accountId": "000000000000", "apiId": "local", "domainName": "track.example.com", "domainPrefix": "track",
                "http": {"method": "POST", "path": "/o/a b", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "curl/8"},
                "requestId": "JKJaXmPLvHcESHA=", "routeKey": "POST /o/{token}", "stage": "$default",
                "time": "23/Nov/2026:08:00:00 +0000", "timeEpoch": 1_795_420_800_500_i64,
            },
            "body": "{\"a\":1}",
            "isBase64Encoded": false,
        });
        assert_eq!(event(&request, &edge), expected);
    }

    #[test]
    fn what_is_not_text_is_base64() {
        let body = |content_type: &str, body: &'static [u8]| {
            let mut event = Map::new();
            let request = http::Request::post("/").header("content-type", content_type).body(Bytes::from_static(body));
            insert_body(&mut event, &request.unwrap());
            event
        };
        assert_eq!(body("image/gif", b"GIF")["body"], "R0lG");
        assert_eq!(body("application/json", b"\xff")["isBase64Encoded"], true);
        assert_eq!(body("application/problem+json", b"{}")["body"], "{}");
        assert!(body("text/plain", b"").is_empty());
    }
}
