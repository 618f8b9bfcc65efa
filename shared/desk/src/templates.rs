//! Templates of the organisation: saved, found, filled for a preview.

use std::collections::{BTreeMap, BTreeSet};

use aws::store::Next;
use domain::ground::id::TemplateId;
use domain::ground::name;
use domain::message::template::{self, MAX_HTML, MAX_TEXT, Template};
use domain::message::{Recipient, RecipientRole};
use domain::people::record::RecordRef;
use domain::signs::performance::Goal;
use mail::merge::{self, Kind};

use crate::messages::{FilledTemplate, RecipientInput, TemplateValues, check_values};
use crate::{Actor, Checks, Code, Desk, Patch, Prepared, Refused};

mod performance;

use performance::Performances;
pub use performance::TemplatePerformance;

/// The content of a template.
#[derive(Debug, Clone, Default)]
pub struct TemplateInput {
    /// As people call it, up to 256 characters.
    pub name: String,
    /// A language tag such as `de` or `pt-BR`.
    pub language: String,
    /// One line.
    pub subject: String,
    /// Up to 200 KiB. Values may stand in text and in quoted attributes.
    pub html: Option<String>,
    /// Up to 100 KiB. One part is derived from the other where the template is applied.
    pub text: Option<String>,
}

/// A change of a template; what is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct TemplateChange {
    /// As people call it, up to 256 characters.
    pub name: Option<String>,
    /// A language tag such as `de` or `pt-BR`.
    pub language: Option<String>,
    /// One line.
    pub subject: Option<String>,
    /// Up to 200 KiB.
    pub html: Patch<String>,
    /// Up to 100 KiB.
    pub text: Patch<String>,
}

/// A template, and how well it does.
#[derive(Debug, Clone)]
pub struct TemplateDetails {
    /// The template.
    pub template: Template,
    /// The figures of the mail that was made from it.
    pub performance: TemplatePerformance,
}

/// Filters of the list of templates.
#[derive(Debug, Clone, Default)]
pub struct TemplateFilter {
    /// In this language; `de` also finds `de-AT`.
    pub language: Option<String>,
    /// With all of these words in name, subject or text.
    pub words: Option<String>,
    /// Only those that are the best of their language for something (true), or only the others.
    pub recommended: Option<bool>,
}

/// The order of the list of templates. Equals are in order of their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TemplateOrder {
    /// By name.
    #[default]
    Name,
    /// Those with the highest part of replies first.
    ReplyRate,
    /// Those with the highest part of opens first.
    OpenRate,
    /// Those with the most won opportunities first.
    Won,
}

impl TemplateOrder {
    /// The order that a name tells: `name`, `-reply_rate`, `-open_rate` or `-won`.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "name" => Some(Self::Name),
            "-reply_rate" => Some(Self::ReplyRate),
            "-open_rate" => Some(Self::OpenRate),
            "-won" => Some(Self::Won),
            _ => None,
        }
    }

    /// The place of a template: what comes first is smaller.
    fn mark(self, TemplateDetails { template, performance }: &TemplateDetails) -> TemplateMark {
        let tally = performance.tally;
        // Parts of a million tell rates of up to a million messages apart. A rate that nobody knows comes last.
        #[expect(clippy::cast_possible_truncation, reason = "a rate is at most 1")]
        let rate = |goal| tally.rate(goal).map_or(1, |rate| -((rate * 1_000_000.0).round() as i64));
        let value = match self {
            Self::Name => 0,
            Self::ReplyRate => rate(Goal::Replies),
            Self::OpenRate => rate(Goal::Opens),
            Self::Won => -i64::from(tally.won),
        };
        (value, template.name.to_lowercase(), template.id)
    }
}

/// The place of a template in the list: by its order, then by name.
pub type TemplateMark = (i64, String, TemplateId);

/// A page of templates.
#[derive(Debug)]
pub struct TemplatePage {
    /// The templates.
    pub items: Vec<TemplateDetails>,
    /// The place behind which the next page begins; `None` on the last one.
    pub next: Option<TemplateMark>,
}

/// The values for a preview of a template.
#[derive(Debug, Clone, Default)]
pub struct PreviewInput {
    /// Values by name, as texts.
    pub values: BTreeMap<String, String>,
    /// The recipient for whom it would be filled.
    pub recipient: Option<RecipientInput>,
    /// The record that the message would be about.
    pub regarding: Option<RecordRef>,
}

impl Desk {
    /// Prepares a new template.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub async fn create_template(
        &self,
        actor: &Actor,
        input: TemplateInput,
    ) -> Result<Prepared<TemplateDetails>, Refused> {
        let id = TemplateId::new(actor.now, self.ids.next());
        let template = input.read(id, actor)?;
        let performance = Performances::read(self, actor.org).await?.of(&template);
        let next = Next::template(actor.org, None, template)?;
        Ok(Prepared::of(actor, next).map(|template| TemplateDetails { template, performance }))
    }

    /// Prepares another content for a template. Messages that were made from it stay as they are.
    ///
    /// # Errors
    /// [`Code::NotFound`], and all fields that are wrong.
    pub async fn replace_template(
        &self,
        actor: &Actor,
        id: TemplateId,
        input: TemplateInput,
    ) -> Result<Prepared<Template>, Refused> {
        let before = self.template(actor, id).await?;
        let after = Template { created_at: before.created_at, ..input.read(id, actor)? };
        let next = Next::template(actor.org, Some(&before), after)?;
        Ok(Prepared::of(actor, next))
    }

    /// Changes parts of a template; what is left out stays as it is.
    ///
    /// # Errors
    /// [`Code::NotFound`], and all fields that are wrong.
    pub async fn change_template(
        &self,
        actor: &Actor,
        id: TemplateId,
        change: TemplateChange,
    ) -> Result<Prepared<Template>, Refused> {
        let before = self.template(actor, id).await?;
        let input = TemplateInput {
            name: change.name.unwrap_or_else(|| before.name.clone()),
            language: change.language.unwrap_or_else(|| before.language.clone()),
            subject: change.subject.unwrap_or_else(|| before.subject.clone()),
            html: change.html.over(before.html.clone()),
            text: change.text.over(before.text.clone()),
        };
        let after = Template { created_at: before.created_at, ..input.read(id, actor)? };
        let next = Next::template(actor.org, Some(&before), after)?;
        Ok(Prepared::of(actor, next))
    }

    /// Forgets a template. Messages that were made from it stay as they are.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn delete_template(&self, actor: &Actor, id: TemplateId) -> Result<(), Refused> {
        let template = self.template(actor, id).await?;
        Ok(self.store.delete_template(actor.org, template.id).await?)
    }

    /// A template.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn template(&self, actor: &Actor, id: TemplateId) -> Result<Template, Refused> {
        self.store.template(actor.org, id).await?.ok_or_else(Refused::not_found)
    }

    /// The template that an input names.
    pub(crate) async fn named_template(&self, actor: &Actor, id: &str) -> Result<Template, Refused> {
        let unknown = || Refused::field("/template/id", Code::UnknownTemplate, "there is no such template");
        let id: TemplateId = id.parse().map_err(|_| unknown())?;
        self.store.template(actor.org, id).await?.ok_or_else(unknown)
    }

    /// A template with its figures, compared with the others of its language.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn template_details(&self, actor: &Actor, template: Template) -> Result<TemplateDetails, Refused> {
        let mut performances = Performances::read(self, actor.org).await?;
        if performances.tally(&template).can_be_recommended() {
            let mut all = self.store.templates(actor.org).await?;
            // The list may lag behind a template that was just saved.
            all.retain(|other| other.id != template.id);
            all.push(template.clone());
            performances.compare(&all);
        }
        let performance = performances.of(&template);
        Ok(TemplateDetails { template, performance })
    }

    /// A page of templates behind `after`.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn templates(
        &self,
        actor: &Actor,
        (filter, order): (&TemplateFilter, TemplateOrder),
        after: Option<&TemplateMark>,
        limit: usize,
    ) -> Result<TemplatePage, Refused> {
        let all = self.store.templates(actor.org).await?;
        let mut performances = Performances::read(self, actor.org).await?;
        performances.compare(&all);
        let details = |template: Template| {
            let performance = performances.of(&template);
            TemplateDetails { template, performance }
        };
        let mut found: Vec<TemplateDetails> = all.into_iter().map(details).filter(|one| filter.lets(one)).collect();
        found.retain(|details| after.is_none_or(|after| order.mark(details) > *after));
        found.sort_by_key(|details| order.mark(details));
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more).map(|details| order.mark(details));
        Ok(TemplatePage { items: found, next: last })
    }

    /// The languages of the organisation's templates, each once.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn template_languages(&self, actor: &Actor) -> Result<Vec<String>, Refused> {
        let all = self.store.templates(actor.org).await?;
        let languages: BTreeSet<String> = all.into_iter().map(|template| template.language).collect();
        Ok(languages.into_iter().collect())
    }

    /// Fills a template for a preview. Nothing is saved; missing values are listed and stay as the template has them.
    ///
    /// # Errors
    /// [`Code::NotFound`], and values that cannot be used.
    pub async fn preview_template(
        &self,
        actor: &Actor,
        id: TemplateId,
        input: PreviewInput,
    ) -> Result<FilledTemplate, Refused> {
        let template = self.template(actor, id).await?;
        let mut checks = Checks::default();
        check_values(&mut checks, "/values", &input.values);
        let read = |input: RecipientInput, checks: &mut Checks| input.read(checks, RecipientRole::To, "/recipient");
        let recipient: Option<Recipient> = input.recipient.and_then(|recipient| read(recipient, &mut checks));
        checks.finish()?;
        let values = TemplateValues::read(self, actor, recipient.as_ref(), input.regarding, &input.values).await?;
        FilledTemplate::preview(&template, &values)
    }
}

impl TemplateFilter {
    fn lets(&self, TemplateDetails { template, performance }: &TemplateDetails) -> bool {
        let recommended = !performance.recommended_for.is_empty();
        self.recommended.is_none_or(|wanted| wanted == recommended)
            && self.language.as_deref().is_none_or(|language| template.speaks(language))
            && self.words.as_deref().is_none_or(|words| template.matches(words))
    }
}

impl TemplateInput {
    /// Checks every field.
    fn read(self, id: TemplateId, actor: &Actor) -> Result<Template, Refused> {
        let Self { name, language, subject, html, text } = self;
        let mut checks = Checks::default();
        checks.keep("/name", Code::InvalidText, name::display_name(&name));
        if name.trim().is_empty() {
            checks.add("/name", Code::MissingField, "a template needs a name");
        }
        checks.keep("/language", Code::InvalidLanguage, template::language(&language));
        checks.keep("/subject", Code::InvalidText, name::subject(&subject));
        let html = html.filter(|html| !html.is_empty());
        let text = text.filter(|text| !text.is_empty());
        if html.is_none() && text.is_none() {
            checks.add("/html", Code::MissingField, "a template needs html or text");
        }
        check_part(&mut checks, "/subject", Kind::Subject, Some(&subject), usize::MAX);
        check_part(&mut checks, "/html", Kind::Html, html.as_deref(), MAX_HTML);
        check_part(&mut checks, "/text", Kind::Text, text.as_deref(), MAX_TEXT);
        checks.finish()?;
        Ok(Template {
            id,
            name,
            language,
            subject,
            html,
            text,
            version: 0,
            changed_by: actor.id()?,
            created_at: actor.now,
            changed_at: actor.now,
        })
    }
}

fn check_part(checks: &mut Checks, field: &str, kind: Kind, source: Option<&str>, most: usize) {
    let Some(source) = source else { return };
    if source.len() > most {
        checks.add(field, Code::TooLong, format!("at most {} KiB", most / 1024));
    } else {
        checks.keep(field, Code::InvalidTemplate, merge::Template::parse(kind, source));
    }
}
