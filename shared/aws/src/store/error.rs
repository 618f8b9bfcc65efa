//! What can go wrong at the table, as meanings. Errors of the SDK do not leave this crate.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// Why the table could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else changed it first, is changing it right now, or it is already there.
    #[error("changed meanwhile")]
    Conflict,
    /// What is stored does not have the form it was written with.
    #[error("stored item is corrupt: {0}")]
    Corrupt(String),
    /// The table did not answer, or could not now. Whether a write was applied is not known.
    #[error("table unavailable: {0}")]
    Unavailable(String),
}

impl<E> From<SdkError<E>> for Error
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    fn from(error: SdkError<E>) -> Self {
        match error.as_service_error().and_then(ProvideErrorMetadata::code) {
            Some("ConditionalCheckFailedException" | "TransactionConflictException") => Self::Conflict,
            _ => Self::Unavailable(DisplayErrorContext(&error).to_string()),
        }
    }
}

impl From<serde_dynamo::Error> for Error {
    fn from(error: serde_dynamo::Error) -> Self {
        Self::Corrupt(error.to_string())
    }
}
