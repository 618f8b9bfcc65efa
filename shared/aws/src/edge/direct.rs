//! A signed POST with JSON to an AWS service
//! ([AWS JSON protocol](https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html), Signature Version 4).

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use futures::TryFutureExt;
use http_body_util::BodyExt;
use serde::Serialize;

use super::connection::Connection;
use super::signature::{CONTENT_TYPE, Signer};
use crate::clock::Clock;
use crate::config::{self, ConfigError};

/// How often a call is made before it counts as failed. What the edge calls may be called twice.
const TRIES: u32 = 3;
/// How long to wait before the third try. The second comes at once: the usual reason for it is a connection that was
/// closed while the function stood still.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a try may take.
const LIMIT: Duration = Duration::from_secs(2);

/// A service that is called directly.
#[derive(Clone, Debug)]
pub struct Direct {
    http: SharedHttpConnector,
    signer: Arc<Signer>,
    endpoint: String,
    clock: Clock,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The request cannot be made.
    #[error("request: {0}")]
    Request(String),
    /// The service was not reached, or did not answer in time.
    #[error("not reached: {0}")]
    NotReached(String),
    /// The service refused.
    #[error("status {0}")]
    Status(u16),
}

impl Error {
    /// What may go better at the next try.
    fn may_pass(&self) -> bool {
        match self {
            Self::Request(_) => false,
            Self::NotReached(_) => true,
            Self::Status(status) => *status == 429 || *status >= 500,
        }
    }
}

impl Direct {
    /// A service (`sqs`, `dynamodb`), with what Lambda puts into the environment of every function, over a connection of
    /// its own; `AWS_ENDPOINT_URL` points elsewhere.
    ///
    /// # Errors
    /// When region or credentials are missing.
    pub fn from_env(service: &'static str) -> Result<Self, ConfigError> {
        let (region, credentials) = (config::required("AWS_REGION")?, config::credentials()?);
        let http = SharedHttpConnector::new(Connection::new());
        Ok(Self::new(http, credentials, &region, service, config::optional("AWS_ENDPOINT_URL").as_deref()))
    }

    /// A service (`sqs`, `dynamodb`) of a region, or at an endpoint of one's own.
    pub(crate) fn new(
        http: SharedHttpConnector,
        credentials: Credentials,
        region: &str,
        service: &'static str,
        endpoint: Option<&str>,
    ) -> Self {
        // https://docs.aws.amazon.com/general/latest/gr/rande.html: the regions in China have a domain of their own.
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let endpoint = endpoint.map_or_else(|| format!("https://{service}.{region}.{domain}"), ToOwned::to_owned);
        let signer = Arc::new(Signer::new(credentials, region, service));
        Self { http, signer, endpoint, clock: Clock::system() }
    }

    /// Opens the connection that the first call will use. Whatever comes of it, the function starts.
    pub async fn connect(&self) {
        let request = http::Request::head(format!("{}/ping", self.endpoint)).body(SdkBody::empty());
        if let Ok(request) = request.map_err(drop).and_then(|request| HttpRequest::try_from(request).map_err(drop)) {
            let answer = tokio::time::timeout(LIMIT, self.http.call(request)).await;
            tracing::debug!(endpoint = self.endpoint, reached = matches!(answer, Ok(Ok(_))), "connected");
        }
    }

    /// Calls an operation (`AmazonSQS.SendMessage`) and gives the JSON that is answered.
    pub(super) async fn call<T: Serialize>(&self, target: &str, input: &T) -> Result<Vec<u8>, Error> {
        let body = serde_json::to_vec(input).map_err(request_error)?;
        let mut tried = 1;
        loop {
            match self.try_call(target, &body).await {
                Err(error) if error.may_pass() && tried < TRIES => {}
                other => return other,
            }
            if tried > 1 {
                tokio::time::sleep(PAUSE).await;
            }
            tried += 1;
        }
    }

    async fn try_call(&self, target: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        let request = self.signed(target, body)?;
        let answered = self.http.call(request).map_err(|error| Error::NotReached(error.to_string()));
        let read = async { read(answered.await?).await };
        tokio::time::timeout(LIMIT, read).await.map_err(|elapsed| Error::NotReached(elapsed.to_string()))?
    }

    fn signed(&self, target: &str, body: &[u8]) -> Result<HttpRequest, Error> {
        let host = self.endpoint.split_once("://").map_or(&*self.endpoint, |(_, host)| host);
        let signature = self.signer.sign(self.clock.now(), host, target, body);
        let mut request = http::Request::post(format!("{}/", self.endpoint))
            .header("content-type", CONTENT_TYPE)
            .header("x-amz-target", target)
            .header("x-amz-date", signature.date)
            .header("authorization", signature.authorization);
        if let Some(token) = self.signer.token() {
            request = request.header("x-amz-security-token", token);
        }
        HttpRequest::try_from(request.body(SdkBody::from(body)).map_err(request_error)?).map_err(request_error)
    }
}

async fn read(answer: HttpResponse) -> Result<Vec<u8>, Error> {
    let status = answer.status().as_u16();
    if !(200..300).contains(&status) {
        return Err(Error::Status(status));
    }
    let body = answer.into_body().collect().await.map_err(|error| Error::NotReached(error.to_string()))?;
    Ok(body.to_bytes().to_vec())
}

fn request_error<E: std::fmt::Display>(error: E) -> Error {
    Error::Request(error.to_string())
}
