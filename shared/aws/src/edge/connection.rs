//! One connection to one service, kept open between events.
//!
//! A function that takes one event at a time needs no pool, no proxies and no HTTP/2. The SDK's HTTP client brings all of
//! them, which is a tenth of a small binary and of a warm request.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::uri::{PathAndQuery, Scheme, Uri};
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::clients::AMAZON_ROOTS;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// A connection that is opened when it is needed, and again when the other side has closed it.
#[derive(Clone)]
pub(crate) struct Connection {
    tls: TlsConnector,
    kept: Arc<Mutex<Option<SendRequest<SdkBody>>>>,
}

/// A stream of bytes, encrypted or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Connection {
    /// A connection to AWS: rustls with ring and the Amazon roots alone, as the SDK's clients have them.
    pub(crate) fn new() -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(AMAZON_ROOTS).flatten());
        Self::trusting(roots)
    }

    fn trusting(roots: RootCertStore) -> Self {
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        #[expect(clippy::expect_used, reason = "nothing in it varies")]
        let tls = tls.with_safe_default_protocol_versions().expect("versions of TLS that ring knows");
        let tls = tls.with_root_certificates(roots).with_no_client_auth();
        Self { tls: Arc::new(tls).into(), kept: Arc::default() }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, Error> {
        let mut request = request.try_into_http1x()?;
        let service = std::mem::take(request.uri_mut());
        *request.uri_mut() = service.path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")).into();
        let host = HeaderValue::from_str(service.authority().ok_or("no host")?.as_str())?;
        request.headers_mut().insert(header::HOST, host);

        let mut sender = self.sender(&service).await?;
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        Ok(HttpResponse::try_from(http::Response::from_parts(head, SdkBody::from(body)))?)
    }

    /// What was kept, or a new one. It is kept again only after a whole answer, so that nothing is left in it.
    async fn sender(&self, service: &Uri) -> Result<SendRequest<SdkBody>, Error> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut sender) = kept
            && sender.ready().await.is_ok()
        {
            return Ok(sender);
        }
        self.open(service).await
    }

    async fn open(&self, service: &Uri) -> Result<SendRequest<SdkBody>, Error> {
        let host = service.host().ok_or("no host")?;
        let encrypted = service.scheme() != Some(&Scheme::HTTP);
        let port = service.port_u16().unwrap_or(if encrypted { 443 } else { 80 });
        let tcp = TcpStream::connect((host, port)).await?;
        tcp.set_nodelay(true)?;
        let stream: Box<dyn Stream> = if encrypted {
            Box::new(self.tls.connect(ServerName::try_from(host.to_owned())?, tcp).await?)
        } else {
            Box::new(tcp)
        };
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move { connection.await.inspect_err(|error| tracing::debug!(%error, "connection ended")) });
        Ok(sender)
    }
}

impl HttpConnector for Connection {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connection = self.clone();
        HttpConnectorFuture::new(async move { connection.exchange(request).await.map_err(ConnectorError::io) })
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

#[cfg(test)]
mod tests;
