//! Wiring of the scheduler.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = scheduler::App::from_env()?;
    lambda::run(|event| scheduler::handle(&app, event)).await
}
