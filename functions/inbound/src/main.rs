//! Wiring of the inbound function.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = inbound::App::from_env()?;
    lambda::run(|event| inbound::handle(&app, event)).await
}
