//! The places of a list: read from an owner or a record, ordered by time or by a figure within a window.

use std::collections::{BTreeMap, VecDeque};

use aws::store::{ListPart, ListedMessage};
use domain::ground::id::{MessageId, OrgId, UserId};
use domain::message::{Message, MessageState};
use domain::signs::engagement::Kpis;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AT_ONCE, ListOrder, ListSource, ListWindow, MessageFilter, OrderFigure};
use crate::{Desk, Refused};

/// A place in the sorted list: the figure, then the place in order of time. No two are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Place {
    value: i64,
    pub(super) listed: ListedMessage,
}

/// The next places, and whether there are more behind them.
pub(super) struct Chunk {
    pub(super) places: Vec<(Place, Kpis)>,
    pub(super) more: bool,
}

/// The places of a list behind the page before.
pub(super) struct Places<'a> {
    reader: Reader<'a>,
    order: ListOrder,
    rest: Rest,
}

enum Rest {
    /// Behind this place, read as they are needed.
    ByTime(Option<ListedMessage>),
    /// All there, sorted.
    ByFigure { sorted: VecDeque<(Place, Kpis)>, window: ListWindow, newest: Option<ListedMessage> },
}

impl Place {
    /// The place before the first one that a filter of time lets pass.
    pub(super) fn beginning(filter: &MessageFilter, order: ListOrder) -> Option<Self> {
        let (at, id) = match (order.figure, order.descending) {
            (OrderFigure::SentAt, true) => (filter.sent_before?, [0; 16]),
            (OrderFigure::SentAt, false) => (filter.sent_after?, [u8::MAX; 16]),
            _ => return None,
        };
        let listed = ListedMessage { at, message: MessageId::from_bytes(id), owner: UserId::from_bytes([0; 16]) };
        Some(Self { value: 0, listed })
    }
}

impl ListOrder {
    fn value(self, listed: &ListedMessage, kpis: &Kpis) -> i64 {
        match self.figure {
            OrderFigure::SentAt => 0,
            OrderFigure::CreatedAt => listed.message.at().as_millisecond(),
            OrderFigure::Opens => kpis.opens.into(),
            OrderFigure::LastOpenedAt => kpis.last_opened_at.map_or(0, Timestamp::as_millisecond),
            OrderFigure::AttachmentViews => kpis.attachment_views.into(),
            OrderFigure::LinkClicks => kpis.link_clicks.into(),
            OrderFigure::Replies => kpis.replies.into(),
        }
    }
}

/// Reads places, and the figures that they are sorted by.
pub(super) struct Reader<'a> {
    pub(super) desk: &'a Desk,
    pub(super) org: OrgId,
    pub(super) source: ListSource,
    /// The organisation tracks mail; otherwise there are no figures to see.
    pub(super) tracked: bool,
}

impl Reader<'_> {
    /// How many of the newest messages are sorted by a figure. Figures of a record's messages lie apart, owner by owner, and
    /// cost half a read unit each.
    fn window(&self) -> usize {
        match self.source {
            ListSource::Owner(_) => 1000,
            ListSource::Owners(_) | ListSource::Record(_) => 500,
        }
    }

    async fn read(&self, part: ListPart) -> Result<Vec<ListedMessage>, Refused> {
        let store = &self.desk.store;
        Ok(match &self.source {
            ListSource::Owner(owner) => store.messages_of_owner(self.org, *owner, part).await?,
            ListSource::Owners(owners) => {
                let reads = owners.iter().map(|owner| store.messages_of_owner(self.org, *owner, part));
                let reads = stream::iter(reads.collect::<Vec<_>>()).buffer_unordered(AT_ONCE);
                let mut all: Vec<ListedMessage> = reads.try_concat().await?;
                all.sort_unstable();
                if part.newest_first {
                    all.reverse();
                }
                all.truncate(part.limit);
                all
            }
            ListSource::Record(record) => store.messages_of_record(self.org, record, part).await?,
        })
    }

    async fn places(&self, listed: &[ListedMessage], order: ListOrder) -> Result<Vec<(Place, Kpis)>, Refused> {
        let mut figures =
            if self.tracked { self.desk.store.figures_of(self.org, listed).await? } else { BTreeMap::new() };
        let place = |listed: &ListedMessage| {
            let kpis = figures.remove(&listed.message).unwrap_or_default();
            (Place { value: order.value(listed, &kpis), listed: *listed }, kpis)
        };
        Ok(listed.iter().map(place).collect())
    }
}

impl<'a> Places<'a> {
    /// The places behind `last`. By a figure, those of the window whose newest message is `newest`: what was sent since the
    /// first page moves nothing.
    pub(super) async fn open(
        reader: Reader<'a>,
        order: ListOrder,
        last: Option<Place>,
        newest: Option<ListedMessage>,
    ) -> Result<Self, Refused> {
        if order.figure == OrderFigure::SentAt {
            return Ok(Self { reader, order, rest: Rest::ByTime(last.map(|place| place.listed)) });
        }
        let limit = reader.window();
        let mut listed: Vec<ListedMessage> = newest.into_iter().collect();
        // One more says whether there are older ones.
        let part = ListPart { newest_first: true, after: newest, limit: limit + 1 - listed.len() };
        listed.extend(reader.read(part).await?);
        let complete = listed.len() <= limit;
        listed.truncate(limit);
        let window = ListWindow { messages: listed.len(), complete, since: listed.last().map(|listed| listed.at) };
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
    pub(super) async fn next(&mut self, ask: usize) -> Result<Chunk, Refused> {
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
            ListSource::Owner(_) | ListSource::Owners(_) => true,
            ListSource::Record(_) => message.state != MessageState::Draft && message.send_at == Some(place.listed.at),
        }
    }

    /// Whether the newest comes first; none by a figure.
    pub(super) fn newest_first(&self) -> Option<bool> {
        matches!(self.rest, Rest::ByTime(_)).then_some(self.order.descending)
    }

    /// What the list covers, by a figure.
    pub(super) fn window(&self) -> Option<ListWindow> {
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
