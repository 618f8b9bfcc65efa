//! The HTTP response that a function's answer stands for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};

use crate::cloud::wire::{Response, answer};

/// An answer without `statusCode` is the body of a 200.
///
/// `multiValueHeaders` is not read: format 2.0 does not know it, so what stands only there is lost on AWS as well.
pub(super) fn response(answered: Value) -> Result<Response, String> {
    match answered {
        Value::Object(fields) if fields.contains_key("statusCode") => formatted(&fields),
        Value::String(text) => Ok(answer(200, "application/json", text)),
        other => Ok(answer(200, "application/json", other.to_string())),
    }
}

fn formatted(fields: &Map<String, Value>) -> Result<Response, String> {
    let status = fields["statusCode"].as_u64().and_then(|code| u16::try_from(code).ok());
    let status = status.and_then(|code| StatusCode::from_u16(code).ok()).ok_or("the status code is not one")?;
    let mut response = Response::new(body(fields)?);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in fields.get("headers").and_then(Value::as_object).into_iter().flatten() {
        headers.insert(HeaderName::try_from(name).map_err(|error| error.to_string())?, header_value(value)?);
    }
    for cookie in fields.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        headers.append(header::SET_COOKIE, header_value(cookie)?);
    }
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain;charset=UTF-8"));
    Ok(response)
}

fn body(fields: &Map<String, Value>) -> Result<Bytes, String> {
    let text = fields.get("body").and_then(Value::as_str).unwrap_or_default();
    if fields.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or_default() {
        return STANDARD.decode(text).map(Bytes::from).map_err(|error| error.to_string());
    }
    Ok(Bytes::copy_from_slice(text.as_bytes()))
}

fn header_value(value: &Value) -> Result<HeaderValue, String> {
    let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    HeaderValue::try_from(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_in_the_format_is_taken_at_its_word() {
        let answered = json!({
            "statusCode": 200, "headers": {"Content-Type": "image/gif", "X-Number": 1}, "cookies": ["a=1", "b=2"],
            "multiValueHeaders": {"x-lost": ["1", "2"]}, "body": "R0lG", "isBase64Encoded": true,
        });
        let response = response(answered).unwrap();
        assert_eq!(
            (response.headers()["content-type"].as_bytes(), &response.body()[..]),
            (&b"image/gif"[..], &b"GIF"[..])
        );
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(response.headers()["x-number"], "1");
        assert!(!response.headers().contains_key("x-lost"));
    }

    #[test]
    fn a_bare_answer_is_json_and_a_broken_one_an_error() {
        let bare = response(json!({"a": 1})).unwrap();
        assert_eq!((bare.status().as_u16(), &bare.body()[..]), (200, &b"{\"a\":1}"[..]));
        assert_eq!(bare.headers()["content-type"], "application/json");
        for broken in [
            json!({"statusCode": 7}),
            json!({"statusCode": "no"}),
            json!({"statusCode": 200, "headers": {"a": "b\r\nc: d"}}),
            json!({"statusCode": 200, "body": "%", "isBase64Encoded": true}),
        ] {
            assert!(response(broken.clone()).is_err(), "{broken}");
        }
    }
}
