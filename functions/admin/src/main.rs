//! Wiring of the admin function.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = admin::App::from_env()?;
    lambda::run(|event| admin::handle(&app, event)).await
}
