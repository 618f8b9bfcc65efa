//! The places of a list: where they come from, how they are ordered, and what a window of them covers.

use std::collections::{BTreeMap, VecDeque};

use aws::store::{ListPart, ListedMessage};
use domain::ground::id::{OrgId, UserId};
use domain::message::{Message, MessageState};
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::problem::ApiError;

/// Whose messages are listed.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// All of an owner's.
    Owner(UserId),
    /// Those that left, or will, about a record or to it.
    Record(RecordRef),
}

/// By what, and in which direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Order {
    figure: Figure,
    descending: bool,
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

/// A place in the sorted list: the figure, then the place in order of time. No two are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    value: i64,
    pub(super) listed: ListedMessage,
}

/// What a list covers that is sorted by a figure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) messages: usize,
    pub(super) complete: bool,
    pub(super) since: Option<Timestamp>,
}

/// The next places, and whether there are more behind them.
pub(super) struct Chunk {
    pub(super) places: Vec<(Place, Kpis)>,
    pub(super) more: bool,
}

/// The places of a list behind the page before.
pub(super) struct Places<'a> {
    reader: Reader<'a>,
    order: Order,
    rest: Rest,
}

enum Rest {
    /// Behind this place, read as they are needed.
    ByTime(Option<ListedMessage>),
    /// All there, sorted.
    ByFigure { sorted: VecDeque<(Place, Kpis)>, window: Window, newest: Option<ListedMessage> },
}

impl Order {
    /// Reads the order that a query names.
    pub(super) fn read(text: &str) -> Result<Self, ApiError> {
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
        Ok(Self { figure, descending })
    }

    fn value(self, kpis: &Kpis) -> i64 {
        match self.figure {
            Figure::SentAt => 0,
            Figure::Opens => kpis.opens.into(),
            Figure::LastOpenedAt => kpis.last_opened_at.map_or(0, Timestamp::as_millisecond),
            Figure::AttachmentViews => kpis.attachment_views.into(),
            Figure::LinkClicks => kpis.link_clicks.into(),
            Figure::Replies => kpis.replies.into(),
        }
    }
}

/// Reads places, and the figures that they are sorted by.
pub(super) struct Reader<'a> {
    pub(super) app: &'a App,
    pub(super) org: OrgId,
    pub(super) source: Source,
    /// The organisation follows mail; otherwise there are no figures to see.
    pub(super) followed: bool,
}

impl Reader<'_> {
    /// How many of the newest messages are sorted by a figure. Figures of a record's messages lie apart, owner by owner, and
    /// cost half a read unit each.
    fn window(&self) -> usize {
        match self.source {
            Source::Owner(_) => 1000,
            Source::Record(_) => 500,
        }
    }

    async fn read(&self, part: ListPart) -> Result<Vec<ListedMessage>, ApiError> {
        let store = &self.app.store;
        Ok(match &self.source {
            Source::Owner(owner) => store.messages_of_owner(self.org, *owner, part).await?,
            Source::Record(record) => store.messages_of_record(self.org, record, part).await?,
        })
    }

    async fn places(&self, listed: &[ListedMessage], order: Order) -> Result<Vec<(Place, Kpis)>, ApiError> {
        let mut figures =
            if self.followed { self.app.store.figures_of(self.org, listed).await? } else { BTreeMap::new() };
        let place = |listed: &ListedMessage| {
            let kpis = figures.remove(&listed.message).unwrap_or_default();
            (Place { value: order.value(&kpis), listed: *listed }, kpis)
        };
        Ok(listed.iter().map(place).collect())
    }
}

impl<'a> Places<'a> {
    /// The places behind `last`. By a figure, those of the window whose newest message is `newest`: what was sent since the
    /// first page moves nothing.
    pub(super) async fn open(
        reader: Reader<'a>,
        order: Order,
        last: Option<Place>,
        newest: Option<ListedMessage>,
    ) -> Result<Self, ApiError> {
        if order.figure == Figure::SentAt {
            return Ok(Self { reader, order, rest: Rest::ByTime(last.map(|place| place.listed)) });
        }
        let limit = reader.window();
        let mut listed: Vec<ListedMessage> = newest.into_iter().collect();
        // One more says whether there are older ones.
        let part = ListPart { newest_first: true, after: newest, limit: limit + 1 - listed.len() };
        listed.extend(reader.read(part).await?);
        let complete = listed.len() <= limit;
        listed.truncate(limit);
        let window = Window { messages: listed.len(), complete, since: listed.last().map(|listed| listed.at) };
        let mut sorted = reader.places(&listed, order).await?;
        sorted.sort_by_key(|(place, _)| *place);
        if order.descending {
            sorted.reverse();
        }
        let behind = |place: Place, last: Place| if order.descending { place < last } else { place > last };
        sorted.retain(|(place, _)| last.is_none_or(|last| behind(*place, last)));
        let rest = Rest::ByFigure { sorted: sorted.into(), window, newest: listed.first().copied() };
        Ok(Self { reader, order, rest })
    }

    /// The next `ask` places, or as many as there are.
    pub(super) async fn next(&mut self, ask: usize) -> Result<Chunk, ApiError> {
        match &mut self.rest {
            Rest::ByFigure { sorted, .. } => {
                let places = sorted.drain(..ask.min(sorted.len())).collect();
                Ok(Chunk { places, more: !sorted.is_empty() })
            }
            Rest::ByTime(after) => {
                let part = ListPart { newest_first: self.order.descending, after: *after, limit: ask + 1 };
                let mut listed = self.reader.read(part).await?;
                let more = listed.len() > ask;
                listed.truncate(ask);
                *after = listed.last().copied().or(*after);
                Ok(Chunk { places: self.reader.places(&listed, self.order).await?, more })
            }
        }
    }

    /// False for what a record noted of a message that was moved or taken back since.
    pub(super) fn is_current(&self, place: Place, message: &Message) -> bool {
        match self.reader.source {
            Source::Owner(_) => true,
            Source::Record(_) => message.state != MessageState::Draft && message.send_at == Some(place.listed.at),
        }
    }

    /// What the list covers, by a figure.
    pub(super) fn window(&self) -> Option<Window> {
        match self.rest {
            Rest::ByTime(_) => None,
            Rest::ByFigure { window, .. } => Some(window),
        }
    }

    /// The newest message of the window.
    pub(super) fn newest(&self) -> Option<ListedMessage> {
        match self.rest {
            Rest::ByTime(_) => None,
            Rest::ByFigure { newest, .. } => newest,
        }
    }
}
