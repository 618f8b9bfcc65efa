//! The input of a message: a new draft, or a change of one.

use std::collections::{BTreeMap, BTreeSet};

use domain::ground::id::{EventId, MessageId};
use domain::ground::name;
use domain::message::{MAX_BODY, MAX_RECIPIENTS, Mailbox, Recipient, RecipientRole};
use domain::people::address::EmailAddress;
use domain::people::record::RecordRef;

use super::fill::check_values;
use crate::{Checks, Code, Patch, Refused};

/// The most entries of a message's metadata.
const MAX_METADATA: usize = 20;
/// The longest value of a message's metadata, in characters.
const MAX_METADATA_VALUE: usize = 500;
/// The longest name of a message's metadata, in characters.
const MAX_METADATA_NAME: usize = 64;

/// A new message, or a change of a draft. What is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct MessageChange {
    /// The people it is addressed to.
    pub to: Option<Vec<RecipientInput>>,
    /// The people who get a copy that everybody sees.
    pub cc: Option<Vec<RecipientInput>>,
    /// Blind-copied recipients, hidden from everyone else.
    pub bcc: Option<Vec<RecipientInput>>,
    /// One line, up to 988 octets as it is sent.
    pub subject: Option<String>,
    /// The HTML part, up to 1 MiB.
    pub html: Option<String>,
    /// The text part, up to 1 MiB.
    pub text: Option<String>,
    /// The record that the message is about.
    pub regarding: Patch<RecordRef>,
    /// Whether to track the message.
    pub tracking: Option<bool>,
    /// The mail that it answers.
    pub in_reply_to: Patch<InReplyTo>,
    /// The template that fills subject and body where they are not given.
    pub template: Patch<TemplateUse>,
    /// Names and values that the caller keeps with the message; those without a value are taken away.
    pub metadata: Patch<BTreeMap<String, Option<String>>>,
}

/// A recipient as an author writes it.
#[derive(Debug, Clone)]
pub struct RecipientInput {
    /// One address, without a name.
    pub email: String,
    /// The name as people read it, up to 256 characters.
    pub name: Option<String>,
    /// The CRM's record of this person.
    pub record: Option<RecordRef>,
}

/// A mail that came back to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InReplyTo {
    /// The message that was answered.
    pub message: MessageId,
    /// The answer in that message's timeline.
    pub event: EventId,
}

/// A template and the values for it.
#[derive(Debug, Clone)]
pub struct TemplateUse {
    /// The template's id.
    pub id: String,
    /// Values by name, as texts.
    pub values: BTreeMap<String, String>,
    /// The address of the recipient for whom `recipient.*` is filled.
    pub recipient: Option<String>,
    /// Each copy is filled for its own recipient when it leaves.
    pub per_copy: bool,
}

/// The recipients that a change sets, by field.
pub(super) type ChangedRecipients = Vec<(RecipientRole, Vec<Recipient>)>;

impl MessageChange {
    /// Checks every field and gives the recipients as they were read.
    pub(super) fn check(&mut self) -> Result<ChangedRecipients, Refused> {
        let mut checks = Checks::default();
        let fields = [
            (RecipientRole::To, self.to.take()),
            (RecipientRole::Cc, self.cc.take()),
            (RecipientRole::Bcc, self.bcc.take()),
        ];
        let mut recipients = Vec::new();
        for (role, input) in fields {
            if let Some(input) = input {
                recipients.push((role, read_recipients(&mut checks, role, input)));
            }
        }

        if let Some(subject) = &self.subject {
            checks.keep("/subject", Code::InvalidText, name::subject(subject));
        }
        for (field, part) in [("/html", &self.html), ("/text", &self.text)] {
            if part.as_ref().is_some_and(|part| part.len() > MAX_BODY) {
                checks.add(field, Code::TooLong, "at most 1 MiB");
            }
        }
        if let Some(template) = self.template.value() {
            check_values(&mut checks, "/template/values", &template.values);
        }
        if let Some(metadata) = self.metadata.value() {
            check_metadata(&mut checks, metadata);
        }
        checks.finish()?;
        Ok(recipients)
    }
}

/// The metadata of a message after a change (RFC 7396).
pub(super) fn changed_metadata(
    mut before: BTreeMap<String, String>,
    change: Patch<BTreeMap<String, Option<String>>>,
) -> Result<BTreeMap<String, String>, Refused> {
    let changes = match change {
        Patch::Keep => return Ok(before),
        Patch::Clear => return Ok(BTreeMap::new()),
        Patch::Set(changes) => changes,
    };
    for (name, value) in changes {
        match value {
            Some(value) => before.insert(name, value),
            None => before.remove(&name),
        };
    }
    if before.len() > MAX_METADATA {
        return Err(Refused::field("/metadata", Code::TooMany, format!("at most {MAX_METADATA} entries")));
    }
    Ok(before)
}

fn check_metadata(checks: &mut Checks, metadata: &BTreeMap<String, Option<String>>) {
    let given = metadata.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    for (name, value) in given.take(MAX_METADATA) {
        let field = format!("/metadata/{name}");
        if name.is_empty() || name.chars().count() > MAX_METADATA_NAME {
            checks.add(field, Code::InvalidText, format!("a name has 1 to {MAX_METADATA_NAME} characters"));
        } else if value.chars().count() > MAX_METADATA_VALUE {
            checks.add(field, Code::TooLong, format!("at most {MAX_METADATA_VALUE} characters"));
        }
    }
}

fn read_recipients(checks: &mut Checks, role: RecipientRole, input: Vec<RecipientInput>) -> Vec<Recipient> {
    let field = role.as_str();
    if input.len() > MAX_RECIPIENTS {
        checks.add(format!("/{field}"), Code::TooManyRecipients, TOO_MANY);
        return Vec::new();
    }
    let read = |(n, input): (usize, RecipientInput)| input.read(checks, role, &format!("/{field}/{n}"));
    input.into_iter().enumerate().filter_map(read).collect()
}

impl RecipientInput {
    /// Checks the fields of a recipient at a place in the input.
    pub fn read(self, checks: &mut Checks, role: RecipientRole, at: &str) -> Option<Recipient> {
        let email = checks.keep(format!("{at}/email"), Code::InvalidAddress, EmailAddress::parse(&self.email));
        let name = self.name.filter(|name| !name.trim().is_empty());
        if let Some(name) = &name {
            checks.keep(format!("{at}/name"), Code::InvalidText, name::display_name(name));
        }
        let mailbox = Mailbox { email: email?, name };
        Some(Recipient { role, mailbox, record: self.record })
    }
}

const TOO_MANY: &str = "at most 50 recipients: Telltale is for one-to-one and small-audience mail, not for bulk mail";

/// Puts the changed fields in place and keeps the order To, Cc, Bcc.
pub(super) fn replace_recipients(
    current: &[Recipient],
    changed: &ChangedRecipients,
) -> Result<Vec<Recipient>, Refused> {
    let mut all = Vec::new();
    for role in RecipientRole::ALL {
        match changed.iter().find(|(changed, _)| *changed == role) {
            Some((_, recipients)) => all.extend(recipients.iter().cloned()),
            None => all.extend(current.iter().filter(|recipient| recipient.role == role).cloned()),
        }
    }
    if all.len() > MAX_RECIPIENTS {
        return Err(Refused::field("/to", Code::TooManyRecipients, TOO_MANY));
    }

    let mut seen = BTreeSet::new();
    for (n, recipient) in all.iter().enumerate() {
        if !seen.insert(recipient.mailbox.email.key()) {
            let field = format!("{}/email", place(&all, n));
            return Err(Refused::field(field, Code::DuplicateRecipient, "this address is there twice"));
        }
    }
    Ok(all)
}

/// The path of a recipient in the input.
pub(super) fn place(all: &[Recipient], n: usize) -> String {
    let role = all[n].role;
    let before = all[..n].iter().filter(|recipient| recipient.role == role).count();
    format!("/{}/{before}", role.as_str())
}
