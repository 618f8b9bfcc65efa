//! The parts of API Gateway's HTTP API payload (format 2.0) that the tracking endpoints read, and their answers.
//!
//! Recipients' requests are the hot path: a few fields of the event are read, nothing is copied that is not needed.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};

/// A request to a tracking endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// What is read of the headers.
    #[serde(default)]
    pub headers: Headers,
    /// What stands for the braces of the route.
    #[serde(default)]
    pub path_parameters: PathParameters,
    /// What the gateway knows.
    pub request_context: Context,
}

/// The headers by which software says that it fetches ahead of a person. Several values of one name are joined by commas.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Headers {
    /// [`Sec-Purpose`](https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Purpose).
    pub sec_purpose: Option<String>,
    /// Sent by older browsers.
    pub purpose: Option<String>,
    /// Sent by Safari.
    pub x_purpose: Option<String>,
    /// Sent by old versions of Firefox.
    pub x_moz: Option<String>,
}

/// What stands for the braces of the route.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct PathParameters {
    /// The token, as it stands in the path.
    #[serde(default)]
    pub token: String,
}

/// What the gateway knows of a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Context {
    /// Unique for each request, made once at the edge.
    pub request_id: String,
    /// When the request came, in milliseconds since 1970.
    pub time_epoch: i64,
    /// The request line.
    pub http: Http,
}

/// The request line.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Http {
    /// `GET` or `HEAD`.
    pub method: String,
    /// The address that the gateway saw.
    #[serde(default)]
    pub source_ip: String,
    /// The `User-Agent` header.
    #[serde(default)]
    pub user_agent: Option<String>,
}

impl Request {
    /// When the gateway took the request.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.request_context.time_epoch).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// True for `HEAD`.
    pub fn is_head(&self) -> bool {
        self.request_context.http.method == "HEAD"
    }
}

/// An answer of a tracking endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The HTTP status.
    pub status_code: u16,
    /// Each name once.
    #[serde(serialize_with = "as_object")]
    pub headers: Vec<(&'static str, Cow<'static, str>)>,
    /// Text, or base64.
    pub body: Cow<'static, str>,
    /// The body is base64.
    pub is_base64_encoded: bool,
}

/// Nothing may be cached, sniffed, indexed, or told to the next site.
const HEADERS: [(&str, &str); 6] = [
    ("cache-control", "no-store, no-cache, must-revalidate, private, max-age=0"),
    ("pragma", "no-cache"),
    ("expires", "0"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-robots-tag", "noindex, nofollow"),
];

impl Response {
    fn new<const N: usize>(status_code: u16, more: [(&'static str, Cow<'static, str>); N], body: &'static str) -> Self {
        let headers = HEADERS.map(|(name, value)| (name, value.into())).into_iter().chain(more).collect();
        Self { status_code, headers, body: Cow::Borrowed(body), is_base64_encoded: false }
    }

    /// A picture in base64, which any page may show.
    pub fn gif(base64: &'static str) -> Self {
        let more = [("content-type", "image/gif".into()), ("cross-origin-resource-policy", "cross-origin".into())];
        Self { is_base64_encoded: true, ..Self::new(200, more, base64) }
    }

    /// A hosted picture. Under its own address it never changes, so anybody may keep it for a year; in a recipient's copy it is
    /// asked for each time.
    pub fn image(content_type: &str, base64: String, keep: bool) -> Self {
        let more = [
            ("content-type", content_type.to_owned().into()),
            ("cross-origin-resource-policy", "cross-origin".into()),
            ("content-security-policy", "default-src 'none'".into()),
        ];
        let mut image = Self { body: Cow::Owned(base64), is_base64_encoded: true, ..Self::new(200, more, "") };
        if keep {
            image.headers.retain(|(name, _)| !["cache-control", "pragma", "expires"].contains(name));
            image.headers.push(("cache-control", "public, max-age=31536000, immutable".into()));
        }
        image
    }

    /// Sends the visitor on. An address that is no header value is answered as not found.
    pub fn redirect(location: &str) -> Self {
        if location.bytes().all(|b| (0x21..0x7f).contains(&b)) {
            Self::new(302, [("location", location.to_owned().into())], "")
        } else {
            Self::not_found()
        }
    }

    /// The same page for everything that is not there; it repeats nothing of the request.
    pub fn not_found() -> Self {
        Self::page(404, "<!doctype html><title>Not found</title><p>This address does not exist.")
    }

    /// A file that is not offered any more.
    pub fn gone() -> Self {
        Self::page(410, "<!doctype html><title>No longer available</title><p>This file is no longer available.")
    }

    /// A file that should be there and cannot be had now.
    pub fn unavailable() -> Self {
        Self::page(
            503,
            "<!doctype html><title>Try again</title><p>This file cannot be had right now. Please try again.",
        )
    }

    fn page(status: u16, html: &'static str) -> Self {
        let policy = "default-src 'none'; frame-ancestors 'none'";
        let more = [("content-type", "text/html; charset=utf-8".into()), ("content-security-policy", policy.into())];
        Self::new(status, more, html)
    }
}

/// The gateway wants an object of names and values.
fn as_object<S: Serializer>(headers: &[(&'static str, Cow<'static, str>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(headers.iter().map(|(name, value)| (name, value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_ends_a_header_gets_into_one() {
        assert_eq!(Response::redirect("https://example.com/?a=1&b=2#c").status_code, 302);
        for bad in ["https://example.com/\r\nSet-Cookie: a=b", "https://example.com/ü", "https://example.com/ a"] {
            assert_eq!(Response::redirect(bad).status_code, 404, "{bad:?}");
        }
    }

    #[test]
    fn the_payload_of_the_gateway_is_read() {
        let request: Request = serde_json::from_str(include_str!("http/request.json")).unwrap();
        assert_eq!(request.path_parameters.token, "AW8B");
        assert_eq!(request.at().to_string(), "2026-11-23T08:00:00.123Z");
        assert!(!request.is_head());
    }
}
