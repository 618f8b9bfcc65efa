//! Wiring of the sender.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = sender::App::from_env()?;
    lambda::run(|event| sender::handle(&app, event)).await
}
