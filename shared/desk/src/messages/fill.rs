//! Fills a template: from the recipient, the sender, the record it is about, and the values that were given.

use std::collections::BTreeMap;

use domain::ground::name;
use domain::message::template::Template;
use domain::message::{Body, MAX_BODY, Mailbox, Recipient, RecipientRole};
use domain::people::address::EmailAddress;
use domain::people::record::{Record, RecordRef};
use mail::merge::{self, Filled, Kind, Path, Root};

use super::body;
use crate::{Actor, Checks, Code, Desk, Refused};

/// The most values of one use.
const MAX_VALUES: usize = 100;
/// The longest value, in characters.
const MAX_VALUE: usize = 10_000;

/// The values that a template can name.
pub struct TemplateValues<'a> {
    recipient: Option<&'a Recipient>,
    sender: &'a Mailbox,
    /// The record of the recipient.
    own: Option<NamedRecord>,
    /// The record that the message is about.
    regarding: Option<NamedRecord>,
    given: &'a BTreeMap<String, String>,
}

/// A record that is named, whether it is there or not.
struct NamedRecord {
    reference: RecordRef,
    record: Option<Record>,
}

impl<'a> TemplateValues<'a> {
    /// Reads the records: the recipient's, and the one that the message is about.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn read(
        desk: &Desk,
        actor: &'a Actor,
        recipient: Option<&'a Recipient>,
        regarding: Option<RecordRef>,
        given: &'a BTreeMap<String, String>,
    ) -> Result<Self, Refused> {
        let regarding = match regarding {
            Some(reference) => Some(NamedRecord::read(desk, actor, reference).await?),
            None => None,
        };
        let own = match recipient {
            Some(Recipient { record: Some(reference), .. }) => {
                Some(NamedRecord::read(desk, actor, reference.clone()).await?)
            }
            Some(recipient) => {
                let found = desk.store.records_with(actor.org, &recipient.mailbox.email).await?;
                let first = found.into_iter().next();
                first.map(|record| NamedRecord { reference: record.reference.clone(), record: Some(record) })
            }
            None => None,
        };
        Ok(Self { recipient, sender: &actor.user()?.mailbox, own, regarding, given })
    }

    pub(super) fn lookup(&self, path: &Path) -> Option<String> {
        let name = path.name.as_str();
        match (path.root, name.strip_prefix("record.")) {
            (Root::Recipient, Some(name)) => self.own.as_ref()?.value(name),
            (Root::Recipient, None) => {
                of_mailbox(&self.recipient?.mailbox, name).or_else(|| self.own.as_ref()?.value(name))
            }
            (Root::Sender, _) => of_mailbox(self.sender, name),
            (Root::Regarding, _) => self.regarding.as_ref()?.value(name),
            (Root::Record, _) => self.regarding.as_ref().or(self.own.as_ref())?.value(name),
            (Root::Values, _) => self.given.get(name).cloned(),
        }
    }

    /// The field of the input that would have given a value, below `values`.
    fn field(&self, path: &Path, values: &str) -> String {
        match path.root {
            Root::Values => format!("{values}/{}", path.name),
            Root::Recipient if self.recipient.is_some() => {
                format!("/to/0/{}", path.name.split('.').next().unwrap_or_default())
            }
            Root::Recipient => "/to".to_owned(),
            Root::Regarding | Root::Record => "/regarding".to_owned(),
            Root::Sender => String::new(),
        }
    }
}

impl NamedRecord {
    async fn read(desk: &Desk, actor: &Actor, reference: RecordRef) -> Result<Self, Refused> {
        let record = desk.store.record(actor.org, &reference).await?;
        Ok(Self { reference, record })
    }

    fn value(&self, name: &str) -> Option<String> {
        match name {
            "type" => return Some(self.reference.kind.as_str().to_owned()),
            "id" => return Some(self.reference.id.as_str().to_owned()),
            _ => {}
        }
        let record = self.record.as_ref()?;
        let address = record.address.as_ref();
        match name {
            "name" => Some(record.name.clone()),
            "email" => record.emails.first().map(|email| email.as_str().to_owned()),
            "phone" => record.phone.clone(),
            "street" => address?.street.clone(),
            "city" => address?.city.clone(),
            "region" => address?.region.clone(),
            "postal_code" => address?.postal_code.clone(),
            "country" => address?.country.clone(),
            "time_zone" => record.time_zone.clone(),
            "account" => record.account.as_ref().map(|account| account.as_str().to_owned()),
            "url" => record.url.clone(),
            "outcome" => record.outcome.map(|outcome| outcome.as_str().to_owned()),
            _ => record.fields.get(name.strip_prefix("fields.")?).cloned(),
        }
    }
}

fn of_mailbox(mailbox: &Mailbox, name: &str) -> Option<String> {
    if name == "email" { Some(mailbox.email.as_str().to_owned()) } else { mailbox.name.clone() }
}

/// A filled template.
#[derive(Debug)]
pub struct FilledTemplate {
    /// The subject.
    pub subject: String,
    /// Both parts.
    pub body: Body,
    /// The placeholders that there is no value for. They stand in the text as the template has them.
    pub missing: Vec<Path>,
    refused: Vec<Path>,
    /// The template names its recipient.
    names_recipient: bool,
}

/// The parts of a draft that a template fills.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    pub(super) subject: bool,
    pub(super) body: bool,
    /// The message goes to several, and nobody said which of them the template means.
    pub(super) several: bool,
}

/// The parts of a draft that a template filled.
pub(super) struct FilledDraft {
    pub(super) subject: Option<String>,
    pub(super) body: Option<Body>,
}

/// True when more than one person is addressed.
pub(super) fn is_for_several(recipients: &[Recipient]) -> bool {
    recipients.iter().filter(|recipient| recipient.role == RecipientRole::To).count() > 1
}

/// The recipient that `recipient.*` stands for: the one that was chosen, else the first.
pub(super) fn chosen<'a>(recipients: &'a [Recipient], email: Option<&str>) -> Result<Option<&'a Recipient>, Refused> {
    let Some(email) = email else { return Ok(recipients.first()) };
    let wrong = |detail: &dyn std::fmt::Display| Refused::field("/template/recipient", Code::InvalidAddress, detail);
    let email = EmailAddress::parse(email).map_err(|error| wrong(&error))?;
    let found = recipients.iter().find(|recipient| recipient.mailbox.email.key() == email.key());
    found.map(Some).ok_or_else(|| wrong(&"the message does not go to this address"))
}

/// Fills the wanted parts of a draft. Every value has to be there.
pub(super) fn draft(template: &Template, values: &TemplateValues<'_>, wanted: Wanted) -> Result<FilledDraft, Refused> {
    let filled = fill(template, values, wanted.subject, wanted.body)?;
    if wanted.several && filled.names_recipient {
        let detail = "the template names its recipient, and the message goes to several: say which one it means";
        return Err(Refused::field("/template/recipient", Code::AmbiguousRecipient, detail));
    }
    filled.check(values, "/template/values", false)?;

    let subject = wanted.subject.then_some(filled.subject);
    if let Some(subject) = &subject {
        name::subject(subject).map_err(|error| Refused::field("/template", Code::InvalidText, error))?;
    }
    let body = wanted.body.then_some(filled.body);
    if body.as_ref().is_some_and(|body| body.html.len().max(body.text.len()) > MAX_BODY) {
        return Err(Refused::field("/template", Code::TooLong, "at most 1 MiB when filled"));
    }
    Ok(FilledDraft { subject, body })
}

fn fill(
    template: &Template,
    values: &TemplateValues<'_>,
    subject: bool,
    body: bool,
) -> Result<FilledTemplate, Refused> {
    let mut missing = Vec::new();
    let mut refused = Vec::new();
    let names_recipient = std::cell::Cell::new(false);
    let lookup = |path: &Path| {
        if path.root == Root::Recipient {
            names_recipient.set(true);
        }
        values.lookup(path)
    };
    let mut part = |kind, source: Option<&str>| -> Result<Option<String>, Refused> {
        let Some(source) = source else { return Ok(None) };
        let parsed = merge::Template::parse(kind, source)
            .map_err(|error| Refused::because(Code::InvalidTemplate, error.to_string()))?;
        let filled: Filled = parsed.fill(&lookup);
        add(&mut missing, filled.missing);
        add(&mut refused, filled.refused);
        Ok(Some(filled.text))
    };

    let subject = part(Kind::Subject, subject.then_some(template.subject.as_str()))?.unwrap_or_default();
    let html = part(Kind::Html, template.html.as_deref().filter(|_| body))?;
    let text = part(Kind::Text, template.text.as_deref().filter(|_| body))?;
    let body = body::changed(&Body::empty(), html, text).unwrap_or_else(Body::empty);
    Ok(FilledTemplate { subject, body, missing, refused, names_recipient: names_recipient.get() })
}

fn add(all: &mut Vec<Path>, more: Vec<Path>) {
    for path in more {
        if !all.contains(&path) {
            all.push(path);
        }
    }
}

impl FilledTemplate {
    /// A preview of a template.
    ///
    /// # Errors
    /// [`Code::InvalidValue`] when a value that begins an address is no whole address.
    pub fn preview(template: &Template, values: &TemplateValues<'_>) -> Result<Self, Refused> {
        let filled = fill(template, values, true, true)?;
        filled.check(values, "/values", true)?;
        Ok(filled)
    }

    /// Refuses values that must begin an address and do not; and missing ones, unless it is only a preview.
    fn check(&self, values: &TemplateValues<'_>, at: &str, preview: bool) -> Result<(), Refused> {
        let mut checks = Checks::default();
        if !preview {
            for path in &self.missing {
                checks.add(values.field(path, at), Code::MissingValue, format!("the template needs `{path}`"));
            }
        }
        for path in &self.refused {
            let detail = format!("`{path}` must be a whole address: http:, https:, mailto: or tel:");
            checks.add(values.field(path, at), Code::InvalidValue, detail);
        }
        checks.finish()
    }
}

/// Checks the size of the values that were given.
pub fn check_values(checks: &mut Checks, at: &str, values: &BTreeMap<String, String>) {
    if values.len() > MAX_VALUES {
        checks.add(at, Code::TooMany, "at most 100 values");
    }
    let long = values.iter().filter(|(_, value)| value.chars().count() > MAX_VALUE);
    for (name, _) in long.take(MAX_VALUES) {
        checks.add(format!("{at}/{name}"), Code::TooLong, "at most 10,000 characters");
    }
}
