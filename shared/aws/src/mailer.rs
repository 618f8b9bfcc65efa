//! SES: hands one mail over, once, and says what is certain afterwards.

use aws_sdk_ses::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_ses::operation::send_raw_email::SendRawEmailError;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use domain::message::copy::SesAnswer;
use hyper_util::client::legacy;
use jiff::SignedDuration;

use crate::config::{self, names};

/// The one way out for mail.
#[derive(Clone, Debug)]
pub struct Mailer {
    client: aws_sdk_ses::Client,
    configuration_set: Option<String>,
}

/// A mail that is ready to leave.
#[derive(Debug, Clone)]
pub struct SesMail<'a> {
    /// The envelope's sender.
    pub from: &'a str,
    /// The envelope's one recipient.
    pub to: &'a str,
    /// The MIME bytes.
    pub bytes: Vec<u8>,
    /// Come back with every event about this mail. ASCII letters, digits, `_` and `-` only.
    pub tags: Vec<(&'static str, String)>,
}

impl Mailer {
    /// Sends through this client, whose retries must be off.
    pub fn new(client: aws_sdk_ses::Client, configuration_set: Option<String>) -> Self {
        Self { client, configuration_set }
    }

    /// Sends with the configuration set that the environment names.
    pub fn from_env(client: aws_sdk_ses::Client) -> Self {
        Self::new(client, config::optional(names::CONFIGURATION_SET))
    }

    /// Hands the mail over. Exactly one request leaves us.
    pub async fn send(&self, mail: SesMail<'_>) -> SesAnswer {
        let request = self.client.send_raw_email().source(mail.from).destinations(mail.to);
        let raw = RawMessage::builder().data(Blob::new(mail.bytes)).build();
        let tags = mail.tags.into_iter().map(|(name, value)| MessageTag::builder().name(name).value(value).build());
        let (Ok(raw), Ok(tags)) = (raw, tags.collect::<Result<Vec<_>, _>>()) else {
            return SesAnswer::Refused("the mail could not be put into a request".to_owned());
        };
        let request = request.raw_message(raw).set_tags(Some(tags));
        let request = request.set_configuration_set_name(self.configuration_set.clone());
        match request.send().await {
            Ok(output) => SesAnswer::Accepted(output.message_id),
            Err(error) => answer(&error),
        }
    }
}

/// What a failed call means. Only an answer that the service itself wrote, or a connection that never came to be,
/// is certain; everything else may have left us.
fn answer(error: &SdkError<SendRawEmailError>) -> SesAnswer {
    match error {
        SdkError::ConstructionFailure(_) => SesAnswer::Refused("the mail could not be put into a request".to_owned()),
        SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(never_connected) => {
            not_now("mail service not reachable", SignedDuration::from_secs(30))
        }
        SdkError::ServiceError(service) => {
            let error = service.err();
            by_code(error.code(), error.message().unwrap_or_default(), service.raw().status().as_u16())
        }
        other => {
            tracing::warn!(error = %DisplayErrorContext(other), "answer of the mail service lost");
            SesAnswer::Lost
        }
    }
}

/// A connection that never came to be: the name was not found, it was refused, or it took too long. No byte of the request
/// left us.
fn never_connected(failure: &aws_sdk_ses::error::ConnectorError) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(failure);
    while let Some(error) = source {
        if error.downcast_ref::<legacy::Error>().is_some_and(legacy::Error::is_connect) {
            return true;
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            use std::io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable};
            return matches!(io.kind(), ConnectionRefused | AddrNotAvailable | HostUnreachable | NetworkUnreachable);
        }
        source = error.source();
    }
    false
}

/// The meaning of an error of the mail service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It is about this mail, and will not change.
    Mail,
    /// The rate of a second is used up.
    Rate,
    /// The service is not available for a moment.
    Moment,
    /// It is about our account, our permissions or our settings: an operator has to act.
    Us,
}

/// The error codes of `SendRawEmail`: its own
/// (<https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html>), the common ones
/// (<https://docs.aws.amazon.com/ses/latest/APIReference/CommonErrors.html>), and those of its protocol.
const MEANINGS: [(&str, Meaning); 33] = [
    ("AccessDenied", Meaning::Us),
    ("AccessDeniedException", Meaning::Us),
    ("AccountSendingPausedException", Meaning::Us),
    ("ConfigurationSetDoesNotExist", Meaning::Us),
    ("ConfigurationSetDoesNotExistException", Meaning::Us),
    ("ConfigurationSetSendingPausedException", Meaning::Us),
    ("ExpiredToken", Meaning::Us),
    ("ExpiredTokenException", Meaning::Us),
    ("IncompleteSignature", Meaning::Us),
    ("InvalidClientTokenId", Meaning::Us),
    ("InvalidParameterCombination", Meaning::Mail),
    ("InvalidParameterValue", Meaning::Mail),
    ("LimitExceededException", Meaning::Us),
    ("MailFromDomainNotVerified", Meaning::Us),
    ("MailFromDomainNotVerifiedException", Meaning::Us),
    ("MalformedQueryString", Meaning::Mail),
    ("MessageRejected", Meaning::Mail),
    ("MissingAuthenticationToken", Meaning::Us),
    ("MissingParameter", Meaning::Mail),
    ("NotAuthorized", Meaning::Us),
    ("OptInRequired", Meaning::Us),
    ("RequestEntityTooLarge", Meaning::Mail),
    ("RequestExpired", Meaning::Moment),
    ("RequestTimeout", Meaning::Moment),
    ("ServiceUnavailable", Meaning::Moment),
    ("ServiceUnavailableException", Meaning::Moment),
    ("SignatureDoesNotMatch", Meaning::Us),
    ("Throttling", Meaning::Rate),
    ("ThrottlingException", Meaning::Rate),
    ("TooManyRequestsException", Meaning::Rate),
    ("UnrecognizedClientException", Meaning::Us),
    ("ValidationError", Meaning::Mail),
    ("ValidationException", Meaning::Mail),
];

/// One code says both that the rate of a second and that the quota of a day is used up; the words tell
/// (<https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html>).
const DAILY: &str = "daily message quota";

/// Says what is certain. A mail that the service did not refuse in so many words may have left us. A refusal that we do not know is
/// no reason to give a mail up.
fn by_code(code: Option<&str>, message: &str, status: u16) -> SesAnswer {
    let known = code.and_then(|code| MEANINGS.iter().find(|(name, _)| *name == code));
    match known.map(|(_, meaning)| *meaning) {
        Some(Meaning::Mail) if status < 500 => {
            SesAnswer::Refused(format!("refused by the mail service: {}", code.unwrap_or_default()))
        }
        Some(Meaning::Rate) if message.to_ascii_lowercase().contains(DAILY) => {
            held_back(code, "the daily quota of the account is used up")
        }
        Some(Meaning::Rate) => not_now("the sending rate of the account is used up", SignedDuration::from_secs(5)),
        Some(Meaning::Moment) if status < 500 || status == 503 => {
            not_now("mail service not available", SignedDuration::from_secs(30))
        }
        Some(Meaning::Us) if status < 500 => held_back(code, "the mail service does not take mail from this account"),
        None if (400..500).contains(&status) => held_back(code, "the mail service refuses for a reason not known"),
        _ => SesAnswer::Lost,
    }
}

/// Mail waits until an operator has acted, for as long as any outage.
fn held_back(code: Option<&str>, reason: &str) -> SesAnswer {
    tracing::error!(code, "mail held back");
    not_now(reason, SignedDuration::from_mins(15))
}

fn not_now(reason: &str, wait: SignedDuration) -> SesAnswer {
    SesAnswer::NotNow { reason: reason.to_owned(), wait }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_one_meaning() {
        assert!(MEANINGS.is_sorted_by_key(|(code, _)| *code));
        for (code, meaning) in MEANINGS {
            let status = if code.starts_with("ServiceUnavailable") { 503 } else { 400 };
            let waits = |seconds| SignedDuration::from_secs(seconds);
            match (by_code(Some(code), "", status), meaning) {
                (SesAnswer::Refused(_), Meaning::Mail) => {}
                (SesAnswer::NotNow { wait, .. }, Meaning::Rate) => assert_eq!(wait, waits(5), "{code}"),
                (SesAnswer::NotNow { wait, .. }, Meaning::Moment) => assert_eq!(wait, waits(30), "{code}"),
                (SesAnswer::NotNow { wait, .. }, Meaning::Us) => assert_eq!(wait, waits(900), "{code}"),
                (answer, meaning) => panic!("{code} is {meaning:?}, not {answer:?}"),
            }
        }
    }

    #[test]
    fn the_quota_of_a_day_is_not_the_rate_of_a_second() {
        for (message, seconds) in [("Maximum sending rate exceeded.", 5), ("Daily message quota exceeded.", 900)] {
            let answer = by_code(Some("Throttling"), message, 400);
            let SesAnswer::NotNow { wait, .. } = answer else { panic!("{answer:?}") };
            assert_eq!(wait.as_secs(), seconds, "{message}");
        }
    }

    #[test]
    fn what_nobody_knows_is_neither_refused_nor_certain() {
        assert!(matches!(by_code(Some("NewKindOfRefusal"), "", 400), SesAnswer::NotNow { .. }));
        for (code, status) in [(None, 500), (None, 502), (None, 503), (None, 504), (Some("InternalFailure"), 500)] {
            assert_eq!(by_code(code, "", status), SesAnswer::Lost);
        }
    }

    #[tokio::test]
    async fn no_byte_leaves_for_a_name_that_is_not_there() {
        let credentials = aws_credential_types::Credentials::new("key", "secret", None, None, "test");
        let connector = aws_smithy_http_client::Connector::builder().build_http();
        let http = aws_smithy_runtime_api::client::http::SharedHttpConnector::new(connector);
        let endpoint = Some("http://mail.invalid".to_owned());
        let aws = crate::clients::Aws::new(http, "eu-central-1".to_owned(), credentials, endpoint);
        let mail = SesMail { from: "a@example.com", to: "b@example.com", bytes: Vec::new(), tags: Vec::new() };
        let answer = Mailer::new(aws.ses(), None).send(mail).await;
        assert!(matches!(answer, SesAnswer::NotNow { .. }), "{answer:?}");
    }
}
