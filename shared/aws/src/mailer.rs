//! SES: hands one mail over, once, and says what is certain afterwards.

use aws_sdk_ses::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_ses::operation::send_raw_email::SendRawEmailError;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use domain::message::copy::SesAnswer;
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
        SdkError::ServiceError(service) => by_code(service.err().code(), service.raw().status().as_u16()),
        other => {
            tracing::warn!(error = %DisplayErrorContext(other), "answer of the mail service lost");
            SesAnswer::Lost
        }
    }
}

/// A connection that was refused or never opened: no byte of the request left us.
fn never_connected(failure: &aws_sdk_ses::error::ConnectorError) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(failure);
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            use std::io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable};
            return matches!(io.kind(), ConnectionRefused | AddrNotAvailable | HostUnreachable | NetworkUnreachable);
        }
        source = error.source();
    }
    false
}

/// Error codes of `SendRawEmail` (Amazon SES API reference, common errors and quotas).
fn by_code(code: Option<&str>, status: u16) -> SesAnswer {
    match code {
        Some("Throttling" | "ThrottlingException" | "TooManyRequestsException") => {
            not_now("the sending rate of the account is used up", SignedDuration::from_secs(5))
        }
        Some(
            "AccountSendingPausedException"
            | "ConfigurationSetSendingPausedException"
            | "ConfigurationSetDoesNotExist"
            | "ConfigurationSetDoesNotExistException"
            | "LimitExceededException",
        ) => {
            tracing::error!(code, "mail held back");
            not_now("sending is paused for this account", SignedDuration::from_mins(15))
        }
        Some("ServiceUnavailable" | "ServiceUnavailableException") if status == 503 => {
            not_now("mail service not available", SignedDuration::from_secs(30))
        }
        Some(code) if (400..500).contains(&status) => {
            SesAnswer::Refused(format!("refused by the mail service: {code}"))
        }
        _ => SesAnswer::Lost,
    }
}

fn not_now(reason: &str, wait: SignedDuration) -> SesAnswer {
    SesAnswer::NotNow { reason: reason.to_owned(), wait }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_service_said_is_certain() {
        assert!(matches!(by_code(Some("Throttling"), 400), SesAnswer::NotNow { .. }));
        assert!(matches!(by_code(Some("AccountSendingPausedException"), 400), SesAnswer::NotNow { .. }));
        assert!(matches!(by_code(Some("ServiceUnavailable"), 503), SesAnswer::NotNow { .. }));
        assert!(matches!(by_code(Some("MessageRejected"), 400), SesAnswer::Refused(_)));
        for status in [500, 502, 503, 504] {
            assert_eq!(by_code(None, status), SesAnswer::Lost);
        }
        assert_eq!(by_code(Some("InternalFailure"), 500), SesAnswer::Lost);
    }
}
