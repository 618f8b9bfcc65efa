//! A cloud in memory at a fixed time, and SDK clients that talk to it.

use aws::clock::Clock;
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::http_client_fn;
use local::Cloud;
use local::Connector;
use local::cloud::account::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};

pub(crate) const ENDPOINT: &str = "http://127.0.0.1:4566";

pub(crate) fn clock() -> Clock {
    Clock::fixed("2026-11-23T08:00:00Z".parse().unwrap())
}

pub(crate) fn cloud() -> Cloud {
    Cloud::memory(clock()).unwrap()
}

fn credentials() -> Credentials {
    Credentials::from_keys(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None)
}

macro_rules! client {
    ($name:ident, $sdk:ident) => {
        pub(crate) fn $name(cloud: &Cloud) -> $sdk::Client {
            let connector = Connector::new(cloud).shared();
            let config = $sdk::Config::builder()
                .behavior_version($sdk::config::BehaviorVersion::latest())
                .region($sdk::config::Region::new(REGION))
                .endpoint_url(ENDPOINT)
                .credentials_provider(credentials())
                .http_client(http_client_fn(move |_, _| connector.clone()))
                .retry_config($sdk::config::retry::RetryConfig::disabled());
            $sdk::Client::from_conf(config.build())
        }
    };
}

client!(dynamodb, aws_sdk_dynamodb);
client!(sqs, aws_sdk_sqs);
client!(ses, aws_sdk_ses);
client!(s3, aws_sdk_s3);
