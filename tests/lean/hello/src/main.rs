//! The least a function can be: what `tests/lean` measures the others against.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), aws::lambda::Error> {
    aws::lambda::run(|event: serde_json::Value| async { event }).await
}
