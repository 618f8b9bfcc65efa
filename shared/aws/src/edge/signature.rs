//! The signature of a POST of JSON
//! ([Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).
//!
//! The SDK's signer takes any request and derives the day's key anew for each. Ours has one form, and the key is kept.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

/// The type of content that is signed.
pub(super) const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// Signs requests to one service of one region.
pub(super) struct Signer {
    credentials: Credentials,
    region: String,
    service: &'static str,
    key: Mutex<Option<Key>>,
}

/// The key of a day.
#[derive(Clone)]
struct Key {
    day: String,
    bytes: Vec<u8>,
}

/// The headers that make a request a signed one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// `x-amz-date`.
    pub(super) date: String,
    /// `authorization`.
    pub(super) authorization: String,
}

impl Signer {
    pub(super) fn new(credentials: Credentials, region: &str, service: &'static str) -> Self {
        Self { credentials, region: region.to_owned(), service, key: Mutex::default() }
    }

    /// `x-amz-security-token`.
    pub(super) fn token(&self) -> Option<&str> {
        self.credentials.session_token()
    }

    /// Signs a POST to the root of `host` (with its port, when it is not the usual one).
    pub(super) fn sign(&self, at: Timestamp, host: &str, target: &str, body: &[u8]) -> Signature {
        let date = date(at);
        let day = &date[..8];
        let (names, token) = match self.token() {
            Some(token) => (
                "content-type;host;x-amz-date;x-amz-security-token;x-amz-target",
                format!("x-amz-security-token:{token}\n"),
            ),
            None => ("content-type;host;x-amz-date;x-amz-target", String::new()),
        };
        let request = format!(
            "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\nx-amz-date:{date}\n{token}x-amz-target:{target}\n\n\
             {names}\n{}",
            digest(body)
        );
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let to_sign = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", digest(request.as_bytes()));
        let signature = calculate_signature(self.key(at, day), to_sign.as_bytes());
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={signature}",
            self.credentials.access_key_id()
        );
        Signature { date, authorization }
    }

    fn key(&self, at: Timestamp, day: &str) -> Vec<u8> {
        let mut kept = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = kept.as_ref().filter(|key| key.day == day) {
            return key.bytes.clone();
        }
        let secret = self.credentials.secret_access_key();
        let bytes = generate_signing_key(secret, SystemTime::from(at), &self.region, self.service).as_ref().to_vec();
        *kept = Some(Key { day: day.to_owned(), bytes: bytes.clone() });
        bytes
    }
}

/// `20261125T080000Z`.
fn date(at: Timestamp) -> String {
    let at = TimeZone::UTC.to_datetime(at);
    let (date, time) = (at.date(), at.time());
    let (year, month, day) = (date.year(), date.month(), date.day());
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", time.hour(), time.minute(), time.second())
}

fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("region", &self.region).field("service", &self.service).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4::SigningParams;

    use super::*;

    /// What the SDK's own signer gives for the same request.
    fn by_the_sdk(credentials: &Credentials, at: Timestamp, host: &str, target: &str, body: &[u8]) -> String {
        let identity = credentials.clone().into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region("eu-central-1")
            .name("sqs")
            .time(SystemTime::from(at))
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let headers = [("content-type", CONTENT_TYPE), ("x-amz-target", target)];
        let url = format!("https://{host}/");
        let request = SignableRequest::new("POST", url, headers.into_iter(), SignableBody::Bytes(body)).unwrap();
        let (instructions, _) = sign(request, &params.into()).unwrap().into_parts();
        instructions.headers().find(|(name, _)| *name == "authorization").unwrap().1.to_owned()
    }

    #[test]
    fn a_request_is_signed_as_the_sdk_signs_it() {
        let body = br#"{"QueueUrl":"https://sqs.eu-central-1.amazonaws.com/123456789012/events","MessageBody":"{}"}"#;
        for token in [None, Some("a/session+token==".to_owned())] {
            let credentials = Credentials::new("AKIDEXAMPLE", "secret", token, None, "test");
            let signer = Signer::new(credentials.clone(), "eu-central-1", "sqs");
            // Twice on one day, then on the next, so that a key is used again and then replaced.
            for at in ["2026-11-25T08:00:00Z", "2026-11-25T23:59:59.999Z", "2026-11-26T00:00:00Z"] {
                let at = at.parse().unwrap();
                for host in ["sqs.eu-central-1.amazonaws.com", "127.0.0.1:4566"] {
                    let ours = signer.sign(at, host, "AmazonSQS.SendMessage", body);
                    assert_eq!(ours.authorization, by_the_sdk(&credentials, at, host, "AmazonSQS.SendMessage", body));
                }
            }
        }
    }

    #[test]
    fn a_signer_is_shown_without_its_secrets() {
        let credentials = Credentials::new("AKIDEXAMPLE", "hush", Some("quiet".to_owned()), None, "test");
        let shown = format!("{:?}", Signer::new(credentials, "eu-central-1", "sqs"));
        assert_eq!(shown, "Signer { region: \"eu-central-1\", service: \"sqs\", .. }");
    }
}
