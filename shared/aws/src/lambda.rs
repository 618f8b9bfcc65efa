//! What Lambda hands in and takes back.

pub mod batch;
pub mod hit;
pub mod http;
pub mod log;
pub mod ses;
mod sns;

use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// Why a function stopped.
pub use lambda_runtime::Error;

/// An event that is read in one go. The runtime's own reader keeps the path of every field for its error messages, which
/// costs more than the reading.
struct Event<E>(E);

impl<'de, E: DeserializeOwned> Deserialize<'de> for Event<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?;
        serde_json::from_str(text.get()).map(Self).map_err(D::Error::custom)
    }
}

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
    let serve =
        move |event: LambdaEvent<Event<E>>| Box::pin(async move { Ok::<R, Error>(handle(event.payload.0).await) });
    lambda_runtime::run(service_fn(serve)).await
}
