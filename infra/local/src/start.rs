//! Starts everything on this machine, and ends it.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use aws::clock::Clock;
use aws::ids::Ids;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::background;
use crate::cli::Options;
use crate::cloud::s3;
use crate::cloud::ses::{Relay, RelayError};
use crate::cloud::wire::{self, Refusal, Request, Response};
use crate::cloud::{Cloud, OpenError};
use crate::front::gateway::{self, Gateway};
use crate::front::server::{Stop, serve};
use crate::identity::{Identity, IdentityError};
use crate::page::local_api::{Info, LocalApi};
use crate::telltale::{Setup, Telltale};

/// How long running work may take to finish once the end has come.
const GRACE: Duration = Duration::from_secs(10);

/// Everything that runs.
pub struct Running {
    /// How the API is reached.
    pub info: Info,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// Why it does not start, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody listens there already.
    #[error("port {port} is taken; choose another one with {flag}")]
    PortTaken {
        /// The port.
        port: u16,
        /// What changes it.
        flag: &'static str,
    },
    /// The port cannot be used for another reason.
    #[error("cannot listen on port {port}: {source}")]
    Port {
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The data cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The secrets cannot be used.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The relay cannot be used.
    #[error(transparent)]
    Relay(#[from] RelayError),
    /// Tables, queues and buckets cannot be made.
    #[error("the data cannot be prepared: {0}")]
    Provision(#[from] Refusal),
}

impl Running {
    /// Starts what the options say.
    pub async fn start(options: &Options) -> Result<Self, StartError> {
        let (front, api) = listen(options.port, "--port").await?;
        let (endpoint, aws_url) = listen(options.aws_port(), "--aws-port").await?;
        let cloud = Cloud::open(&options.data, Clock::system())?;
        if let Some(url) = &options.smtp {
            cloud.ses.relay_to(Relay::at(url)?);
        }
        let mut identity = Identity::open(&options.data, &Ids::System)?;
        let setup = Setup {
            aws_url,
            tracking_url: api.clone(),
            keys: identity.keys()?,
            requests_per_minute: options.requests_per_minute,
            ids: Ids::System,
        };
        let telltale = Telltale::new(&cloud, &setup)?;
        let access = identity.access(&telltale.admin).await?;
        let info = Info { api, api_key: access.api_key, user: access.user };
        Ok(Self::run(&telltale, front, endpoint, info))
    }

    fn run(telltale: &Telltale, front: TcpListener, endpoint: TcpListener, info: Info) -> Self {
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let cloud = &telltale.cloud;
        let local = LocalApi::new(cloud, &telltale.timers, info.clone());
        tasks.spawn(serve_front(front, telltale.gateway.clone(), local, stopping.clone()));
        tasks.spawn(serve_aws(endpoint, cloud.clone(), stopping.clone()));
        for mapping in telltale.mappings.iter() {
            tasks.spawn(background::poll(cloud.clone(), mapping.clone(), stopping.clone()));
        }
        tasks.spawn(background::tick(telltale.timers.clone(), stopping));
        Self { info, stop, tasks }
    }

    /// Takes no more work, and returns when what had begun is done.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finished).await.is_err() {
            tracing::warn!("work that takes too long was cut off; its messages come again");
        }
    }
}

/// A loopback listener, and the address that it is reached at.
async fn listen(port: u16, flag: &'static str) -> Result<(TcpListener, String), StartError> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
    match bound {
        Ok((address, listener)) => Ok((listener, format!("http://{address}"))),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(StartError::PortTaken { port, flag }),
        Err(source) => Err(StartError::Port { port, source }),
    }
}

async fn serve_front(listener: TcpListener, gateway: Gateway, local: LocalApi, stop: Stop) {
    let answer = move |request: Request, source: IpAddr| {
        let (gateway, local) = (gateway.clone(), local.clone());
        async move { Some(respond(&gateway, &local, request, source).await) }
    };
    serve(listener, gateway::MAX_BYTES, answer, stop).await;
}

async fn respond(gateway: &Gateway, local: &LocalApi, request: Request, source: IpAddr) -> Response {
    if LocalApi::takes(request.uri().path()) {
        return local.request(&request).await;
    }
    if request.uri().path() == "/" {
        return see_mailbox();
    }
    gateway.request(request, source).await
}

/// Who opens the printed address in a browser wants to see something.
fn see_mailbox() -> Response {
    let mut response = wire::answer(302, "text/plain", "see /_local/mailbox");
    response.headers_mut().insert(http::header::LOCATION, http::HeaderValue::from_static("/_local/mailbox"));
    response
}

/// A call without an answer closes its connection; a crash is that of the caller, whom nobody answers either.
async fn serve_aws(listener: TcpListener, cloud: Cloud, stop: Stop) {
    let answer = move |request: Request, _| {
        let cloud = cloud.clone();
        async move { cloud.faults.run_until_crash(cloud.call(request)).await.and_then(Result::ok) }
    };
    serve(listener, s3::MAX_BYTES, answer, stop).await;
}
