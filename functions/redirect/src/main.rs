//! Wiring of the redirect.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = redirect::App::from_env()?;
    lambda::run(|event| redirect::handle(&app, event)).await
}
