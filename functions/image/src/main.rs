//! Wiring of the image function.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = image::App::from_env()?;
    app.events.connect().await;
    lambda::run(|event| image::handle(&app, event)).await
}
