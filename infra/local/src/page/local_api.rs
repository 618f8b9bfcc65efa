//! `/_local/…`: what exists on one machine only. The key, the clock, and the mail that left.

mod clock;

use http::{HeaderValue, Method, header};
use serde::Serialize;
use serde_json::json;

use crate::cloud::Cloud;
use crate::cloud::inbound::Envelope;
use crate::cloud::wire::{Request, Response, refusal, reply};
use crate::front::timer::Timers;
use crate::page::mailbox;

/// How the API is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Info {
    /// The address.
    pub api: String,
    /// The key.
    pub api_key: String,
    /// The user whom the key acts for.
    pub user: String,
}

/// The routes under `/_local/`.
#[derive(Clone)]
pub struct LocalApi {
    cloud: Cloud,
    timers: Timers,
    info: Info,
}

impl LocalApi {
    /// Routes over `cloud`; moving its clock runs what fell due in `timers`.
    pub fn new(cloud: &Cloud, timers: &Timers, info: Info) -> Self {
        Self { cloud: cloud.clone(), timers: timers.clone(), info }
    }

    /// Whether a path belongs here.
    pub fn takes(path: &str) -> bool {
        path == "/_local" || path.starts_with("/_local/")
    }

    /// Answers a request, if it comes from this machine's own pages or from no page at all.
    pub async fn request(&self, request: &Request) -> Response {
        if !is_local(request) {
            return refusal(403, "only for this machine");
        }
        let path = request.uri().path().trim_end_matches('/');
        let segments: Vec<&str> = path.split('/').skip(2).collect();
        match (request.method(), &segments[..]) {
            (&Method::GET, ["info"]) => self.answer_info(),
            (&Method::GET, ["clock"]) => reply(200, &clock::told(self.cloud.clock.now())),
            (&Method::POST, ["clock"]) => self.move_clock(request).await,
            (&Method::POST, ["inbound"]) => self.take_in(request),
            (&Method::POST, ["mails", id, "reply"]) => mailbox::reply::send(&self.cloud, id, request),
            (&Method::GET | &Method::HEAD, ["" | "mailbox" | "mails", ..] | []) => {
                mailbox::respond(&self.cloud, request, &segments)
            }
            _ => refusal(404, "no such route"),
        }
    }

    fn answer_info(&self) -> Response {
        reply(200, &json!(self.info))
    }

    /// Delivers a mail to Telltale as SES would. The query may name the envelope and checks that do not pass.
    fn take_in(&self, request: &Request) -> Response {
        let envelope = Envelope::of_query(request.uri().query().unwrap_or_default());
        match self.cloud.receive_mail(request.body(), envelope) {
            Ok(id) => reply(202, &json!({ "id": id })),
            Err(error) => refusal(error.status, &error.to_string()),
        }
    }

    async fn move_clock(&self, request: &Request) -> Response {
        let moved = clock::asked(request.body(), self.cloud.clock.now()).and_then(|by| {
            let now = self.cloud.advance(by);
            now.map_err(|refusal| refusal.to_string())
        });
        match moved {
            Ok(now) => {
                self.timers.catch_up().await;
                reply(200, &clock::told(now))
            }
            Err(reason) => refusal(400, &reason),
        }
    }
}

/// Another site's page must neither read the key nor move the clock, not even under a name that resolves to this machine.
fn is_local(request: &Request) -> bool {
    let value = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let host = value(header::HOST).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let own = ["127.0.0.1", "localhost", "[::1]"].contains(&name);
    own && value(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"))
}
