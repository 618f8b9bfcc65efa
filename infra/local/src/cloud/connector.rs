//! Joins the AWS SDK to a [`Cloud`] in the same process: no socket, no port, the same bytes.

use std::fmt;
use std::io::{Error, ErrorKind};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;

use crate::cloud::wire::{Request, Response};
use crate::cloud::{Cloud, NoAnswer};

/// The SDK's HTTP connector whose other end is a [`Cloud`].
#[derive(Clone)]
pub struct Connector(Cloud);

impl Connector {
    /// A connector to `cloud`.
    pub fn new(cloud: &Cloud) -> Self {
        Self(cloud.clone())
    }

    /// As the functions' clients take it.
    pub fn shared(self) -> SharedHttpConnector {
        SharedHttpConnector::new(self)
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = arrived(request).await?;
        match self.0.call(request).await {
            Ok(response) => left(response),
            Err(NoAnswer::Refused) => {
                Err(ConnectorError::io(Error::from(ErrorKind::ConnectionRefused).into()).never_connected())
            }
            Err(NoAnswer::Lost) => {
                Err(ConnectorError::timeout(Error::new(ErrorKind::TimedOut, "no answer in time").into()))
            }
        }
    }
}

/// The request as a server sees it.
async fn arrived(request: HttpRequest) -> Result<Request, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(ConnectorError::user)?;
    let mut request = Request::from_parts(parts, body.to_bytes());
    with_host(&mut request);
    Ok(request)
}

/// HTTP/1.1 clients send the authority of the URL as `Host`; signatures cover it.
fn with_host(request: &mut Request) {
    let host = request.uri().authority().and_then(|authority| authority.as_str().parse().ok());
    if let Some(host) = host {
        request.headers_mut().entry(http::header::HOST).or_insert(host);
    }
}

fn left(response: Response) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(response.map(SdkBody::from)).map_err(|error| ConnectorError::other(error.into(), None))
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = self.clone();
        HttpConnectorFuture::new(async move { connector.exchange(request).await })
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connector")
    }
}
