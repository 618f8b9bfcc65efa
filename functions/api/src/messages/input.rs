//! A message as a caller writes it.

use std::collections::BTreeMap;

use desk::Patch;
use desk::messages::{InReplyTo, MessageChange, RecipientInput, TemplateUse};
use domain::ground::id::{EventId, MessageId};
use domain::people::record::RecordRef;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::view::{InReplyToView, RecordView};
use crate::http::schema::patch;

/// A new message, or a change of a draft: what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MessageInput)]
pub(crate) struct MessageBody {
    /// The people it is addressed to. With `cc` and `bcc` 50 at most.
    #[schema(max_items = 50)]
    to: Option<Vec<RecipientBody>>,
    /// The people who get a copy that everybody sees.
    #[schema(max_items = 50)]
    cc: Option<Vec<RecipientBody>>,
    /// Blind-copied recipients, hidden from everyone else.
    #[schema(max_items = 50)]
    bcc: Option<Vec<RecipientBody>>,
    /// One line, up to 988 octets as it is sent.
    #[schema(example = "Our offer")]
    subject: Option<String>,
    /// Up to 1 MiB. Derived from `text` when only that is given.
    #[schema(max_length = 1_048_576, example = "<p>Dear Ann, <a href=\"https://example.com/offer\">our offer</a></p>")]
    html: Option<String>,
    /// Up to 1 MiB. Derived from `html` when only that is given.
    #[schema(max_length = 1_048_576)]
    text: Option<String>,
    /// The record it is about; null for none.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<RecordView>)]
    regarding: Patch<RecordRef>,
    /// Track the message; the organisation's default when left out.
    tracking: Option<bool>,
    /// The mail that it answers; null for none.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<InReplyToView>)]
    in_reply_to: Patch<InReplyToBody>,
    /// The template that fills subject and body where they are not given; null forgets which template it was.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<TemplateUseBody>)]
    template: Patch<TemplateUseBody>,
    /// Up to 20 names and values that the caller keeps with the message, of 64 and 500 characters. A change adds to them or
    /// replaces them; null takes an entry away, or all of them.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<BTreeMap<String, Option<String>>>)]
    metadata: Patch<BTreeMap<String, Option<String>>>,
}

/// A mail that came back to a message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct InReplyToBody {
    message: MessageId,
    event: EventId,
}

/// A template and the values for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateUse)]
pub(crate) struct TemplateUseBody {
    /// The template's id.
    id: String,
    /// Values by name: texts, numbers, true or false. Numbers keep the digits they are written with; null is an empty text.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: BTreeMap<String, TemplateValue>,
    /// The address of the recipient for whom `recipient.*` is filled. This or `per_copy` is needed when the message is addressed
    /// to several and the template names its recipient.
    #[schema(format = Email)]
    recipient: Option<String>,
    /// Each copy is filled for its own recipient when it leaves. The draft shows the first.
    #[serde(default)]
    #[schema(default = false)]
    per_copy: bool,
}

/// A recipient as an author writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RecipientInput)]
pub(crate) struct RecipientBody {
    /// One address, without a name.
    #[schema(format = Email, example = "ann@example.org")]
    email: String,
    /// The name as people read it, up to 256 characters. The record's when left out.
    #[schema(max_length = 256)]
    name: Option<String>,
    /// The CRM's record of this person. Looked up by address when left out.
    #[schema(value_type = Option<RecordView>)]
    record: Option<RecordRef>,
}

/// A value for a template, as text.
#[derive(Debug)]
pub(crate) struct TemplateValue(String);

impl<'de> Deserialize<'de> for TemplateValue {
    /// Keeps the digits of a number: a price of 1.10 is not 1.1.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let json = raw.get();
        match json.as_bytes().first() {
            Some(b'"') => serde_json::from_str(json).map(Self).map_err(serde::de::Error::custom),
            Some(b'n') => Ok(Self(String::new())),
            Some(b'[' | b'{') => Err(serde::de::Error::custom("expected a text, a number, true or false")),
            _ => Ok(Self(json.to_owned())),
        }
    }
}

/// The values of a template as the desk takes them.
pub(crate) fn texts(values: BTreeMap<String, TemplateValue>) -> BTreeMap<String, String> {
    values.into_iter().map(|(name, TemplateValue(text))| (name, text)).collect()
}

impl From<RecipientBody> for RecipientInput {
    fn from(body: RecipientBody) -> Self {
        let RecipientBody { email, name, record } = body;
        Self { email, name, record }
    }
}

impl From<MessageBody> for MessageChange {
    fn from(body: MessageBody) -> Self {
        let recipients = |field: Option<Vec<RecipientBody>>| field.map(|all| all.into_iter().map(Into::into).collect());
        let in_reply_to = |InReplyToBody { message, event }| InReplyTo { message, event };
        let template = |TemplateUseBody { id, values, recipient, per_copy }| TemplateUse {
            id,
            values: texts(values),
            recipient,
            per_copy,
        };
        Self {
            to: recipients(body.to),
            cc: recipients(body.cc),
            bcc: recipients(body.bcc),
            subject: body.subject,
            html: body.html,
            text: body.text,
            regarding: body.regarding,
            tracking: body.tracking,
            in_reply_to: body.in_reply_to.map(in_reply_to),
            template: body.template.map(template),
            metadata: body.metadata,
        }
    }
}
