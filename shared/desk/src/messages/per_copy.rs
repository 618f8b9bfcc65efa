//! Templates that are filled for each copy: the draft shows the first, and each recipient gets their own.
//!
//! The source of the template lies beside the text that the draft shows. *Send* looks up the values of each recipient, and the
//! sender fills in what was found, so what was checked is what leaves.

use std::collections::BTreeMap;

use domain::ground::name;
use domain::message::template::PerCopy;
use domain::message::{Body, MAX_BODY, Message, Recipient};
use domain::people::record::RecordRef;
use domain::team::permission::Role;
use domain::team::user::User;
use futures::stream::{self, StreamExt, TryStreamExt};
use mail::merge::{self, FilledCopy, Path, Root, filled_copy};

use super::fill::TemplateValues;
use super::input::{MessageChange, place};
use crate::{Actor, Checks, Code, Desk, Refused};

/// How many recipients are looked up at once.
const AT_ONCE: usize = 10;

impl Desk {
    /// The body with the values of each recipient, as they are now. Any other body stays as it is.
    pub(super) async fn with_recipients(
        &self,
        actor: &Actor,
        message: &Message,
        mut body: Body,
    ) -> Result<Body, Refused> {
        if let Some(per_copy) = &mut body.per_copy {
            let from = message.from.clone();
            let author = User { mailbox: from.clone(), ..User::new(message.owner, from.email, Role::default()) };
            let author = Actor { user: Some(author), ..actor.clone() };
            per_copy.recipients =
                self.values_of(&author, &message.recipients, message.regarding.as_ref(), per_copy).await?;
        }
        Ok(body)
    }

    async fn values_of(
        &self,
        author: &Actor,
        recipients: &[Recipient],
        regarding: Option<&RecordRef>,
        per_copy: &PerCopy,
    ) -> Result<Vec<BTreeMap<String, String>>, Refused> {
        let parts = [&per_copy.subject, &per_copy.html, &per_copy.text].into_iter().flatten();
        let named: Vec<Path> = parts.flat_map(|part| merge::named(part)).collect();
        let named = &named;
        let read = |recipient| async move {
            let values =
                TemplateValues::read(self, author, Some(recipient), regarding.cloned(), &per_copy.values).await?;
            let own = named.iter().filter(|path| path.root != Root::Values);
            let found = own.filter_map(|path| Some((path.to_string(), values.lookup(path)?)));
            Ok::<_, Refused>(found.collect::<BTreeMap<_, _>>())
        };
        let reads: Vec<_> = recipients.iter().map(read).collect();
        stream::iter(reads).buffered(AT_ONCE).try_collect().await
    }

    /// The first copy of a template that is filled for each: the draft shows it.
    pub(super) async fn first_copy(
        &self,
        author: &Actor,
        recipients: &[Recipient],
        regarding: Option<&RecordRef>,
        per_copy: &PerCopy,
    ) -> Result<FilledCopy, Refused> {
        let first = recipients.get(..1).unwrap_or_default();
        let values = self.values_of(author, first, regarding, per_copy).await?;
        let filled = filled(&PerCopy { recipients: values, ..per_copy.clone() }, 0)?;
        let mut checks = Checks::default();
        faults(&mut checks, recipients, 0, &filled);
        checks.finish()?;
        Ok(filled)
    }
}

fn filled(per_copy: &PerCopy, n: usize) -> Result<FilledCopy, Refused> {
    filled_copy(per_copy, n).map_err(|error| Refused::because(Code::InvalidTemplate, error.to_string()))
}

/// The bodies that leave: one for each copy of a template that is filled so, else the only one.
pub(super) fn bodies(message: &Message, body: &Body) -> Result<Vec<Body>, Refused> {
    let Some(per_copy) = &body.per_copy else { return Ok(vec![body.clone()]) };
    let own = |n| Ok(filled(per_copy, n)?.body.unwrap_or_else(|| Body { per_copy: None, ..body.clone() }));
    (0..message.recipients.len()).map(own).collect()
}

/// Notes what each copy lacks.
pub(super) fn obstacles(checks: &mut Checks, message: &Message, body: &Body) -> Result<(), Refused> {
    let Some(per_copy) = &body.per_copy else { return Ok(()) };
    for (n, recipient) in message.recipients.iter().enumerate() {
        if !recipient.mailbox.is_erased() {
            faults(checks, &message.recipients, n, &filled(per_copy, n)?);
        }
    }
    Ok(())
}

fn faults(checks: &mut Checks, recipients: &[Recipient], n: usize, filled: &FilledCopy) {
    let field = |path: &Path| match path.root {
        Root::Values => format!("/template/values/{}", path.name),
        Root::Recipient if n < recipients.len() => format!("{}/{}", place(recipients, n), path.name),
        Root::Recipient => "/to".to_owned(),
        _ => "/regarding".to_owned(),
    };
    for path in &filled.missing {
        checks.add(field(path), Code::MissingValue, format!("the template needs `{path}`"));
    }
    for path in &filled.refused {
        let detail = format!("`{path}` must be a whole address: http:, https:, mailto: or tel:");
        checks.add(field(path), Code::InvalidValue, detail);
    }
    if let Some(subject) = &filled.subject {
        checks.keep("/template", Code::InvalidText, name::subject(subject));
    }
    let long = |body: &Body| body.html.len().max(body.text.len()) > MAX_BODY;
    if filled.body.as_ref().is_some_and(long) {
        checks.add("/template", Code::TooLong, "at most 1 MiB when filled");
    }
}

/// The template of a draft after a change of its text: an own subject takes the place of the template's, an own
/// text cannot take the place of many.
pub(super) fn kept(per_copy: &PerCopy, change: &MessageChange) -> Result<PerCopy, Refused> {
    let fills_body = per_copy.html.is_some() || per_copy.text.is_some();
    for (field, own) in [("/html", change.html.is_some()), ("/text", change.text.is_some())] {
        if fills_body && own {
            let detail = "each copy is filled from the template: take the template away to write one text for all";
            return Err(Refused::field(field, Code::AmbiguousRecipient, detail));
        }
    }
    let subject = per_copy.subject.clone().filter(|_| change.subject.is_none());
    Ok(PerCopy { subject, recipients: Vec::new(), ..per_copy.clone() })
}
