//! Wiring of the recorder.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = recorder::App::from_env()?;
    lambda::run(|event| recorder::handle(&app, event)).await
}
