//! Templates of the organisation.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::Patch;
use desk::messages::FilledTemplate;
use desk::templates::{
    PreviewInput, TemplateChange, TemplateDetails, TemplateFilter, TemplateInput, TemplateMark, TemplateOrder,
};
use domain::people::record::RecordRef;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

mod performance;

use performance::PerformanceView;

use crate::Shared;
use crate::http::body;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::page::{self, Page, Query};
use crate::http::path::{At, TemplatePath};
use crate::http::problem::{ActRefusals, ApiError, HttpCode, ListRefusals, ReadRefusals, WriteRefusals};
use crate::http::schema::{Instant, TemplateOrderWord, not_null, patch as patched};
use crate::messages::input::{RecipientBody, TemplateValue, texts};
use crate::messages::view::RecordView;

/// A template. `{{ recipient.name }}`, `{{ recipient.record.city }}`, `{{ regarding.fields.order_number }}`,
/// `{{ sender.name }}`, `{{ values.discount }}` stand for values; there are no tags, filters or loops.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateInput)]
pub(crate) struct TemplateBody {
    /// As people call it, up to 256 characters.
    #[serde(default)]
    #[schema(max_length = 256, example = "Offer")]
    name: String,
    /// A language tag such as `de` or `pt-BR`.
    #[serde(default)]
    #[schema(example = "en")]
    language: String,
    /// One line.
    #[serde(default)]
    #[schema(example = "Offer {{ values.order_number }}")]
    subject: String,
    /// Up to 200 KiB. Values may stand in text and in quoted attributes.
    html: Option<String>,
    /// Up to 100 KiB. Derived from `html` where the template is applied when left out, and the other way round.
    text: Option<String>,
}

/// A change of a template. A field that is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateUpdate)]
pub(crate) struct TemplatePatch {
    /// As people call it, up to 256 characters.
    #[serde(default, deserialize_with = "not_null")]
    #[schema(max_length = 256)]
    name: Option<String>,
    /// A language tag such as `de` or `pt-BR`.
    #[serde(default, deserialize_with = "not_null")]
    language: Option<String>,
    /// One line.
    #[serde(default, deserialize_with = "not_null")]
    subject: Option<String>,
    /// Up to 200 KiB. One part may be empty.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>)]
    html: Patch<String>,
    /// Up to 100 KiB. One part may be empty.
    #[serde(default, deserialize_with = "patched")]
    #[schema(value_type = Option<String>)]
    text: Patch<String>,
}

/// A template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Template)]
pub(crate) struct TemplateView {
    id: String,
    name: String,
    language: String,
    subject: String,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    html: Option<Option<String>>,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    text: Option<Option<String>>,
    created_at: Instant,
    changed_at: Instant,
    performance: PerformanceView,
}

/// Filters of the list of templates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TemplateQuery {
    /// In this language; `de` also finds `de-AT`.
    language: Option<String>,
    /// With all of these words in name, subject or text.
    q: Option<String>,
    /// Only those that are recommended for something (true), or only the others.
    recommended: Option<bool>,
    /// `name`, `-reply_rate`, `-open_rate` or `-won`.
    #[param(value_type = Option<TemplateOrderWord>, default = "name")]
    sort: Option<String>,
    /// How many items, 25 when left out, 100 at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The values for a preview of a template.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RenderInput)]
pub(crate) struct RenderBody {
    /// Values by name: texts, numbers, true or false.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: BTreeMap<String, TemplateValue>,
    /// The recipient for whom it would be filled.
    recipient: Option<RecipientBody>,
    /// The record that the message would be about.
    #[schema(value_type = Option<RecordView>)]
    regarding: Option<RecordRef>,
}

/// A filled template. Placeholders without a value stand as the template has them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rendered)]
pub(crate) struct RenderView {
    subject: String,
    html: String,
    text: String,
    /// The placeholders that there is no value for, such as `values.order_number`.
    missing: Vec<String>,
}

impl From<TemplateBody> for TemplateInput {
    fn from(body: TemplateBody) -> Self {
        let TemplateBody { name, language, subject, html, text } = body;
        Self { name, language, subject, html, text }
    }
}

impl From<TemplateDetails> for TemplateView {
    fn from(details: TemplateDetails) -> Self {
        let TemplateDetails { template, performance } = details;
        Self {
            id: template.id.to_string(),
            name: template.name,
            language: template.language,
            subject: template.subject,
            html: Some(template.html),
            text: Some(template.text),
            created_at: template.created_at.into(),
            changed_at: template.changed_at.into(),
            performance: performance.into(),
        }
    }
}

impl TemplateView {
    /// The template without its text, for lists.
    fn listed(details: TemplateDetails) -> Self {
        Self { html: None, text: None, ..details.into() }
    }
}

impl From<FilledTemplate> for RenderView {
    fn from(filled: FilledTemplate) -> Self {
        let missing = filled.missing.iter().map(ToString::to_string).collect();
        Self { subject: filled.subject, html: filled.body.html, text: filled.body.text, missing }
    }
}

/// Saves a new template.
#[utoipa::path(
    post,
    path = "/v1/templates",
    operation_id = "templates_create",
    tag = "templates",
    params(IdempotencyKey),
    request_body = TemplateBody,
    responses((status = 201, description = "The template", body = TemplateView), WriteRefusals)
)]
pub(crate) async fn create(State(app): Shared, post: Post<TemplateBody>) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let prepared = app.desk.create_template(&actor, input.into()).await?;
    let (details, change) = prepared.take();
    let location = format!("/v1/templates/{}", details.template.id);
    once.created(&app, change, &TemplateView::from(details), location).await
}

/// The languages of the organisation's templates.
#[utoipa::path(
    get,
    path = "/v1/templates/languages",
    operation_id = "templates_languages",
    tag = "templates",
    responses((status = 200, description = "Language tags, each once, in order", body = Page<String>), ReadRefusals)
)]
pub(crate) async fn languages(State(app): Shared, Caller(actor): Caller) -> Result<Json<Page<String>>, ApiError> {
    Ok(Json(Page::only(app.desk.template_languages(&actor).await?)))
}

/// The templates of the organisation, by name or by what became of their mail.
#[utoipa::path(
    get,
    path = "/v1/templates",
    operation_id = "templates_list",
    tag = "templates",
    params(TemplateQuery),
    responses((status = 200, description = "A page of templates", body = Page<TemplateView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<TemplateQuery>,
) -> Result<Json<Page<TemplateView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let order = TemplateOrder::read(query.sort.as_deref().unwrap_or("name"));
    let unknown = || ApiError::parameter("sort", HttpCode::InvalidQuery, "name, -reply_rate, -open_rate or -won");
    let order = order.ok_or_else(unknown)?;
    let filter = TemplateFilter { language: query.language, words: query.q, recommended: query.recommended };
    let list = format!("templates|{}|{filter:?}|{order:?}", actor.org);
    let after: Option<TemplateMark> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.templates(&actor, (&filter, order), after.as_ref(), limit).await?;
    let items = found.items.into_iter().map(TemplateView::listed).collect();
    Ok(Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// A template.
#[utoipa::path(
    get,
    path = "/v1/templates/{id}",
    operation_id = "templates_get",
    tag = "templates",
    params(TemplatePath),
    responses((status = 200, description = "The template", body = TemplateView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<TemplatePath>,
) -> Result<Json<TemplateView>, ApiError> {
    let template = app.desk.template(&actor, path.id).await?;
    Ok(Json(app.desk.template_details(&actor, template).await?.into()))
}

/// Saves a template in the place of what it was. Messages that were made from it stay as they are.
#[utoipa::path(
    put,
    path = "/v1/templates/{id}",
    operation_id = "templates_put",
    tag = "templates",
    params(TemplatePath),
    request_body = TemplateBody,
    responses((status = 200, description = "The template as it is now", body = TemplateView), WriteRefusals)
)]
pub(crate) async fn put(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<TemplatePath>,
    body::Json(input): body::Json<TemplateBody>,
) -> Result<Json<TemplateView>, ApiError> {
    let prepared = app.desk.replace_template(&actor, path.id, input.into()).await?;
    let template = app.desk.commit(prepared, None).await?;
    Ok(Json(app.desk.template_details(&actor, template).await?.into()))
}

/// Changes parts of a template; what is left out stays as it is. Messages that were made from it stay as they are.
#[utoipa::path(
    patch,
    path = "/v1/templates/{id}",
    operation_id = "templates_update",
    tag = "templates",
    params(TemplatePath),
    request_body = TemplatePatch,
    responses((status = 200, description = "The template as it is now", body = TemplateView), WriteRefusals)
)]
pub(crate) async fn patch(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<TemplatePath>,
    body::Json(input): body::Json<TemplatePatch>,
) -> Result<Json<TemplateView>, ApiError> {
    let TemplatePatch { name, language, subject, html, text } = input;
    let change = TemplateChange { name, language, subject, html, text };
    let prepared = app.desk.change_template(&actor, path.id, change).await?;
    let template = app.desk.commit(prepared, None).await?;
    Ok(Json(app.desk.template_details(&actor, template).await?.into()))
}

/// Forgets a template. Messages that were made from it stay as they are.
#[utoipa::path(
    delete,
    path = "/v1/templates/{id}",
    operation_id = "templates_delete",
    tag = "templates",
    params(TemplatePath),
    responses((status = 204, description = "The template is forgotten"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<TemplatePath>,
) -> Result<StatusCode, ApiError> {
    app.desk.delete_template(&actor, path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fills a template for a preview. Nothing is saved; missing values are listed and stay as the template has them.
#[utoipa::path(
    post,
    path = "/v1/templates/{id}/render",
    operation_id = "templates_render",
    tag = "templates",
    params(TemplatePath),
    request_body = RenderBody,
    responses((status = 200, description = "The filled template", body = RenderView), WriteRefusals)
)]
pub(crate) async fn render(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<TemplatePath>,
    body::Json(input): body::Json<RenderBody>,
) -> Result<Json<RenderView>, ApiError> {
    let RenderBody { values, recipient, regarding } = input;
    let preview = PreviewInput { values: texts(values), recipient: recipient.map(Into::into), regarding };
    Ok(Json(app.desk.preview_template(&actor, path.id, preview).await?.into()))
}
