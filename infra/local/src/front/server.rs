//! HTTP over loopback sockets, in front of what takes whole requests and gives whole answers.

use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::cloud::wire::{Request, Response, answer};

/// Becomes `true` when everything is to end.
pub type Stop = watch::Receiver<bool>;

/// Returns when `stop` is set, or can never be set any more.
pub async fn stopped(stop: &Stop) {
    let _ = stop.clone().wait_for(|stop| *stop).await;
}

/// Answers requests until it is stopped, then finishes those that are running.
///
/// Bodies above `max_bytes` are refused. Where `handle` gives `None`, the connection is closed without an answer.
pub async fn serve<H, A>(listener: TcpListener, max_bytes: usize, handle: H, stop: Stop)
where
    H: Fn(Request, IpAddr) -> A + Clone + Send + 'static,
    A: Future<Output = Option<Response>> + Send,
{
    let running = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => connect(stream, peer, max_bytes, handle.clone(), &running),
            Err(error) => tracing::warn!(%error, "a connection could not be accepted"),
        }
    }
    running.shutdown().await;
}

fn connect<H, A>(stream: TcpStream, peer: SocketAddr, max_bytes: usize, handle: H, running: &GracefulShutdown)
where
    H: Fn(Request, IpAddr) -> A + Clone + Send + 'static,
    A: Future<Output = Option<Response>> + Send,
{
    let service = service_fn(move |request| {
        let handle = handle.clone();
        async move {
            let answered = match whole(request, max_bytes).await {
                Ok(request) => handle(request, peer.ip()).await,
                Err(refused) => refused,
            };
            answered.map(|response| response.map(Full::new)).ok_or(Closed)
        }
    });
    let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
    let connection = running.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

/// The answer to a request is that there is none.
#[derive(Debug, thiserror::Error)]
#[error("closed without an answer")]
struct Closed;

/// Reads the body; otherwise, what to answer.
async fn whole(request: http::Request<Incoming>, max_bytes: usize) -> Result<Request, Option<Response>> {
    let (parts, body) = request.into_parts();
    match Limited::new(body, max_bytes).collect().await {
        Ok(body) => Ok(Request::from_parts(parts, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(Some(too_large())),
        Err(_) => Err(None),
    }
}

fn too_large() -> Response {
    answer(413, "application/json", Bytes::from_static(b"{\"message\":\"Request Entity Too Large\"}"))
}
