//! A Lambda function as the cloud calls it: an event goes in, an answer comes out, and it may fail or die on the way.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::cloud::faults::Faults;

/// A function: the event's JSON to the answer's JSON, or the message of an error.
pub type Function = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<Value, String>> + Send + Sync>;

/// Makes a [`Function`] of a closure.
pub fn function<F, A>(run: F) -> Function
where
    F: Fn(Value) -> A + Send + Sync + 'static,
    A: Future<Output = Result<Value, String>> + Send + 'static,
{
    Arc::new(move |event| run(event).boxed())
}

/// Invokes a function as a process of its own: a panic or a planned crash is an error of this invocation, as on Lambda.
pub async fn invoke(faults: &Faults, function: &Function, event: Value) -> Result<Value, String> {
    let work = AssertUnwindSafe(async { function(event).await }).catch_unwind();
    match faults.run_until_crash(work).await {
        Some(Ok(answer)) => answer,
        Some(Err(_)) => Err("the function panicked".to_owned()),
        None => Err("the function crashed".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_errors_and_panics_come_back() {
        let echo = function(|event| async move {
            match event.as_str() {
                Some("panic") => panic!("as asked"),
                Some("fail") => Err("as asked".to_owned()),
                _ => Ok(event),
            }
        });
        let faults = Faults::default();
        assert_eq!(invoke(&faults, &echo, "hello".into()).await, Ok("hello".into()));
        assert_eq!(invoke(&faults, &echo, "fail".into()).await, Err("as asked".to_owned()));
        assert_eq!(invoke(&faults, &echo, "panic".into()).await, Err("the function panicked".to_owned()));
    }
}
