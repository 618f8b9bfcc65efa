//! What the tracking endpoints need while a recipient waits, without the service clients of the SDK.
//!
//! Pixel and redirect are started for a single request more often than anything else. The SDK's client of one service
//! takes more instructions at a cold start, and more bytes of the binary, than the rest of such a function together
//! (`docs/BENCHMARKS.md` has the figures). They need two calls, both JSON over a signed POST, so they are made here with
//! the SDK's own signer and HTTP client.

mod direct;
mod hits;
mod links;

pub use direct::Direct;
pub use hits::Hits;
pub use links::Links;
