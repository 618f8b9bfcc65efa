//! The routes, one file for each resource.

pub(crate) mod activities;
pub(crate) mod attachments;
pub(crate) mod cards;
pub(crate) mod consent;
pub(crate) mod delivery_time;
pub(crate) mod images;
pub(crate) mod list;
pub(crate) mod me;
pub(crate) mod messages;
pub(crate) mod people;
pub(crate) mod records;
pub(crate) mod reminders;
pub(crate) mod schedule;
pub(crate) mod sending;
pub(crate) mod settings;
pub(crate) mod suppressions;
pub(crate) mod templates;
mod thread;
pub(crate) mod timeline;
pub(crate) mod tracking;

pub(crate) use crate::document;

use aws::store::StoredMessage;
use domain::ground::id::MessageId;

use crate::App;
use crate::caller::Caller;
use crate::problem::ApiError;

/// The message that a path names. What belongs to another tenant is as little there as what does not exist.
pub(crate) async fn stored(app: &App, caller: &Caller, id: &str) -> Result<StoredMessage, ApiError> {
    let id: MessageId = id.parse().map_err(|_| ApiError::not_found())?;
    let stored = app.store.message(id).await?;
    stored.filter(|stored| stored.message.org == caller.org).ok_or_else(ApiError::not_found)
}
