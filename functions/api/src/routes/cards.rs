//! Cards of the assistant: what their owner should see now, and what can be done about it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ground::id::{ActivityId, CardId};
use domain::ground::name;
use domain::people::activity::{Activity, ActivityKind};
use domain::signs::card::{Card, CardAction, CardKind, CardPriority, CardRefusal, CardState};
use domain::time::due::{Due, Work};
use domain::time::instant;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::compose::RecordView;
use crate::idempotency::Post;
use crate::paging::{self, Query};
use crate::problem::{ApiError, Problem};
use crate::routes::activities::ActivityView;
use crate::{App, Shared, cursor};

/// How many of an owner's newest cards a list covers.
const WINDOW: i32 = 500;

/// Which cards.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CardQuery {
    /// `active` (when left out), `snoozed`, `dismissed` or `all`.
    #[param(value_type = Option<String>)]
    state: Option<Wanted>,
    /// How many, 25 when left out, 100 at most.
    limit: Option<usize>,
    /// Where the page before ended.
    cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    #[default]
    Active,
    Snoozed,
    Dismissed,
    All,
}

impl Wanted {
    fn takes(self, state: CardState) -> bool {
        match self {
            Self::Active => state == CardState::Active,
            Self::Snoozed => matches!(state, CardState::Snoozed { .. }),
            Self::Dismissed => state == CardState::Dismissed,
            Self::All => true,
        }
    }
}

/// The cards of the caller, highest priority first, then newest, among the newest 500.
#[utoipa::path(get, path = "/v1/cards", tag = "cards", params(CardQuery),
    responses((status = 200, body = CardPage), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(query): Query<CardQuery>,
) -> Result<axum::Json<CardPage>, ApiError> {
    let (wanted, limit) = (query.state.unwrap_or_default(), paging::limit(query.limit)?);
    let list = format!("{}|{}|cards|{wanted:?}", caller.org, caller.user.id);
    let after = paging::after::<CardId>(&app.keys, &list, query.cursor.as_deref())?;
    let mut cards = app.store.cards(caller.org, caller.user.id, WINDOW).await?;
    cards.sort_by_key(Card::rank);
    let start = after.and_then(|after| cards.iter().position(|card| card.id == after)).map_or(0, |at| at + 1);
    let mut rest = cards[start..].iter().filter(|card| wanted.takes(card.state.at(caller.now)));
    let items: Vec<&Card> = rest.by_ref().take(limit).collect();
    let more = rest.next().is_some();
    let next_cursor = items.last().filter(|_| more).and_then(|last| cursor::write(&app.keys, &list, &last.id));
    Ok(axum::Json(CardPage {
        items: items.into_iter().map(|card| CardView::of(card, caller.now)).collect(),
        next_cursor,
    }))
}

/// A card of the assistant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CardView {
    id: String,
    /// `first_open`, `reminder` or `delivery_problem`.
    #[schema(value_type = String)]
    kind: CardKind,
    /// `normal` or `high`.
    #[schema(value_type = String)]
    priority: CardPriority,
    title: String,
    /// `active`, `snoozed` or `dismissed`.
    #[schema(value_type = String)]
    state: &'static str,
    /// The message it links to.
    message: String,
    /// The records it links to.
    records: Vec<RecordView>,
    created_at: String,
    snoozed_until: Option<String>,
    /// `phone_call`, `snooze`, `dismiss`, `undo`.
    #[schema(value_type = Vec<String>)]
    actions: Vec<CardAction>,
}

impl CardView {
    /// As it stands at `now`.
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
            created_at: instant::format(card.created_at),
            snoozed_until: until.map(instant::format),
            actions: card.actions(),
        }
    }
}

/// A page of cards.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CardPage {
    items: Vec<CardView>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
}

/// Nothing to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoInput {}

/// For how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnoozeInput {
    /// Until this instant, a year ahead at most; an hour for high priority and a day for others when left out.
    #[schema(value_type = Option<String>)]
    until: Option<Timestamp>,
}

/// Is done with a card.
#[utoipa::path(post, path = "/v1/cards/{id}/dismiss", tag = "cards", params(("id" = String, Path)), request_body = NoInput,
    responses((status = 200, body = CardView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn dismiss(
    State(app): Shared,
    Path(id): Path<String>,
    post: Post<NoInput>,
) -> Result<Response, ApiError> {
    change(&app, &id, post, |card, NoInput {}, _| Ok(card.dismissed())).await
}

/// Puts a card away for a while.
#[utoipa::path(post, path = "/v1/cards/{id}/snooze", tag = "cards", params(("id" = String, Path)), request_body = SnoozeInput,
    responses((status = 200, body = CardView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn snooze(
    State(app): Shared,
    Path(id): Path<String>,
    post: Post<SnoozeInput>,
) -> Result<Response, ApiError> {
    change(&app, &id, post, |card, input, now| card.snoozed(input.until, now)).await
}

/// Takes the last snooze or dismissal back.
#[utoipa::path(post, path = "/v1/cards/{id}/undo", tag = "cards", params(("id" = String, Path)), request_body = NoInput,
    responses((status = 200, body = CardView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn undo(
    State(app): Shared,
    Path(id): Path<String>,
    post: Post<NoInput>,
) -> Result<Response, ApiError> {
    change(&app, &id, post, |card, NoInput {}, now| card.undone(now)).await
}

/// A call to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhoneCallInput {
    /// In one line; the card's title when left out.
    subject: Option<String>,
    /// By when.
    #[schema(value_type = Option<String>)]
    due: Option<Timestamp>,
}

/// Adds a phone call to the record that the card's message is about, or else to the first record it links to.
#[utoipa::path(post, path = "/v1/cards/{id}/phone-call", tag = "cards", params(("id" = String, Path)), request_body = PhoneCallInput,
    responses((status = 201, body = ActivityView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn phone_call(
    State(app): Shared,
    Path(id): Path<String>,
    post: Post<PhoneCallInput>,
) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    let card = find(&app, &caller, &id).await?;
    let subject = input.subject.unwrap_or_else(|| card.title.clone());
    name::subject(&subject).map_err(|error| ApiError::field("/subject", "invalid_text", error.to_string()))?;
    let none = || ApiError::unprocessable("no_record", "the message is about no record, and no recipient is one");
    let record = card.records.first().ok_or_else(none)?;
    let activity = Activity {
        id: ActivityId::new(caller.now, app.ids.next()),
        kind: ActivityKind::PhoneCall,
        subject,
        due: input.due,
        message: Some(card.message),
        owner: caller.user.id,
        created_at: caller.now,
    };
    let write = async |answer: Option<&_>| app.store.add_activity(caller.org, record, &activity, answer).await;
    once.answer(&app, StatusCode::CREATED, &ActivityView::from(&activity), write).await
}

/// Changes a card; when it is to come back, a hint is filed before.
async fn change<T>(
    app: &Arc<App>,
    id: &str,
    post: Post<T>,
    decide: impl FnOnce(&Card, T, Timestamp) -> Result<Card, CardRefusal>,
) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    let before = find(app, &caller, id).await?;
    let after = decide(&before, input, caller.now).map_err(refused)?;
    let (org, owner) = (caller.org, caller.user.id);
    let write = async |answer: Option<&_>| {
        if let Some(at) = after.snoozed_until() {
            let wake = Due { at, message: after.message, work: Work::Wake { org, owner, card: after.id } };
            app.store.file_due(&wake, caller.now).await?;
        }
        if after == before { Ok(()) } else { app.store.replace_card(org, owner, &after, answer).await }
    };
    once.answer(app, StatusCode::OK, &CardView::of(&after, caller.now), write).await
}

async fn find(app: &App, caller: &Caller, id: &str) -> Result<Card, ApiError> {
    let id: CardId = id.parse().map_err(|_| ApiError::not_found())?;
    app.store.card(caller.org, caller.user.id, id).await?.ok_or_else(ApiError::not_found)
}

fn refused(refusal: CardRefusal) -> ApiError {
    match refusal {
        CardRefusal::InThePast => ApiError::field("/until", "in_the_past", refusal.to_string()),
        CardRefusal::TooFar => ApiError::field("/until", "too_far", refusal.to_string()),
        CardRefusal::Dismissed => ApiError::conflict("card_dismissed", refusal.to_string()),
        CardRefusal::NothingToUndo => ApiError::conflict("nothing_to_undo", refusal.to_string()),
    }
}
