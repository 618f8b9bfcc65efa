//! Clients of the AWS services: one HTTP client for all of them, and one constructor for each.
//!
//! The SDK's defaults would link a second TLS stack and the code of SSO, profiles and instance metadata. A
//! function on Lambda needs none of it: credentials and region are in its environment.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector, http_client_fn};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::sdk_config::SharedAsyncSleep;

use crate::config::{self, ConfigError};
use crate::edge::Direct;

/// What every client needs to know.
#[derive(Clone, Debug)]
pub struct Aws {
    http: SharedHttpConnector,
    region: String,
    credentials: Credentials,
    endpoint: Option<String>,
}

impl Aws {
    /// Reads what Lambda puts into the environment of every function; `AWS_ENDPOINT_URL` points elsewhere.
    ///
    /// # Errors
    /// When region or credentials are missing.
    pub fn from_env() -> Result<Self, ConfigError> {
        let (region, credentials) = (config::required("AWS_REGION")?, config::credentials()?);
        Ok(Self::new(https(), region, credentials, config::optional("AWS_ENDPOINT_URL")))
    }

    /// Clients that go through `http`, to `endpoint` when there is one.
    pub fn new(http: SharedHttpConnector, region: String, credentials: Credentials, endpoint: Option<String>) -> Self {
        Self { http, region, credentials, endpoint }
    }

    /// A service (`sqs`, `dynamodb`) without its SDK client, over the same HTTP client.
    pub fn direct(&self, service: &'static str) -> Direct {
        Direct::new(self.http.clone(), self.credentials.clone(), &self.region, service, self.endpoint.as_deref())
    }

    fn config(&self) -> SdkConfig {
        let http = self.http.clone();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(http_client_fn(move |_, _| http.clone()))
            .region(Region::new(self.region.clone()))
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(timeouts(Duration::from_secs(5)));
        config.set_endpoint_url(self.endpoint.clone());
        config.build()
    }

    /// DynamoDB, with retries: every write is conditional or idempotent.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config())
    }

    /// S3, with retries: objects are named by their content or written once. With an endpoint of one's own, the
    /// bucket stands in the path.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config())
            .force_path_style(self.endpoint.is_some())
            .timeout_config(timeouts(Duration::from_secs(20)));
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// SQS, with retries: every consumer takes a message that comes twice.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config())
    }

    /// SES, **without** retries: `SendRawEmail` has no idempotency token, and the SDK's default would send twice
    /// when an answer is lost.
    pub fn ses(&self) -> aws_sdk_ses::Client {
        let config = aws_sdk_ses::config::Builder::from(&self.config())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts(Duration::from_secs(10)));
        aws_sdk_ses::Client::from_conf(config.build())
    }
}

fn timeouts(operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().operation_timeout(operation).build()
}

/// The roots of every AWS endpoint (<https://www.amazontrust.com/repository/>). Reading the system's 140 would take
/// several times the instructions of everything else that happens at a cold start.
pub(crate) const AMAZON_ROOTS: &[u8] = include_bytes!("roots.pem");
/// How long a connection may take to open.
const CONNECT: Duration = Duration::from_secs(2);

/// rustls with ring: the default provider spends tens of milliseconds of CPU on its first random byte.
fn https() -> SharedHttpConnector {
    let tls = TlsContext::builder().with_trust_store(TrustStore::empty().with_pem_certificate(AMAZON_ROOTS));
    #[expect(clippy::expect_used, reason = "nothing in it varies")]
    let tls = tls.build().expect("a trust store without options");
    let connector = Connector::builder()
        .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT).build())
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .tls_context(tls);
    SharedHttpConnector::new(connector.build())
}
