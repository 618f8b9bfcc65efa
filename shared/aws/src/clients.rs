//! Clients of the AWS services: one HTTP client for all of them, and one constructor for each.
//!
//! The SDK's defaults would link a second TLS stack and the code of SSO, profiles and instance metadata. A
//! function on Lambda needs none of it: credentials and region are in its environment.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::sdk_config::SharedAsyncSleep;

use crate::config::{self, ConfigError};

/// What every client needs to know.
#[derive(Clone, Debug)]
pub struct Aws {
    config: SdkConfig,
    path_style: bool,
}

impl Aws {
    /// Reads what Lambda puts into the environment of every function; `AWS_ENDPOINT_URL` points elsewhere.
    ///
    /// # Errors
    /// When region or credentials are missing.
    pub fn from_env() -> Result<Self, ConfigError> {
        let key = config::required("AWS_ACCESS_KEY_ID")?;
        let secret = config::required("AWS_SECRET_ACCESS_KEY")?;
        let credentials = Credentials::new(key, secret, config::optional("AWS_SESSION_TOKEN"), None, "environment");
        let region = config::required("AWS_REGION")?;
        Ok(Self::new(https(), region, credentials, config::optional("AWS_ENDPOINT_URL")))
    }

    /// Clients that go through `http`, to `endpoint` when there is one.
    pub fn new(http: SharedHttpClient, region: String, credentials: Credentials, endpoint: Option<String>) -> Self {
        let path_style = endpoint.is_some();
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .http_client(http)
            .region(Region::new(region))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .sleep_impl(SharedAsyncSleep::new(aws_smithy_async::rt::sleep::TokioSleep::new()))
            .retry_config(RetryConfig::standard().with_max_attempts(3))
            .timeout_config(timeouts(Duration::from_secs(5)));
        config.set_endpoint_url(endpoint);
        Self { config: config.build(), path_style }
    }

    /// DynamoDB, with retries: every write is conditional or idempotent.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// S3, with retries: objects are named by their content or written once. With an endpoint of one's own, the
    /// bucket stands in the path.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .force_path_style(self.path_style)
            .timeout_config(timeouts(Duration::from_secs(20)));
        aws_sdk_s3::Client::from_conf(config.build())
    }

    /// SQS, with retries: every consumer takes a message that comes twice.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// SES, **without** retries: `SendRawEmail` has no idempotency token, and the SDK's default would send twice
    /// when an answer is lost.
    pub fn ses(&self) -> aws_sdk_ses::Client {
        let config = aws_sdk_ses::config::Builder::from(&self.config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts(Duration::from_secs(10)));
        aws_sdk_ses::Client::from_conf(config.build())
    }
}

fn timeouts(operation: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(2)).operation_timeout(operation).build()
}

/// rustls with ring: the default provider spends tens of milliseconds of CPU on its first random byte.
fn https() -> SharedHttpClient {
    aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
