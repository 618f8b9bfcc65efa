//! Templates of the organisation: saved, found, filled for a look.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ground::id::TemplateId;
use domain::ground::name;
use domain::message::template::{self, MAX_HTML, MAX_TEXT, Template};
use domain::time::instant;
use mail::merge::{self, Kind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::compose::RecipientInput;
use crate::fill::{self, Scope, Value, Wanted};
use crate::idempotency::Post;
use crate::input::{Checks, Json};
use crate::paging::{self, Query};
use crate::problem::{ApiError, Problem};
use crate::{App, Shared, cursor};

mod performance;

use performance::{PerformanceView, Performances};

/// A template. `{{ recipient.name }}`, `{{ sender.name }}`, `{{ record.city }}`, `{{ values.order_number }}` stand for
/// values; there are no tags, filters or loops.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TemplateInput {
    /// As people call it, up to 256 characters.
    name: Option<String>,
    /// A language tag such as `de` or `pt-BR`.
    language: Option<String>,
    /// One line.
    subject: Option<String>,
    /// Up to 200 KiB. Values may stand in text and in quoted attributes.
    html: Option<String>,
    /// Up to 100 KiB. Derived from `html` where the template is applied when left out, and the other way round.
    text: Option<String>,
}

/// A template.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateView {
    id: String,
    name: String,
    language: String,
    subject: String,
    html: Option<String>,
    text: Option<String>,
    created_at: String,
    changed_at: String,
    performance: PerformanceView,
}

/// Templates.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplatePage {
    items: Vec<TemplateView>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
}

/// Which templates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TemplateQuery {
    /// In this language; `de` also finds `de-AT`.
    language: Option<String>,
    /// With all of these words in name, subject or text.
    q: Option<String>,
    /// How many, 25 when left out, 100 at most.
    limit: Option<usize>,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// With what to fill a template for a look.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenderInput {
    /// Values by name: texts, numbers, true or false.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: BTreeMap<String, Value>,
    /// To whom it would go.
    recipient: Option<RecipientInput>,
}

/// A filled template. What is missing stands as the template has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RenderView {
    subject: String,
    html: String,
    text: String,
    /// The values that there are none for, such as `values.order_number`.
    missing: Vec<String>,
}

impl TemplateView {
    fn new(template: Template, performance: PerformanceView) -> Self {
        Self {
            performance,
            id: template.id.to_string(),
            name: template.name,
            language: template.language,
            subject: template.subject,
            html: template.html,
            text: template.text,
            created_at: instant::format(template.created_at),
            changed_at: instant::format(template.changed_at),
        }
    }
}

impl TemplateInput {
    /// Checks every field; a template of this id.
    fn check(self, id: TemplateId, caller: &Caller) -> Result<Template, ApiError> {
        let mut checks = Checks::default();
        let (name, language) = (self.name.unwrap_or_default(), self.language.unwrap_or_default());
        checks.keep("/name", "invalid_text", name::display_name(&name));
        if name.trim().is_empty() {
            checks.add("/name", "missing_field", "a template needs a name");
        }
        checks.keep("/language", "invalid_language", template::language(&language));
        let subject = self.subject.unwrap_or_default();
        checks.keep("/subject", "invalid_text", name::subject(&subject));
        let (html, text) = (self.html.filter(|html| !html.is_empty()), self.text.filter(|text| !text.is_empty()));
        if html.is_none() && text.is_none() {
            checks.add("/html", "missing_field", "a template needs html or text");
        }
        for (pointer, kind, source, most) in [
            ("/subject", Kind::Subject, Some(&subject), usize::MAX),
            ("/html", Kind::Html, html.as_ref(), MAX_HTML),
            ("/text", Kind::Text, text.as_ref(), MAX_TEXT),
        ] {
            match source {
                Some(source) if source.len() > most => {
                    checks.add(pointer, "too_long", format!("at most {} KiB", most / 1024));
                }
                Some(source) => drop(checks.keep(pointer, "invalid_template", merge::Template::parse(kind, source))),
                None => {}
            }
        }
        checks.finish()?;
        let (changed_by, now) = (caller.user.id, caller.now);
        Ok(Template {
            id,
            name,
            language,
            subject,
            html,
            text,
            version: 1,
            changed_by,
            created_at: now,
            changed_at: now,
        })
    }
}

/// The template that a path names.
async fn find(app: &App, caller: &Caller, id: &str) -> Result<Template, ApiError> {
    let id: TemplateId = id.parse().map_err(|_| ApiError::not_found())?;
    app.store.template(caller.org, id).await?.ok_or_else(ApiError::not_found)
}

/// A template with its figures, compared with the others of its language.
async fn view(app: &App, caller: &Caller, template: Template) -> Result<axum::Json<TemplateView>, ApiError> {
    let mut performances = Performances::read(app, caller.org).await?;
    if performances.tally(&template).can_be_recommended() {
        let mut all = app.store.templates(caller.org).await?;
        // The list may lag behind what was just saved.
        all.retain(|other| other.id != template.id);
        all.push(template.clone());
        performances.compare(&all);
    }
    let performance = performances.of(&template);
    Ok(axum::Json(TemplateView::new(template, performance)))
}

/// Saves a new template.
#[utoipa::path(post, path = "/v1/templates", tag = "templates", request_body = TemplateInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable for 48 hours")),
    responses((status = 201, body = TemplateView), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(State(app): Shared, post: Post<TemplateInput>) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    let template = input.check(TemplateId::new(caller.now, app.ids.next()), &caller)?;
    let view = TemplateView::new(template.clone(), Performances::read(&app, caller.org).await?.of(&template));
    let write = async |answer: Option<&_>| app.store.create_template(caller.org, &template, answer).await;
    once.answer(&app, StatusCode::CREATED, &view, write).await
}

/// The templates of the organisation, by name.
#[utoipa::path(get, path = "/v1/templates", tag = "templates", params(TemplateQuery),
    responses((status = 200, body = TemplatePage), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(query): Query<TemplateQuery>,
) -> Result<axum::Json<TemplatePage>, ApiError> {
    let limit = paging::limit(query.limit)?;
    let list = format!("templates|{}|{:?}|{:?}", caller.org, query.language, query.q);
    let after = paging::after::<(String, TemplateId)>(&app.keys, &list, query.cursor.as_deref())?;
    let place = |template: &Template| (template.name.to_lowercase(), template.id);
    let mut found = app.store.templates(caller.org).await?;
    let mut performances = Performances::read(&app, caller.org).await?;
    performances.compare(&found);
    found.retain(|template| {
        query.language.as_deref().is_none_or(|language| template.speaks(language))
            && query.q.as_deref().is_none_or(|q| template.matches(q))
            && after.as_ref().is_none_or(|after| place(template) > *after)
    });
    found.sort_by_key(place);
    let more = found.len() > limit;
    found.truncate(limit);
    let next_cursor = found.last().filter(|_| more).and_then(|last| cursor::write(&app.keys, &list, &place(last)));
    let view = |template: Template| {
        let performance = performances.of(&template);
        TemplateView::new(template, performance)
    };
    Ok(axum::Json(TemplatePage { items: found.into_iter().map(view).collect(), next_cursor }))
}

/// A template.
#[utoipa::path(get, path = "/v1/templates/{id}", tag = "templates", params(("id" = String, Path)),
    responses((status = 200, body = TemplateView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<TemplateView>, ApiError> {
    let template = find(&app, &caller, &id).await?;
    view(&app, &caller, template).await
}

/// Saves a template in the place of what it was. Messages that were made from it stay as they are.
#[utoipa::path(put, path = "/v1/templates/{id}", tag = "templates", params(("id" = String, Path)), request_body = TemplateInput,
    responses((status = 200, body = TemplateView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn put(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Json(input): Json<TemplateInput>,
) -> Result<axum::Json<TemplateView>, ApiError> {
    let before = find(&app, &caller, &id).await?;
    let after = input.check(before.id, &caller)?;
    let after = Template { version: before.version + 1, created_at: before.created_at, ..after };
    app.store.replace_template(caller.org, &after).await?;
    view(&app, &caller, after).await
}

/// Forgets a template. Messages that were made from it stay as they are.
#[utoipa::path(delete, path = "/v1/templates/{id}", tag = "templates", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(State(app): Shared, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let template = find(&app, &caller, &id).await?;
    app.store.delete_template(caller.org, template.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fills a template for a look. Nothing is saved; missing values are listed and stay as the template has them.
#[utoipa::path(post, path = "/v1/templates/{id}/render", tag = "templates", params(("id" = String, Path)), request_body = RenderInput,
    responses((status = 200, body = RenderView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn render(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Json(input): Json<RenderInput>,
) -> Result<axum::Json<RenderView>, ApiError> {
    let template = find(&app, &caller, &id).await?;
    let mut checks = Checks::default();
    fill::check_values(&mut checks, "/values", &input.values);
    let recipient = input.recipient.and_then(|recipient| recipient.read(&mut checks, "/recipient"));
    checks.finish()?;
    let scope = Scope::read(&app, &caller, recipient.as_ref(), None, &input.values).await?;
    let draft = fill::fill(&template, &scope, Wanted { subject: true, body: true })?;
    draft.check(&scope, "/values", true)?;
    let missing = draft.missing.iter().map(ToString::to_string).collect();
    Ok(axum::Json(RenderView { subject: draft.subject, html: draft.body.html, text: draft.body.text, missing }))
}
