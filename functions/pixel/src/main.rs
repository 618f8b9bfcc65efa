//! Wiring of the pixel.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = pixel::App::from_env()?;
    app.events.connect().await;
    lambda::run(|event| pixel::handle(&app, event)).await
}
