//! Lists of messages: an owner's, or a record's by whoever sent them.

use axum::Json;
use axum::extract::State;
use desk::Actor;
use desk::lists::{ListMark, ListOrder, ListScope, ListWindow, MessageFilter};
use domain::ground::id::{TemplateId, UserId};
use domain::message::MessageStatus;
use domain::people::address::EmailAddress;
use domain::people::record::{InvalidRecordRef, RecordRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::MessageView;
use crate::Shared;
use crate::http::caller::Caller;
use crate::http::cursor;
use crate::http::page::{self, Query};
use crate::http::problem::{ApiError, HttpCode, ListRefusals};
use crate::http::schema::{Instant, ListScopeWord, MessageStatusWord};

/// Filters and order of a list of messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only tracked ones (true), or only those that are not. Of a draft, what would be if it left now.
    tracked: Option<bool>,
    /// Only this user's. The caller's when left out, or everybody's of a record.
    owner: Option<String>,
    /// Only those about this record (`contact:c-1`), by whoever sent them. Drafts are their owner's and not among them, unless
    /// `status` asks for drafts.
    #[param(example = "contact:c-1")]
    regarding: Option<String>,
    /// The same, with those that went to this record.
    #[param(example = "contact:c-1")]
    record: Option<String>,
    /// Only those with this status.
    #[param(value_type = Option<MessageStatusWord>)]
    status: Option<MessageStatus>,
    /// Only those to this address.
    #[param(format = Email)]
    to: Option<String>,
    /// With all of these words in the subject, or in the names and addresses of recipients.
    q: Option<String>,
    /// Only those that were made from this template.
    template: Option<String>,
    /// Only those that leave or left after this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    sent_after: Option<Timestamp>,
    /// Only those that leave or left before this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    sent_before: Option<Timestamp>,
    /// Only those that a person has seen (true), or tracked ones that left and nobody has seen.
    seen: Option<bool>,
    /// `mine` or `organisation`: whose, when no owner is named. Left out, the caller's, or everybody's of a record.
    #[param(value_type = Option<ListScopeWord>)]
    scope: Option<String>,
    /// `sent_at`, `created_at`, `opens`, `last_opened_at`, `attachment_views`, `link_clicks` or `replies`; `-` before it for the
    /// highest first. By a figure, the newest messages are covered: 1,000 of an owner, 500 of a record or of the organisation (`window` tells).
    #[param(default = "-sent_at")]
    sort: Option<String>,
    /// How many items, 25 when left out, 100 at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessagePage)]
pub(crate) struct MessagePageView {
    items: Vec<MessageView>,
    /// The cursor of the next page; null on the last one. A page may hold fewer than asked for.
    next_cursor: Option<String>,
    /// The newest messages that a list by a figure covers; null in order of time, where nothing is left out.
    window: Option<WindowView>,
}

/// The newest messages, filters aside, that a list covers.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Window)]
pub(crate) struct WindowView {
    /// How many there are.
    messages: usize,
    /// There are no older ones.
    complete: bool,
    /// When the oldest of them leaves or left. Older messages are outside, unless `complete`.
    since: Option<Instant>,
}

/// The messages of an owner, of a record, or of the organisation.
#[utoipa::path(
    get,
    path = "/v1/messages",
    operation_id = "messages_list",
    tag = "messages",
    params(ListQuery),
    responses((status = 200, description = "A page of messages", body = MessagePageView), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<MessagePageView>, ApiError> {
    let limit = page::limit(query.limit)?;
    let order = ListOrder::read(query.sort.as_deref().unwrap_or("-sent_at"))
        .map_err(|refused| ApiError::parameter("sort", HttpCode::InvalidQuery, &refused.fields[0].detail))?;
    let filter = query.filter(&actor)?;
    let list = name(&actor, &filter, order);
    let mark: Option<ListMark> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.messages(&actor, &filter, order, mark, limit).await?;
    Ok(Json(MessagePageView {
        items: found.items.into_iter().map(|details| MessageView::of(details, actor.now)).collect(),
        next_cursor: found.next.and_then(|next| cursor::write(&app.keys, &list, &next)),
        window: found.window.map(WindowView::from),
    }))
}

impl From<ListWindow> for WindowView {
    fn from(window: ListWindow) -> Self {
        let ListWindow { messages, complete, since } = window;
        Self { messages, complete, since: since.map(Instant) }
    }
}

impl ListQuery {
    fn filter(&self, actor: &Actor) -> Result<MessageFilter, ApiError> {
        let owner = self.owner.as_deref().map(str::parse::<UserId>).transpose();
        let template = self.template.as_deref().map(str::parse::<TemplateId>).transpose();
        let to = self.to.as_deref().map(EmailAddress::parse).transpose();
        let scope = match self.scope.as_deref() {
            None => None,
            Some("mine") => Some(ListScope::Mine),
            Some("organisation") => Some(ListScope::Organisation),
            Some(_) => return Err(invalid("scope", &"mine or organisation")),
        };
        Ok(MessageFilter {
            tracked: self.tracked,
            regarding: record("regarding", self.regarding.as_deref())?,
            record: record("record", self.record.as_deref())?,
            owner: owner.map_err(|error| invalid("owner", &error))?,
            mine: actor.user.as_ref().map(|user| user.id).filter(|_| scope == Some(ListScope::Mine)),
            scope,
            status: self.status,
            to: to.map_err(|error| invalid("to", &error))?,
            words: self.q.clone(),
            template: template.map_err(|error| invalid("template", &error))?,
            sent_after: self.sent_after,
            sent_before: self.sent_before,
            seen: self.seen,
        })
    }
}

/// The name of a list, for which its cursors are good.
fn name(actor: &Actor, filter: &MessageFilter, order: ListOrder) -> String {
    let (org, user) = (actor.org, actor.user.as_ref().map(|user| user.id));
    format!("{org}|{user:?}|{filter:?}|{order:?}")
}

fn record(name: &'static str, text: Option<&str>) -> Result<Option<RecordRef>, ApiError> {
    text.map(str::parse).transpose().map_err(|error: InvalidRecordRef| invalid(name, &error))
}

fn invalid(name: &str, error: &dyn std::fmt::Display) -> ApiError {
    ApiError::parameter(name, HttpCode::InvalidQuery, &error.to_string())
}
