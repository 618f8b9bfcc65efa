//! From a request at a tracking endpoint to the hit that is recorded.
//!
//! Address and agent are reduced here, before anything leaves the function: what is on the queue, in the table
//! and in the logs identifies nobody.

use domain::ground::id::EventId;
use domain::ground::token::{Token, TokenKind};
use domain::signs::agent::Agent;
use domain::signs::event::{Hit, HitAction, MessageHit};
use domain::signs::network::Network;

use super::http::Request;

/// The hit that a verified token and its request make.
pub fn of(request: &Request, token: &Token, action: HitAction) -> MessageHit {
    let context = &request.request_context;
    let facts = domain::signs::event::HitRequest {
        agent: Agent::of(context.http.user_agent.as_deref()),
        network: Network::of(&context.http.source_ip),
        head: request.is_head(),
        prefetch: is_prefetch(request),
        image: token.kind == TokenKind::Image,
    };
    let id = EventId::of(request.at(), &[&context.request_id]);
    let hit = Hit { id, at: request.at(), recipient: token.recipient, action, request: facts };
    MessageHit { message: token.message, hit }
}

/// Browsers say so in `Sec-Purpose` or `Purpose`, older ones in `X-Purpose` or `X-Moz`.
fn is_prefetch(request: &Request) -> bool {
    let headers = &request.headers;
    let mut said = [&headers.sec_purpose, &headers.purpose, &headers.x_purpose, &headers.x_moz].into_iter().flatten();
    said.any(|value| {
        let value = value.to_ascii_lowercase();
        ["prefetch", "preview", "prerender"].iter().any(|word| value.contains(word))
    })
}
