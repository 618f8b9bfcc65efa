//! The people and records that a message names.

use domain::message::{Mailbox, Recipient};
use domain::people::consent::Decider;
use domain::people::record::RecordRef;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::schema::RecordTypeWord;

/// The author of a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Owner)]
pub(crate) struct OwnerView {
    pub(super) id: String,
    pub(super) name: Option<String>,
}

/// A name and an address.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mailbox)]
pub(crate) struct MailboxView {
    #[schema(format = Email)]
    pub(super) email: String,
    name: Option<String>,
}

/// A recipient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recipient)]
pub(crate) struct RecipientView {
    #[schema(format = Email)]
    pub(super) email: String,
    name: Option<String>,
    record: Option<RecordView>,
}

/// A record of the CRM, by type and id.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RecordRef)]
pub(crate) struct RecordView {
    #[serde(rename = "type")]
    #[schema(value_type = RecordTypeWord)]
    pub(crate) kind: String,
    /// The CRM's own id.
    pub(crate) id: String,
}

/// A record whose preference decides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decider)]
pub(crate) struct DeciderView {
    #[serde(rename = "type")]
    #[schema(value_type = RecordTypeWord)]
    kind: String,
    /// The CRM's own id.
    id: String,
    name: String,
}

impl From<Decider> for DeciderView {
    fn from(decider: Decider) -> Self {
        let Decider { record, name } = decider;
        Self { kind: record.kind.into(), id: record.id.into(), name }
    }
}

impl From<&Mailbox> for MailboxView {
    fn from(mailbox: &Mailbox) -> Self {
        Self { email: mailbox.email.as_str().to_owned(), name: mailbox.name.clone() }
    }
}

impl From<&RecordRef> for RecordView {
    fn from(record: &RecordRef) -> Self {
        Self { kind: record.kind.as_str().to_owned(), id: record.id.as_str().to_owned() }
    }
}

impl From<&Recipient> for RecipientView {
    fn from(recipient: &Recipient) -> Self {
        let Mailbox { email, name } = &recipient.mailbox;
        Self { email: email.as_str().to_owned(), name: name.clone(), record: recipient.record.as_ref().map(Into::into) }
    }
}
