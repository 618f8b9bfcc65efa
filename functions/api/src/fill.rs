//! Fills a template: with whom it goes to, who writes it, what it is about, and the values that were given.

use std::collections::BTreeMap;

use domain::message::template::Template;
use domain::message::{Body, Mailbox, Recipient};
use domain::people::record::{Record, RecordRef};
use mail::merge::{self, Filled, Kind, Path, Root};
use serde::Deserialize;

use crate::App;
use crate::caller::Caller;
use crate::input::Checks;
use crate::problem::ApiError;

/// The most values of one use.
const MAX_VALUES: usize = 100;
/// The longest value, in characters.
const MAX_VALUE: usize = 10_000;

/// A value as an author gives it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Value {
    /// As it is.
    Text(String),
    /// As JSON writes it.
    Number(serde_json::Number),
    /// `true` or `false`.
    Bool(bool),
}

/// What the values of a template come from.
pub(crate) struct Scope<'a> {
    recipient: Option<&'a Recipient>,
    sender: &'a Mailbox,
    about: Option<RecordRef>,
    record: Option<Record>,
    values: &'a BTreeMap<String, Value>,
}

impl<'a> Scope<'a> {
    /// Reads the record: what it is about, else the recipient's.
    pub(crate) async fn read(
        app: &App,
        caller: &'a Caller,
        recipient: Option<&'a Recipient>,
        regarding: Option<RecordRef>,
        values: &'a BTreeMap<String, Value>,
    ) -> Result<Self, ApiError> {
        let about = regarding.or_else(|| recipient.and_then(|recipient| recipient.record.clone()));
        let record = match (&about, recipient) {
            (Some(about), _) => app.store.record(caller.org, about).await?,
            (None, Some(recipient)) => {
                let found = app.store.records_with(caller.org, &recipient.mailbox.email).await?;
                found.into_iter().next()
            }
            (None, None) => None,
        };
        let about = about.or_else(|| record.as_ref().map(|record| record.reference.clone()));
        Ok(Self { recipient, sender: &caller.user.mailbox, about, record, values })
    }

    fn lookup(&self, path: &Path) -> Option<String> {
        match path.root {
            Root::Recipient => of_mailbox(&self.recipient?.mailbox, &path.name),
            Root::Sender => of_mailbox(self.sender, &path.name),
            Root::Record => self.of_record(&path.name),
            Root::Values => self.values.get(&path.name).map(|value| match value {
                Value::Text(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
            }),
        }
    }

    fn of_record(&self, name: &str) -> Option<String> {
        let about = self.about.as_ref()?;
        match name {
            "type" => return Some(about.kind.as_str().to_owned()),
            "id" => return Some(about.id.as_str().to_owned()),
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
            _ => None,
        }
    }

    /// The field of a request that would have given a value, below `values`.
    fn pointer(&self, path: &Path, values: &str) -> String {
        match path.root {
            Root::Values => format!("{values}/{}", path.name),
            Root::Recipient if self.recipient.is_some() => format!("/to/0/{}", path.name),
            Root::Recipient => "/to".to_owned(),
            Root::Record => "/regarding".to_owned(),
            Root::Sender => String::new(),
        }
    }
}

fn of_mailbox(mailbox: &Mailbox, name: &str) -> Option<String> {
    if name == "email" { Some(mailbox.email.as_str().to_owned()) } else { mailbox.name.clone() }
}

/// A filled template.
pub(crate) struct Draft {
    pub(crate) subject: String,
    pub(crate) body: Body,
    pub(crate) missing: Vec<Path>,
    refused: Vec<Path>,
}

/// Which parts are wanted.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) subject: bool,
    pub(crate) body: bool,
}

/// Fills the wanted parts.
pub(crate) fn fill(template: &Template, scope: &Scope<'_>, wanted: Wanted) -> Result<Draft, ApiError> {
    let mut problems = (Vec::new(), Vec::new());
    let mut part = |kind, source: Option<&str>, wanted: bool| -> Result<Option<String>, ApiError> {
        let Some(source) = source.filter(|_| wanted) else { return Ok(None) };
        let parsed = merge::Template::parse(kind, source)
            .map_err(|error| ApiError::unprocessable("invalid_template", error.to_string()))?;
        let Filled { text, missing, refused } = parsed.fill(&|path| scope.lookup(path));
        add(&mut problems.0, missing);
        add(&mut problems.1, refused);
        Ok(Some(text))
    };
    let subject = part(Kind::Subject, Some(&template.subject), wanted.subject)?.unwrap_or_default();
    let html = part(Kind::Html, template.html.as_deref(), wanted.body)?;
    let text = part(Kind::Text, template.text.as_deref(), wanted.body)?;
    let body = crate::compose::body(html, text).unwrap_or_else(Body::empty);
    let (missing, refused) = problems;
    Ok(Draft { subject, body, missing, refused })
}

fn add(all: &mut Vec<Path>, more: Vec<Path>) {
    for path in more {
        if !all.contains(&path) {
            all.push(path);
        }
    }
}

impl Draft {
    /// Refuses values that must begin an address and do not; and missing ones, unless it is only a preview.
    pub(crate) fn check(&self, scope: &Scope<'_>, values: &str, preview: bool) -> Result<(), ApiError> {
        let mut checks = Checks::default();
        for path in self.missing.iter().filter(|_| !preview) {
            checks.add(scope.pointer(path, values), "missing_value", format!("the template needs `{path}`"));
        }
        for path in &self.refused {
            let detail = format!("`{path}` must be a whole address: http:, https:, mailto: or tel:");
            checks.add(scope.pointer(path, values), "invalid_value", detail);
        }
        checks.finish()
    }
}

/// Checks the size of what was given.
pub(crate) fn check_values(checks: &mut Checks, at: &str, values: &BTreeMap<String, Value>) {
    if values.len() > MAX_VALUES {
        checks.add(at, "too_many", "at most 100 values");
    }
    let long = |value: &Value| matches!(value, Value::Text(text) if text.chars().count() > MAX_VALUE);
    for name in values.iter().filter(|(_, value)| long(value)).map(|(name, _)| name).take(MAX_VALUES) {
        checks.add(format!("{at}/{name}"), "too_long", "at most 10,000 characters");
    }
}
