//! What the tracking endpoints need while a recipient waits, without the service clients of the SDK.
//!
//! Pixel and redirect are started for a single request more often than anything else. The SDK's client of one service
//! takes more instructions at a cold start, and more bytes of the binary, than the rest of such a function together
//! (`docs/BENCHMARKS.md` has the figures). They need two calls, both JSON over a signed POST on one connection, so they
//! are made here with hyper, rustls and the SDK's arithmetic of signatures.

mod connection;
mod direct;
mod hits;
mod links;
mod signature;

pub use direct::Direct;
pub use hits::Hits;
pub use links::Links;
