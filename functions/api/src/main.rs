//! Wiring of the API.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::log::start();
    lambda_http::run(api::router(api::App::from_env()?)).await
}
