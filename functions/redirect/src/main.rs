//! Wiring of the redirect.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = redirect::App::from_env()?;
    app.events.connect().await;
    lambda::run(|event| redirect::handle(&app, event)).await
}
