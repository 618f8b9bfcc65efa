//! What an author sends, checked field by field, and what becomes of a draft by it.

use std::collections::{BTreeMap, BTreeSet};

use domain::ground::id::{EventId, MessageId, TemplateId};
use domain::ground::name;
use domain::message::{Body, MAX_BODY, MAX_RECIPIENTS, Mailbox, Recipient, RecipientRole};
use domain::people::address::EmailAddress;
use domain::people::record::RecordRef;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::App;
use crate::caller::Caller;
use crate::fill::{self, Scope, Value, Wanted};
use crate::input::{Checks, nullable};
use crate::problem::ApiError;

/// A new message, or a change of a draft: what is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageInput {
    /// Whom it is addressed to. With `cc` and `bcc` 50 at most.
    to: Option<Vec<RecipientInput>>,
    /// Who gets a copy, for all to see.
    cc: Option<Vec<RecipientInput>>,
    /// Who gets a copy, for nobody to see.
    bcc: Option<Vec<RecipientInput>>,
    /// One line, up to 988 octets as it is sent.
    subject: Option<String>,
    /// Up to 1 MiB. Derived from `text` when only that is given.
    html: Option<String>,
    /// Up to 1 MiB. Derived from `html` when only that is given.
    text: Option<String>,
    /// The record it is about; null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<RecordView>)]
    regarding: Option<Option<RecordRef>>,
    /// Follow the message; the organisation's default when left out.
    tracking: Option<bool>,
    /// The mail that it answers; null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<InReplyTo>)]
    in_reply_to: Option<Option<InReplyTo>>,
    /// Fills subject and body, where they are not given themselves; null forgets which template it was.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<TemplateUse>)]
    template: Option<Option<TemplateUse>>,
}

/// A mail that came back to a message.
#[derive(Debug, Clone, Deserialize, serde::Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InReplyTo {
    /// The message that was answered.
    #[schema(value_type = String)]
    pub(crate) message: MessageId,
    /// The answer: the id of an event in that message's timeline.
    #[schema(value_type = String)]
    pub(crate) event: EventId,
}

/// A template and the values for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateUse {
    /// Its id.
    id: String,
    /// Values by name: texts, numbers, true or false.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: BTreeMap<String, Value>,
}

/// A record of the CRM.
#[derive(Debug, Clone, serde::Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// `contact`, `lead`, `account` or `opportunity`.
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// The CRM's own id.
    pub(crate) id: String,
}

/// A recipient as an author writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecipientInput {
    /// One address, without a name.
    email: String,
    /// As people read it, up to 256 characters.
    name: Option<String>,
    /// The CRM's record of this person.
    #[schema(value_type = Option<RecordView>)]
    record: Option<RecordRef>,
}

/// What of a draft is to be changed.
#[derive(Debug, Default)]
pub(crate) struct Change {
    /// All recipients of one field.
    pub(crate) recipients: Vec<(RecipientRole, Vec<Recipient>)>,
    /// The subject.
    pub(crate) subject: Option<String>,
    /// The two parts; a part that was not given is derived from the other.
    pub(crate) body: Option<Body>,
    /// What it is about.
    pub(crate) regarding: Option<Option<RecordRef>>,
    /// Whether to follow it.
    pub(crate) tracking: Option<bool>,
    /// What it answers.
    pub(crate) in_reply_to: Option<Option<InReplyTo>>,
    /// The template to fill it from.
    template: Option<Option<TemplateUse>>,
}

impl MessageInput {
    /// Checks every field.
    ///
    /// # Errors
    /// All fields that are wrong, each with its pointer.
    pub(crate) fn check(self) -> Result<Change, ApiError> {
        let mut checks = Checks::default();
        let mut recipients = Vec::new();
        for (role, field, input) in [
            (RecipientRole::To, "/to", self.to),
            (RecipientRole::Cc, "/cc", self.cc),
            (RecipientRole::Bcc, "/bcc", self.bcc),
        ] {
            if let Some(input) = input {
                recipients.push((role, read_recipients(&mut checks, role, field, input)));
            }
        }
        if let Some(subject) = &self.subject {
            checks.keep("/subject", "invalid_text", name::subject(subject));
        }
        for (pointer, part) in [("/html", &self.html), ("/text", &self.text)] {
            if part.as_ref().is_some_and(|part| part.len() > MAX_BODY) {
                checks.add(pointer, "too_long", "at most 1 MiB");
            }
        }
        if let Some(Some(template)) = &self.template {
            fill::check_values(&mut checks, "/template/values", &template.values);
        }
        checks.finish()?;
        let (body, template) = (body(self.html, self.text), self.template);
        let (regarding, tracking, in_reply_to) = (self.regarding, self.tracking, self.in_reply_to);
        Ok(Change { recipients, subject: self.subject, body, regarding, tracking, in_reply_to, template })
    }
}

/// The two parts of a body, of which one may be missing.
pub(crate) fn body(html: Option<String>, text: Option<String>) -> Option<Body> {
    match (html, text) {
        (None, None) => None,
        (Some(html), Some(text)) => Some(Body { html, text }),
        (Some(html), None) => Some(Body { text: mail::text::from_html(&html), html }),
        (None, Some(text)) => Some(Body { html: mail::text::to_html(&text), text }),
    }
}

fn read_recipients(
    checks: &mut Checks,
    role: RecipientRole,
    field: &str,
    input: Vec<RecipientInput>,
) -> Vec<Recipient> {
    if input.len() > MAX_RECIPIENTS {
        checks.add(field, "too_many_recipients", TOO_MANY);
        return Vec::new();
    }
    let read = |(n, input)| read_recipient(checks, role, &format!("{field}/{n}"), input);
    input.into_iter().enumerate().filter_map(read).collect()
}

impl RecipientInput {
    /// Checks the fields of somebody addressed.
    pub(crate) fn read(self, checks: &mut Checks, at: &str) -> Option<Recipient> {
        read_recipient(checks, RecipientRole::To, at, self)
    }
}

fn read_recipient(checks: &mut Checks, role: RecipientRole, at: &str, input: RecipientInput) -> Option<Recipient> {
    let email = checks.keep(format!("{at}/email"), "invalid_address", EmailAddress::parse(&input.email));
    let name = input.name.filter(|name| !name.trim().is_empty());
    if let Some(name) = &name {
        checks.keep(format!("{at}/name"), "invalid_text", name::display_name(name));
    }
    Some(Recipient { role, mailbox: Mailbox { email: email?, name }, record: input.record })
}

impl Change {
    /// Fills what was not given itself from the template, for a draft with these recipients about this record. Gives the
    /// template that the draft is made from, if that changes.
    ///
    /// # Errors
    /// When there is no such template, or a value is missing.
    pub(crate) async fn fill(
        &mut self,
        app: &App,
        caller: &Caller,
        recipients: &[Recipient],
        regarding: Option<&RecordRef>,
    ) -> Result<Option<Option<TemplateId>>, ApiError> {
        let Some(TemplateUse { id, values }) = (match self.template.take() {
            None => return Ok(None),
            Some(template) => template,
        }) else {
            return Ok(Some(None));
        };
        let unknown = || ApiError::field("/template/id", "unknown_template", "there is no such template");
        let id: TemplateId = id.parse().map_err(|_| unknown())?;
        let template = app.store.template(caller.org, id).await?.ok_or_else(unknown)?;
        let scope = Scope::read(app, caller, recipients.first(), regarding.cloned(), &values).await?;
        let wanted = Wanted { subject: self.subject.is_none(), body: self.body.is_none() };
        let draft = fill::fill(&template, &scope, wanted)?;
        draft.check(&scope, "/template/values", false)?;
        if wanted.subject {
            name::subject(&draft.subject).map_err(|e| ApiError::field("/template", "invalid_text", e.to_string()))?;
            self.subject = Some(draft.subject);
        }
        if wanted.body {
            if draft.body.html.len().max(draft.body.text.len()) > MAX_BODY {
                return Err(ApiError::field("/template", "too_long", "at most 1 MiB when filled"));
            }
            self.body = Some(draft.body);
        }
        Ok(Some(Some(id)))
    }
}

const TOO_MANY: &str = "at most 50 recipients: Telltale is for one-to-one and small-audience mail, not for bulk mail";

/// Puts the changed fields in place and keeps the order To, Cc, Bcc.
///
/// # Errors
/// When there are too many recipients, or one of them twice.
pub(crate) fn replace_recipients(
    current: &[Recipient],
    changed: &[(RecipientRole, Vec<Recipient>)],
) -> Result<Vec<Recipient>, ApiError> {
    let mut all = Vec::new();
    for role in [RecipientRole::To, RecipientRole::Cc, RecipientRole::Bcc] {
        match changed.iter().find(|(changed, _)| *changed == role) {
            Some((_, recipients)) => all.extend(recipients.iter().cloned()),
            None => all.extend(current.iter().filter(|recipient| recipient.role == role).cloned()),
        }
    }
    if all.len() > MAX_RECIPIENTS {
        return Err(ApiError::field("/to", "too_many_recipients", TOO_MANY));
    }
    let mut seen = BTreeSet::new();
    match all.iter().enumerate().find(|(_, recipient)| !seen.insert(recipient.mailbox.email.key())) {
        Some((n, recipient)) => {
            Err(ApiError::field(&place(&all, n, recipient.role), "duplicate_recipient", "this address is there twice"))
        }
        None => Ok(all),
    }
}

fn place(all: &[Recipient], n: usize, role: RecipientRole) -> String {
    let before = all[..n].iter().filter(|recipient| recipient.role == role).count();
    let field = match role {
        RecipientRole::To => "to",
        RecipientRole::Cc => "cc",
        RecipientRole::Bcc => "bcc",
    };
    format!("/{field}/{before}/email")
}
