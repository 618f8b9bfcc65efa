//! The places of a list: where they come from, how they are ordered, and what a window of them covers.

use std::collections::VecDeque;

use aws::store::{Listed, Part};
use domain::engagement::Kpis;
use domain::id::{OrgId, UserId};
use domain::message::{Message, State};
use domain::record::RecordRef;
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
    pub(super) listed: Listed,
    /// The place is where a record keeps it, which notes a message anew when it is moved.
    noted: bool,
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
    app: &'a App,
    org: OrgId,
    source: Source,
    rest: Rest,
}

enum Rest {
    /// Read as it is needed.
    ByTime { newest_first: bool, after: Option<Listed> },
    /// All there, sorted.
    ByFigure { sorted: VecDeque<(Place, Kpis)>, window: Window, newest: Option<Listed> },
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

impl Place {
    /// False for what a record noted of a message that was moved or taken back since.
    pub(super) fn is_of(&self, message: &Message) -> bool {
        !self.noted || (message.state != State::Draft && message.send_at == Some(self.listed.at))
    }
}

impl Source {
    /// How many of the newest messages are sorted by a figure. Figures of a record's messages lie apart, owner by owner, and
    /// cost half a read unit each.
    fn window(&self) -> usize {
        match self {
            Self::Owner(_) => 1000,
            Self::Record(_) => 500,
        }
    }

    async fn read(&self, app: &App, org: OrgId, part: Part) -> Result<Vec<Listed>, ApiError> {
        Ok(match self {
            Self::Owner(owner) => app.store.messages_of_owner(org, *owner, part).await?,
            Self::Record(record) => app.store.messages_of_record(org, record, part).await?,
        })
    }

    fn place(&self, value: i64, listed: Listed) -> Place {
        Place { value, listed, noted: matches!(self, Self::Record(_)) }
    }
}

impl<'a> Places<'a> {
    /// The places behind `last`. By a figure, those of the window whose newest message is `newest`: what was sent since the
    /// first page moves nothing.
    pub(super) async fn open(
        app: &'a App,
        org: OrgId,
        source: Source,
        order: Order,
        last: Option<Place>,
        newest: Option<Listed>,
    ) -> Result<Self, ApiError> {
        if order.figure == Figure::SentAt {
            let rest = Rest::ByTime { newest_first: order.descending, after: last.map(|place| place.listed) };
            return Ok(Self { app, org, source, rest });
        }
        let limit = source.window();
        let mut listed: Vec<Listed> = newest.into_iter().collect();
        // One more says whether there are older ones.
        let part = Part { newest_first: true, after: newest, limit: limit + 1 - listed.len() };
        listed.extend(source.read(app, org, part).await?);
        let complete = listed.len() <= limit;
        listed.truncate(limit);
        let window = Window { messages: listed.len(), complete, since: listed.last().map(|listed| listed.at) };
        let mut kpis = app.store.figures(org, &listed).await?;
        let places = listed.iter().map(|listed| {
            let kpis = kpis.remove(&listed.message).unwrap_or_default();
            (source.place(order.value(&kpis), *listed), kpis)
        });
        let mut sorted: Vec<(Place, Kpis)> = places.collect();
        sorted.sort_by_key(|(place, _)| *place);
        if order.descending {
            sorted.reverse();
        }
        sorted
            .retain(|(place, _)| last.is_none_or(|last| if order.descending { *place < last } else { *place > last }));
        let rest = Rest::ByFigure { sorted: sorted.into(), window, newest: listed.first().copied() };
        Ok(Self { app, org, source, rest })
    }

    /// The next `ask` places, or as many as there are.
    pub(super) async fn next(&mut self, ask: usize) -> Result<Chunk, ApiError> {
        match &mut self.rest {
            Rest::ByFigure { sorted, .. } => {
                let places = sorted.drain(..ask.min(sorted.len())).collect();
                Ok(Chunk { places, more: !sorted.is_empty() })
            }
            Rest::ByTime { newest_first, after } => {
                let part = Part { newest_first: *newest_first, after: *after, limit: ask + 1 };
                let mut listed = self.source.read(self.app, self.org, part).await?;
                let more = listed.len() > ask;
                listed.truncate(ask);
                *after = listed.last().copied().or(*after);
                let mut kpis = self.app.store.figures(self.org, &listed).await?;
                let kpis = |listed: Listed| kpis.remove(&listed.message).unwrap_or_default();
                let places = listed.iter().map(|listed| self.source.place(0, *listed));
                let places: Vec<Place> = places.collect();
                let kpis: Vec<Kpis> = listed.into_iter().map(kpis).collect();
                Ok(Chunk { places: places.into_iter().zip(kpis).collect(), more })
            }
        }
    }

    /// What the list covers, by a figure.
    pub(super) fn window(&self) -> Option<Window> {
        match self.rest {
            Rest::ByTime { .. } => None,
            Rest::ByFigure { window, .. } => Some(window),
        }
    }

    /// The newest message of the window.
    pub(super) fn newest(&self) -> Option<Listed> {
        match self.rest {
            Rest::ByTime { .. } => None,
            Rest::ByFigure { newest, .. } => newest,
        }
    }
}
