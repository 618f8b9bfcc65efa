//! Messages: their inputs, their views, and the operations on them.

pub(crate) mod attachments;
pub(crate) mod check;
pub(crate) mod drafts;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod owner;
pub(crate) mod reminder;
pub(crate) mod replies;
pub(crate) mod schedule;
pub(crate) mod sending;
pub(crate) mod timeline;
pub(crate) mod tracking;
pub(crate) mod view;
