//! Wiring of the reminder.

use aws::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::log::start();
    let app = reminder::App::from_env()?;
    lambda::run(|event| reminder::handle(&app, event)).await
}
