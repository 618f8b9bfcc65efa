//! The front: what API Gateway's HTTP API does between a client and a function, payload format 2.0 both ways.

mod event;
mod reply;
mod route;

use std::net::IpAddr;

use aws::clock::Clock;
use http::Method;
use serde_json::json;

use crate::cloud::Cloud;
use crate::cloud::faults::Faults;
use crate::cloud::wire::{Request, Response, answer};
use crate::front::function::invoke;

pub use route::Route;

/// The largest request body, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;

/// The routes of one API.
#[derive(Clone)]
pub struct Gateway {
    routes: Vec<Route>,
    clock: Clock,
    faults: Faults,
}

impl Gateway {
    /// An API with these routes, in the time and with the faults of `cloud`.
    pub fn new(cloud: &Cloud, routes: Vec<Route>) -> Self {
        Self { routes, clock: cloud.clock.clone(), faults: cloud.faults.clone() }
    }

    /// Answers a request that came from `source`.
    pub async fn request(&self, request: Request, source: IpAddr) -> Response {
        let without_body = request.method() == Method::HEAD;
        let response = self.respond(request, source).await;
        if without_body { response.map(|_| bytes::Bytes::new()) } else { response }
    }

    async fn respond(&self, request: Request, source: IpAddr) -> Response {
        if request.body().len() > MAX_BYTES {
            return message(413, "Request Entity Too Large");
        }
        let Some((route, parameters)) = route::find(&self.routes, request.method(), request.uri().path()) else {
            return message(404, "Not Found");
        };
        let event = event::event(&request, &event::Edge::new(source, &self.clock, route, parameters));
        match invoke(&self.faults, &route.function, event).await.and_then(reply::response) {
            Ok(response) => response,
            Err(error) => {
                tracing::error!(error, route = route.key(), "a function failed");
                message(500, "Internal Server Error")
            }
        }
    }
}

/// An answer of the gateway itself.
fn message(status: u16, text: &str) -> Response {
    answer(status, "application/json", json!({ "message": text }).to_string())
}
