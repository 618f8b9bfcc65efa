//! Wiring of the download.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = download::App::from_env()?;
    app.events.connect().await;
    lambda::run(|event| download::handle(&app, event)).await
}
