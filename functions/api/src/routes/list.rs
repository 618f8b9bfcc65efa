//! Lists of messages: an owner's, or a record's by whoever sent them.
//!
//! In order of time a list goes on page after page without end. By a figure it covers a window of the newest messages, which
//! the answer tells: their figures are read at once and sorted, and only the messages of the page are read.

use aws::store::{ListedMessage, StoredMessage};
use axum::Json;
use axum::extract::State;
use domain::ground::id::UserId;
use domain::message::{MessageState, MessageStatus};
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use domain::team::settings::Settings;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::paging::{self, Query};
use crate::problem::{ApiError, Problem};
use crate::standing::Standings;
use crate::view::{self, MessageView, Parts};
use crate::{App, Shared, cursor};

mod places;

use places::{Chunk, Order, Place, Places, Reader, Source, Window};

/// How many messages a filter looks at for one page. A page may hold fewer than asked for, and still have a next one.
const EXAMINED: usize = 200;
/// How many messages are looked at in one go when a page is not full yet.
const FURTHER: usize = 10;
/// How many messages are read at once.
const AT_ONCE: usize = 10;

/// Which messages, in which order.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only followed ones (true), or only those that are not.
    tracked: Option<bool>,
    /// Whose. The caller's when left out, or everybody's of a record.
    #[param(value_type = Option<String>)]
    owner: Option<String>,
    /// Only those about this record (`contact:c-1`), by whoever sent them. Drafts are their owner's and not among them, unless
    /// `status` asks for drafts.
    regarding: Option<String>,
    /// The same, with those that went to this record.
    record: Option<String>,
    /// Only those with this status.
    #[param(value_type = Option<String>)]
    status: Option<MessageStatus>,
    /// `sent_at`, `opens`, `last_opened_at`, `attachment_views`, `link_clicks` or `replies`; `-` before it for the
    /// highest first. `-sent_at` when left out. By a figure, the newest messages are covered: 1,000 of an owner, 500 of a
    /// record (`window` tells).
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
    /// Where the next page begins; null on the last one. A page may hold fewer than asked for.
    next_cursor: Option<String>,
    /// What a list that is sorted by a figure covers; null in order of time, where nothing is left out.
    window: Option<WindowView>,
}

/// The newest messages, filters aside, that a list covers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowView {
    /// How many there are.
    messages: usize,
    /// None is older than these.
    complete: bool,
    /// When the oldest of them leaves or left. What is older is outside, unless `complete`.
    since: Option<String>,
}

struct Filter {
    tracked: Option<bool>,
    regarding: Option<RecordRef>,
    record: Option<RecordRef>,
    owner: Option<UserId>,
    status: Option<MessageStatus>,
}

/// Where a page ended, and the newest message when the list was begun: later ones do not move its window.
#[derive(Serialize, Deserialize)]
struct Mark {
    last: Place,
    newest: Option<ListedMessage>,
}

/// The messages of an owner, or of a record.
#[utoipa::path(get, path = "/v1/messages", tag = "messages", params(ListQuery),
    responses((status = 200, body = Page), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page>, ApiError> {
    let limit = paging::limit(query.limit)?;
    let order = Order::read(query.sort.as_deref().unwrap_or("-sent_at"))?;
    let filter = Filter::read(&query)?;
    let source = filter.source(caller.user.id);
    let asked = format!(
        "{}|{source:?}|{:?}|{:?}|{:?}|{:?}|{:?}|{order:?}",
        caller.org, query.tracked, query.owner, query.regarding, query.record, query.status
    );
    let mark = paging::after::<Mark>(&app.keys, &asked, query.cursor.as_deref())?;
    let (last, newest) = mark.map(|mark| (mark.last, mark.newest)).unzip();
    let settings = app.store.settings(caller.org).await?;
    let reader = Reader { app: &app, org: caller.org, source, followed: settings.tracking_enabled };
    let mut places = Places::open(reader, order, last, newest.flatten()).await?;
    let (found, last) = fill(&app, &caller, &filter, &mut places, limit).await?;
    let items = views(&app, &settings, found, caller.now).await?;
    let newest = places.newest();
    let next_cursor = last.and_then(|last| cursor::write(&app.keys, &asked, &Mark { last, newest }));
    Ok(Json(Page { items, next_cursor, window: places.window().map(WindowView::from) }))
}

impl From<Window> for WindowView {
    fn from(window: Window) -> Self {
        let Window { messages, complete, since } = window;
        Self { messages, complete, since: since.map(domain::time::instant::format) }
    }
}

impl Filter {
    fn read(query: &ListQuery) -> Result<Self, ApiError> {
        let invalid = |pointer: &'static str| {
            move |error: domain::people::record::InvalidRecordRef| {
                ApiError::field(pointer, "invalid_id", error.to_string())
            }
        };
        let record = |text: &Option<String>, pointer| {
            text.as_deref().map(str::parse::<RecordRef>).transpose().map_err(invalid(pointer))
        };
        let owner = query.owner.as_deref().map(str::parse).transpose();
        let owner = owner.map_err(|error: domain::ground::id::InvalidId| {
            ApiError::field("/owner", "invalid_id", error.to_string())
        })?;
        Ok(Self {
            tracked: query.tracked,
            regarding: record(&query.regarding, "/regarding")?,
            record: record(&query.record, "/record")?,
            owner,
            status: query.status,
        })
    }

    /// Drafts stand in their owner's list only.
    fn source(&self, caller: UserId) -> Source {
        match self.regarding.as_ref().or(self.record.as_ref()) {
            Some(record) if self.status != Some(MessageStatus::Draft) => Source::Record(record.clone()),
            _ => Source::Owner(self.owner.unwrap_or(caller)),
        }
    }

    fn lets(&self, StoredMessage { message, copies }: &StoredMessage, now: Timestamp) -> bool {
        self.tracked.is_none_or(|tracked| message.tracked == tracked)
            && self.regarding.as_ref().is_none_or(|regarding| message.regarding.as_ref() == Some(regarding))
            && self.record.as_ref().is_none_or(|record| message.records().contains(record))
            && self.owner.is_none_or(|owner| message.owner == owner)
            && self.status.is_none_or(|status| message.status(copies, now) == status)
    }
}

/// A message of a page, with its figures.
type Found = (StoredMessage, Kpis);

/// Reads messages in their order until the page is full. Also says where it ended, if there is a next one.
async fn fill(
    app: &App,
    caller: &Caller,
    filter: &Filter,
    places: &mut Places<'_>,
    limit: usize,
) -> Result<(Vec<Found>, Option<Place>), ApiError> {
    let (mut found, mut last, mut examined) = (Vec::new(), None, 0);
    while found.len() < limit && examined < EXAMINED {
        let ask = if examined == 0 { limit } else { FURTHER.max(limit - found.len()) };
        let Chunk { places: chunk, more } = places.next(ask).await?;
        let ids: Vec<_> = chunk.iter().map(|(place, _)| place.listed.message).collect();
        let reads = stream::iter(ids).map(|id| app.store.message_for_list(id)).buffered(AT_ONCE);
        let read: Vec<Option<StoredMessage>> = reads.try_collect().await?;
        let end = chunk.len();
        for (n, ((place, kpis), stored)) in chunk.into_iter().zip(read).enumerate() {
            (last, examined) = (Some(place), examined + 1);
            let there =
                |stored: &StoredMessage| stored.message.org == caller.org && places.is_current(place, &stored.message);
            found.extend(stored.filter(|stored| there(stored) && filter.lets(stored, caller.now)).map(|it| (it, kpis)));
            if found.len() == limit {
                return Ok((found, last.filter(|_| more || n + 1 < end)));
            }
        }
        if !more {
            return Ok((found, None));
        }
    }
    Ok((found, last))
}

/// The views of messages. What the recipients of drafts allow is looked up once for each of them.
async fn views(
    app: &App,
    settings: &Settings,
    found: Vec<Found>,
    now: Timestamp,
) -> Result<Vec<MessageView>, ApiError> {
    let asked = |stored: &&StoredMessage| settings.tracking_enabled && stored.message.state == MessageState::Draft;
    let drafts = found.iter().map(|(stored, _)| stored).filter(asked).map(|stored| &stored.message);
    let standings = Standings::of_drafts(app, drafts).await?;
    let view = |(stored, kpis): &Found| {
        let standings = standings.of(&stored.message);
        view::message(stored, Parts { settings, standings: &standings, kpis, content: None, reminder: None }, now)
    };
    Ok(found.iter().map(view).collect())
}
