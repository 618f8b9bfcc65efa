//! What goes over the wire: which service and operation a request is for, and how each service says no.

use std::fmt;

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

/// A request whose body has arrived.
pub type Request = http::Request<Bytes>;
/// An answer that is ready to be sent.
pub type Response = http::Response<Bytes>;

/// The services of the cloud on one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    /// The table.
    DynamoDb,
    /// The queues.
    Sqs,
    /// The mail.
    Ses,
    /// The objects.
    S3,
}

impl Service {
    /// The name in [`Call`]s and fault filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Ses => "ses",
            Self::S3 => "s3",
        }
    }

    /// The service's own way to say "too fast".
    pub(crate) fn throttled(self) -> Refusal {
        let (status, code) = match self {
            Self::DynamoDb => (400, "ProvisionedThroughputExceededException"),
            Self::Sqs => (400, "RequestThrottled"),
            Self::Ses => (400, "Throttling"),
            Self::S3 => (503, "SlowDown"),
        };
        Refusal::new(status, code, "Maximum rate exceeded.")
    }

    /// The service's own way to say "not now".
    pub(crate) fn unavailable(self) -> Refusal {
        let (status, code) = match self {
            Self::DynamoDb => (500, "InternalServerError"),
            Self::Sqs | Self::Ses | Self::S3 => (503, "ServiceUnavailable"),
        };
        Refusal::new(status, code, "The service is unavailable.")
    }

    /// Writes a refusal in the service's protocol.
    pub(crate) fn refuse(self, refusal: &Refusal) -> Response {
        match self {
            Self::DynamoDb => refusal.json("com.amazonaws.dynamodb.v20120810"),
            Self::Sqs => refusal.json_of_query_origin("com.amazonaws.sqs"),
            Self::Ses => refusal.xml_of_query_protocol(),
            Self::S3 => refusal.xml_of_s3(),
        }
    }
}

/// One call of a service, by name: `sqs.SendMessage`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Call {
    /// Who is called.
    pub service: Service,
    /// What is asked for.
    pub operation: String,
}

impl Call {
    /// Reads from a request which call it makes, as one AWS endpoint has to for all services.
    pub fn of(request: &Request) -> Self {
        let target = text_header(request, "x-amz-target");
        if let Some(operation) = target.strip_prefix("DynamoDB_20120810.") {
            return Self::new(Service::DynamoDb, operation);
        }
        if let Some(operation) = target.strip_prefix("AmazonSQS.") {
            return Self::new(Service::Sqs, operation);
        }
        if is_form(request) {
            return Self::new(Service::Ses, &form_value(request.body(), "Action").unwrap_or_default());
        }
        Self::new(Service::S3, s3_operation(request))
    }

    fn new(service: Service, operation: &str) -> Self {
        Self { service, operation: operation.to_owned() }
    }

    /// Whether the call is the one that a filter names: `sqs` is every call of SQS, `sqs.SendMessage` one kind of them.
    pub fn is(&self, filter: &str) -> bool {
        filter == self.service.name() || filter == self.to_string()
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.service.name(), self.operation)
    }
}

fn text_header<'a>(request: &'a Request, name: &str) -> &'a str {
    request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn is_form(request: &Request) -> bool {
    request.method() == Method::POST
        && request.uri().path() == "/"
        && text_header(request, "content-type").starts_with("application/x-www-form-urlencoded")
}

/// The value of one field of a form.
pub(crate) fn form_value(body: &[u8], name: &str) -> Option<String> {
    url::form_urlencoded::parse(body).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn s3_operation(request: &Request) -> &'static str {
    match *request.method() {
        Method::GET => "GetObject",
        Method::HEAD => "HeadObject",
        Method::PUT => "PutObject",
        Method::DELETE => "DeleteObject",
        _ => "Unknown",
    }
}

/// What a service answers when it does not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code that SDKs branch on.
    pub code: &'static str,
    /// The reason, for people.
    pub message: String,
}

impl Refusal {
    /// A refusal with its code and reason.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    fn json(&self, namespace: &str) -> Response {
        let body = serde_json::json!({ "__type": format!("{namespace}#{}", self.code), "message": self.message });
        answer(self.status, "application/x-amz-json-1.0", body.to_string())
    }

    /// SQS spoke the Query protocol once, and SDKs still branch on the code it had then.
    fn json_of_query_origin(&self, namespace: &str) -> Response {
        let fault = if self.status < 500 { "Sender" } else { "Receiver" };
        let mut response = self.json(namespace);
        if let Ok(code) = HeaderValue::from_str(&format!("{};{fault}", query_code(self.code))) {
            response.headers_mut().insert("x-amzn-query-error", code);
        }
        response
    }

    fn xml_of_query_protocol(&self) -> Response {
        let fault = if self.status < 500 { "Sender" } else { "Receiver" };
        let body = format!(
            "<ErrorResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><Error><Type>{fault}</Type><Code>{}</Code>\
             <Message>{}</Message></Error><RequestId>local</RequestId></ErrorResponse>",
            self.code,
            xml_escaped(&self.message),
        );
        answer(self.status, "text/xml", body)
    }

    fn xml_of_s3(&self) -> Response {
        let body =
            format!("<Error><Code>{}</Code><Message>{}</Message></Error>", self.code, xml_escaped(&self.message));
        answer(self.status, "application/xml", body)
    }
}

fn query_code(code: &str) -> String {
    match code {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue".to_owned(),
        "BatchEntryIdsNotDistinct"
        | "BatchRequestTooLong"
        | "EmptyBatchRequest"
        | "MessageNotInflight"
        | "TooManyEntriesInBatchRequest"
        | "UnsupportedOperation" => format!("AWS.SimpleQueueService.{code}"),
        _ => code.to_owned(),
    }
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(500, "InternalFailure", error.to_string())
    }
}

/// An answer with one header.
pub(crate) fn answer(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn xml_escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An answer of JSON that no cache keeps.
pub(crate) fn reply(status: u16, body: &Value) -> Response {
    let mut response = answer(status, "application/json", body.to_string());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A refusal in words, as JSON.
pub(crate) fn refusal(status: u16, reason: &str) -> Response {
    reply(status, &json!({ "message": reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_its_call() {
        let json = |target: &str| http::Request::post("/").header("x-amz-target", target).body(Bytes::new()).unwrap();
        assert_eq!(Call::of(&json("DynamoDB_20120810.PutItem")).to_string(), "dynamodb.PutItem");
        assert_eq!(Call::of(&json("AmazonSQS.SendMessage")).to_string(), "sqs.SendMessage");
        let form = http::Request::post("/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from_static(b"Action=SendRawEmail&Version=2010-12-01"))
            .unwrap();
        assert_eq!(Call::of(&form).to_string(), "ses.SendRawEmail");
        let put = http::Request::put("/bucket/key").body(Bytes::new()).unwrap();
        assert_eq!(Call::of(&put).to_string(), "s3.PutObject");
    }

    #[test]
    fn a_filter_names_a_service_or_one_operation() {
        let call = Call::new(Service::Sqs, "SendMessage");
        assert!(call.is("sqs") && call.is("sqs.SendMessage"));
        assert!(!call.is("sqs.ReceiveMessage") && !call.is("ses"));
    }
}
