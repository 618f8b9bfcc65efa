//! The list of an owner's messages.
//!
//! By default the newest first, page after page without end. By a figure, the list covers the owner's newest
//! [`WINDOW`] messages: their figures are read in one query and sorted in memory, and only the messages of the page
//! are read.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use aws::store::Listed;
use axum::Json;
use axum::extract::{Query, State};
use domain::engagement::Kpis;
use domain::id::{MessageId, UserId};
use domain::message::Status;
use domain::record::RecordRef;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::problem::{ApiError, Problem};
use crate::view::{self, MessageView, Parts};
use crate::{App, Shared, cursor, standing};

/// How many of an owner's messages a list that is sorted by a figure covers.
const WINDOW: i32 = 1000;
/// How many messages a filter looks at for one page. A page may hold fewer than asked for, and still have a next one.
const EXAMINED: usize = 200;
/// How many messages are read at once.
const AT_ONCE: usize = 10;

/// Which messages, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only followed ones (true), or only those that are not.
    tracked: Option<bool>,
    /// Whose; the caller's when left out.
    #[param(value_type = Option<String>)]
    owner: Option<String>,
    /// Only those about a record: `contact:c-1`.
    regarding: Option<String>,
    /// Only those with this status.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// `sent_at`, `opens`, `last_opened_at`, `attachment_views`, `link_clicks` or `replies`; `-` before it for the
    /// highest first. `-sent_at` when left out. By a figure, the newest 1,000 messages are covered.
    sort: Option<String>,
    /// How many, 25 when left out, 100 at most.
    limit: Option<usize>,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page {
    items: Vec<MessageView>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    SentAt,
    Opens,
    LastOpenedAt,
    AttachmentViews,
    LinkClicks,
    Replies,
}

/// A place in the sorted list: the figure, then the place in the list by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Place {
    value: i64,
    at: jiff::Timestamp,
    message: MessageId,
}

struct Filter {
    tracked: Option<bool>,
    regarding: Option<RecordRef>,
    status: Option<Status>,
}

/// The messages of an owner.
#[utoipa::path(get, path = "/v1/messages", tag = "messages", params(ListQuery),
    responses((status = 200, body = Page), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    query: Result<Query<ListQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Page>, ApiError> {
    let Query(query) = query.map_err(|error| ApiError::unprocessable("invalid_query", error.body_text()))?;
    let limit = query.limit.unwrap_or(25);
    if !(1..=100).contains(&limit) {
        return Err(ApiError::field("/limit", "invalid_value", "from 1 to 100"));
    }
    let owner = owner(&caller, query.owner.as_deref())?;
    let (figure, descending) = sort(query.sort.as_deref().unwrap_or("-sent_at"))?;
    let regarding = query.regarding.as_deref().map(str::parse).transpose();
    let regarding = regarding
        .map_err(|error: domain::record::Invalid| ApiError::field("/regarding", "invalid_id", error.to_string()))?;
    let list = format!(
        "{}|{owner}|{:?}|{:?}|{:?}|{figure:?}|{descending}",
        caller.org, query.tracked, query.regarding, query.status
    );
    let after = query.cursor.as_deref().map(|cursor| cursor::read::<Place>(&app.keys, &list, cursor)).transpose()?;
    let filter = Filter { tracked: query.tracked, regarding, status: query.status };
    let ask = if filter.is_empty() { limit + 1 } else { EXAMINED };
    let places = places(&app, &caller, owner, (figure, descending), after, ask).await?;
    let (items, next) = page(&app, &caller, owner, &filter, &places, limit).await?;
    let next_cursor = next.and_then(|place| cursor::write(&app.keys, &list, &place));
    Ok(Json(Page { items, next_cursor }))
}

impl Filter {
    fn is_empty(&self) -> bool {
        self.tracked.is_none() && self.regarding.is_none() && self.status.is_none()
    }

    fn lets(&self, view: &MessageView, message: &domain::message::Message) -> bool {
        self.tracked.is_none_or(|tracked| message.tracked == tracked)
            && self.regarding.as_ref().is_none_or(|regarding| message.regarding.as_ref() == Some(regarding))
            && self.status.is_none_or(|status| view.status() == status)
    }
}

/// The places of the list after `after`, at least `ask` of them if there are as many.
async fn places(
    app: &App,
    caller: &Caller,
    owner: UserId,
    (figure, descending): (Figure, bool),
    after: Option<Place>,
    ask: usize,
) -> Result<Vec<Place>, ApiError> {
    if (figure, descending) == (Figure::SentAt, true) {
        let listed = after.map(|place| Listed { at: place.at, message: place.message });
        let ask = i32::try_from(ask).unwrap_or(WINDOW);
        let newest = app.store.messages_of_owner(caller.org, owner, listed, ask).await?;
        return Ok(newest.into_iter().map(|listed| place(figure, listed, None)).collect());
    }
    let newest = app.store.messages_of_owner(caller.org, owner, None, WINDOW).await?;
    let kpis = summaries(app, caller, owner, &newest).await?;
    let mut places: Vec<Place> = newest.into_iter().map(|l| place(figure, l, kpis.get(&l.message))).collect();
    if descending {
        places.sort_by_key(|place| Reverse(*place));
        places.retain(|place| after.is_none_or(|after| *place < after));
    } else {
        places.sort();
        places.retain(|place| after.is_none_or(|after| *place > after));
    }
    Ok(places)
}

fn place(figure: Figure, listed: Listed, kpis: Option<&Kpis>) -> Place {
    let value = match (figure, kpis) {
        (Figure::SentAt, _) | (_, None) => 0,
        (Figure::Opens, Some(kpis)) => i64::from(kpis.opens),
        (Figure::LastOpenedAt, Some(kpis)) => kpis.last_opened_at.map_or(0, jiff::Timestamp::as_millisecond),
        (Figure::AttachmentViews, Some(kpis)) => i64::from(kpis.attachment_views),
        (Figure::LinkClicks, Some(kpis)) => i64::from(kpis.link_clicks),
        (Figure::Replies, Some(kpis)) => i64::from(kpis.replies),
    };
    Place { value, at: listed.at, message: listed.message }
}

/// The figures of these messages, in one query.
async fn summaries(
    app: &App,
    caller: &Caller,
    owner: UserId,
    listed: &[Listed],
) -> Result<BTreeMap<MessageId, Kpis>, ApiError> {
    let ids = || listed.iter().map(|listed| listed.message);
    let (Some(first), Some(last)) = (ids().min(), ids().max()) else { return Ok(BTreeMap::new()) };
    let summaries = app.store.summaries(caller.org, owner, first, last).await?;
    Ok(summaries.into_iter().map(|(id, summary)| (id, summary.kpis)).collect())
}

/// Reads messages in the order of `places` until the page is full. Also says where the next page begins, if any.
async fn page(
    app: &App,
    caller: &Caller,
    owner: UserId,
    filter: &Filter,
    places: &[Place],
    limit: usize,
) -> Result<(Vec<MessageView>, Option<Place>), ApiError> {
    let examined = if filter.is_empty() { limit } else { EXAMINED };
    let candidates = &places[..examined.min(places.len())];
    let listed: Vec<Listed> = candidates.iter().map(|p| Listed { at: p.at, message: p.message }).collect();
    let (kpis, settings) = (summaries(app, caller, owner, &listed).await?, app.store.settings(caller.org).await?);
    let ids: Vec<MessageId> = candidates.iter().map(|place| place.message).collect();
    let mut reads = stream::iter(ids).map(|id| app.store.message_for_list(id)).buffered(AT_ONCE);
    let (mut items, mut at) = (Vec::new(), 0);
    while items.len() < limit && at < candidates.len() {
        let stored = reads.try_next().await?.flatten().filter(|stored| stored.message.org == caller.org);
        at += 1;
        let Some(stored) = stored else { continue };
        let none = Kpis::default();
        let kpis = kpis.get(&stored.message.id).unwrap_or(&none);
        let standings = standing::of_draft(app, &stored.message).await?;
        let parts = Parts { settings: &settings, standings: &standings, kpis, content: None, reminder: None };
        let view = view::message(&stored, parts, caller.now);
        if filter.lets(&view, &stored.message) {
            items.push(view);
        }
    }
    let more = at < places.len();
    Ok((items, candidates.get(at.wrapping_sub(1)).copied().filter(|_| more)))
}

fn owner(caller: &Caller, named: Option<&str>) -> Result<UserId, ApiError> {
    let invalid = |error: domain::id::Invalid| ApiError::field("/owner", "invalid_id", error.to_string());
    named.map_or(Ok(caller.user.id), |owner| owner.parse().map_err(invalid))
}

fn sort(text: &str) -> Result<(Figure, bool), ApiError> {
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let figure = match name {
        "sent_at" => Figure::SentAt,
        "opens" => Figure::Opens,
        "last_opened_at" => Figure::LastOpenedAt,
        "attachment_views" => Figure::AttachmentViews,
        "link_clicks" => Figure::LinkClicks,
        "replies" => Figure::Replies,
        _ => return Err(ApiError::field("/sort", "invalid_value", "not an order of this list")),
    };
    Ok((figure, descending))
}
