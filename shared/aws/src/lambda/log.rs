//! Logging: JSON lines that CloudWatch reads, at the level that the deployment sets.

/// Starts logging; format and level come from `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL`, which Lambda
/// sets from the template's `LoggingConfig`.
pub fn start() {
    lambda_runtime::tracing::init_default_subscriber();
}
