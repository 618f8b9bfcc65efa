//! Cards of the assistant.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use desk::cards::{CardChange, CardFilter, PhoneCallInput};
use domain::ground::id::CardId;
use domain::signs::card::{Card, CardAction, CardKind, CardPriority, CardState};
use domain::time::schedule::When;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Shared;
use crate::activities::ActivityView;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post, PostOrEmpty};
use crate::http::page::{self, Page, Query};
use crate::http::path::{At, CardPath};
use crate::http::problem::{ApiError, HttpCode, ListRefusals, ReadRefusals, WriteRefusals};
use crate::http::schema::{CardActionWord, CardKindWord, CardPriorityWord, CardStateWord, Instant, WhenInput};
use crate::messages::view::RecordView;

/// Filters of the list of cards.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CardQuery {
    /// Only cards in this state; active ones when left out.
    #[param(inline)]
    state: Option<CardStateQuery>,
    /// The cards of this user, for managers; the caller's own when left out.
    #[param(example = "usr_0190f3a2b4c87d1e9f00112233445566")]
    owner: Option<String>,
    /// How many items, 25 when left out, 100 at most.
    #[param(minimum = 1, maximum = 100, default = 25)]
    limit: Option<usize>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The states of cards that a list shows.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CardStateQuery {
    Active,
    Snoozed,
    Dismissed,
    All,
}

impl From<CardStateQuery> for CardFilter {
    fn from(query: CardStateQuery) -> Self {
        match query {
            CardStateQuery::Active => Self::Active,
            CardStateQuery::Snoozed => Self::Snoozed,
            CardStateQuery::Dismissed => Self::Dismissed,
            CardStateQuery::All => Self::All,
        }
    }
}

/// A card of the assistant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Card)]
pub(crate) struct CardView {
    id: String,
    #[schema(value_type = CardKindWord)]
    kind: CardKind,
    #[schema(value_type = CardPriorityWord)]
    priority: CardPriority,
    title: String,
    #[schema(value_type = CardStateWord)]
    state: &'static str,
    /// The message it links to.
    message: String,
    /// The records it links to.
    records: Vec<RecordView>,
    created_at: Instant,
    snoozed_until: Option<Instant>,
    /// What can be done with it.
    #[schema(value_type = Vec<CardActionWord>)]
    actions: Vec<CardAction>,
}

impl CardView {
    /// The card as it stands at `now`.
    fn of(card: &Card, now: Timestamp) -> Self {
        let (state, until) = match card.state.at(now) {
            CardState::Active => ("active", None),
            CardState::Snoozed { until } => ("snoozed", Some(until)),
            CardState::Dismissed => ("dismissed", None),
        };
        Self {
            id: card.id.to_string(),
            kind: card.kind,
            priority: card.priority(),
            title: card.title.clone(),
            state,
            message: card.message.to_string(),
            records: card.records.iter().map(Into::into).collect(),
            created_at: card.created_at.into(),
            snoozed_until: until.map(Instant),
            actions: card.actions(),
        }
    }
}

/// The cards of the caller, or for a manager those of `owner`: highest priority first, then newest.
#[utoipa::path(
    get,
    path = "/v1/cards",
    operation_id = "cards_list",
    tag = "cards",
    params(CardQuery),
    responses((status = 200, description = "A page of cards", body = Page<CardView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    Query(query): Query<CardQuery>,
) -> Result<Json<Page<CardView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let filter = query.state.map(CardFilter::from).unwrap_or_default();
    let owner = match &query.owner {
        Some(owner) => owner
            .parse()
            .map_err(|_| ApiError::parameter("owner", HttpCode::InvalidQuery, "expected the id of a user"))?,
        None => actor.user()?.id,
    };
    let list = format!("{}|{owner}|cards|{filter:?}", actor.org);
    let after: Option<CardId> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.cards(&actor, Some(owner), filter, after, limit).await?;
    let items = found.items.iter().map(|card| CardView::of(card, actor.now)).collect();
    Ok(Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// One card of the caller.
#[utoipa::path(
    get,
    path = "/v1/cards/{id}",
    operation_id = "cards_get",
    tag = "cards",
    params(CardPath),
    responses((status = 200, description = "The card", body = CardView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<CardPath>,
) -> Result<Json<CardView>, ApiError> {
    let card = app.desk.card(&actor, path.id).await?;
    Ok(Json(CardView::of(&card, actor.now)))
}

/// An empty request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// How long a card is put away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SnoozeInput)]
pub(crate) struct SnoozeBody {
    /// Until this instant, a year ahead at most; an hour for high priority and a day for others when left out.
    #[schema(value_type = Option<WhenInput>)]
    until: Option<When>,
}

/// Dismisses a card.
#[utoipa::path(
    post,
    path = "/v1/cards/{id}/dismiss",
    operation_id = "cards_dismiss",
    tag = "cards",
    params(CardPath, IdempotencyKey),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The dismissed card", body = CardView), WriteRefusals)
)]
pub(crate) async fn dismiss(
    State(app): Shared,
    At(path): At<CardPath>,
    PostOrEmpty(post): PostOrEmpty<Nothing>,
) -> Result<Response, ApiError> {
    change(&app, path, post, |Nothing {}| CardChange::Dismiss).await
}

/// Puts a card away for a while.
#[utoipa::path(
    post,
    path = "/v1/cards/{id}/snooze",
    operation_id = "cards_snooze",
    tag = "cards",
    params(CardPath, IdempotencyKey),
    request_body = Option<SnoozeBody>,
    responses((status = 200, description = "The snoozed card", body = CardView), WriteRefusals)
)]
pub(crate) async fn snooze(
    State(app): Shared,
    At(path): At<CardPath>,
    PostOrEmpty(post): PostOrEmpty<SnoozeBody>,
) -> Result<Response, ApiError> {
    let until = post.input.until.as_ref().map(|until| post.actor.instant(until, "/until")).transpose()?;
    change(&app, path, post, |_| CardChange::Snooze(until)).await
}

/// Takes the last snooze or dismissal back.
#[utoipa::path(
    post,
    path = "/v1/cards/{id}/undo",
    operation_id = "cards_undo",
    tag = "cards",
    params(CardPath, IdempotencyKey),
    request_body = Option<Nothing>,
    responses((status = 200, description = "The card as it was before", body = CardView), WriteRefusals)
)]
pub(crate) async fn undo(
    State(app): Shared,
    At(path): At<CardPath>,
    PostOrEmpty(post): PostOrEmpty<Nothing>,
) -> Result<Response, ApiError> {
    change(&app, path, post, |Nothing {}| CardChange::Undo).await
}

/// A call to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhoneCallInput)]
pub(crate) struct PhoneCallBody {
    /// In one line; the card's title when left out.
    subject: Option<String>,
    /// When the call is due.
    #[schema(value_type = Option<WhenInput>)]
    due: Option<When>,
}

/// Adds a phone call to the record that the card's message is about, or else to the first record it links to.
#[utoipa::path(
    post,
    path = "/v1/cards/{id}/phone-call",
    operation_id = "cards_phone_call",
    tag = "cards",
    params(CardPath, IdempotencyKey),
    request_body = Option<PhoneCallBody>,
    responses((status = 201, description = "The phone call", body = ActivityView), WriteRefusals)
)]
pub(crate) async fn phone_call(
    State(app): Shared,
    At(path): At<CardPath>,
    PostOrEmpty(post): PostOrEmpty<PhoneCallBody>,
) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let PhoneCallBody { subject, due } = input;
    let due = due.map(|due| actor.instant(&due, "/due")).transpose()?;
    let prepared = app.desk.call_from_card(&actor, path.id, PhoneCallInput { subject, due }).await?;
    let (activity, change) = prepared.take();
    once.commit(&app, StatusCode::CREATED, change, &ActivityView::from(&activity)).await
}

async fn change<T>(
    app: &crate::App,
    path: CardPath,
    post: Post<T>,
    decide: impl FnOnce(T) -> CardChange,
) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let prepared = app.desk.change_card(&actor, path.id, decide(input)).await?;
    let (card, change) = prepared.take();
    once.commit(app, StatusCode::OK, change, &CardView::of(&card, actor.now)).await
}
