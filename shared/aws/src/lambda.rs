//! What Lambda hands in and takes back.

pub mod batch;
pub mod hit;
pub mod http;
pub mod log;
pub mod ses;
mod sns;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Why a function stopped.
pub use lambda_runtime::Error;

/// Takes events until Lambda ends the process. What `handle` answers is always an answer; functions report their
/// failures in it.
///
/// # Errors
/// When the runtime interface of Lambda cannot be reached.
pub async fn run<E, R, F>(handle: impl Fn(E) -> F) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
    F: Future<Output = R>,
{
    let handle = &handle;
    // Boxed, so that the type of one function's future does not pile up on the runtime's own.
    let serve = move |event: LambdaEvent<E>| Box::pin(async move { Ok::<R, Error>(handle(event.payload).await) });
    lambda_runtime::run(service_fn(serve)).await
}
