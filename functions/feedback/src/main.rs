//! Wiring of the feedback function.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = feedback::App::from_env()?;
    lambda::run(|event| feedback::handle(&app, event)).await
}
