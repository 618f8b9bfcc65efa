//! Lists of messages: an owner's, or a record's by whoever sent them.
//!
//! In order of time a list goes on page after page without end. By a figure it covers a window of the newest messages: their
//! figures are read at once and sorted, and only the messages of the page are read.

use aws::store::ListedMessage;
use domain::ground::id::UserId;
use domain::message::{Message, MessageState, MessageStatus, MessageWithCopies};
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use domain::team::settings::Settings;
use domain::team::visibility::Sight;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::messages::{Known, MessageDetails};
use crate::{Actor, Code, Desk, Refused};

mod places;

use places::{Chunk, Place, Places, Reader};

/// How many messages a filter looks at for one page. A page may hold fewer than asked for, and still have a next one.
const EXAMINED: usize = 200;
/// How many messages are looked at in one go when a page is not full yet.
const FURTHER: usize = 10;
/// How many messages are read at once.
const AT_ONCE: usize = 10;

/// Filters of a list; what is `None` lets everything pass.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    /// Only tracked ones (true), or only those that are not.
    pub tracked: Option<bool>,
    /// Only those about this record. Drafts are their owner's and not among them, unless `status` asks for drafts.
    pub regarding: Option<RecordRef>,
    /// The same, with those that went to this record.
    pub record: Option<RecordRef>,
    /// Only this user's; the actor's when no record is given.
    pub owner: Option<UserId>,
    /// Only those with this status.
    pub status: Option<MessageStatus>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListOrder {
    /// What it is ordered by.
    pub figure: OrderFigure,
    /// The highest first.
    pub descending: bool,
}

/// The figures by which a list can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderFigure {
    /// When it leaves or left.
    SentAt,
    /// Opens by persons.
    Opens,
    /// The last open by a person.
    LastOpenedAt,
    /// Views of files by persons.
    AttachmentViews,
    /// Clicks by persons.
    LinkClicks,
    /// Answers by persons.
    Replies,
}

/// The place where a page ended, and the newest message when the list was begun: later ones do not move its window.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListMark {
    last: Place,
    newest: Option<ListedMessage>,
}

/// The newest messages, filters aside, that a list by a figure covers.
#[derive(Debug, Clone, Copy)]
pub struct ListWindow {
    /// How many there are.
    pub messages: usize,
    /// There are no older ones.
    pub complete: bool,
    /// When the oldest of them leaves or left.
    pub since: Option<Timestamp>,
}

/// A page of messages.
#[derive(Debug)]
pub struct MessagePage {
    /// The messages.
    pub items: Vec<MessageDetails>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<ListMark>,
    /// What the list covers; `None` in order of time, where nothing is left out.
    pub window: Option<ListWindow>,
}

/// The messages that are listed.
#[derive(Debug, Clone)]
enum ListSource {
    /// All of an owner's.
    Owner(UserId),
    /// Those that left, or will, about a record or to it.
    Record(RecordRef),
}

impl ListOrder {
    /// The order that a name tells: `sent_at`, `opens`, `last_opened_at`, `attachment_views`, `link_clicks` or `replies`,
    /// with `-` before it for the highest first.
    ///
    /// # Errors
    /// [`Code::InvalidValue`].
    pub fn read(text: &str) -> Result<Self, Refused> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let figure = match name {
            "sent_at" => OrderFigure::SentAt,
            "opens" => OrderFigure::Opens,
            "last_opened_at" => OrderFigure::LastOpenedAt,
            "attachment_views" => OrderFigure::AttachmentViews,
            "link_clicks" => OrderFigure::LinkClicks,
            "replies" => OrderFigure::Replies,
            _ => return Err(Refused::field("/sort", Code::InvalidValue, "not an order of this list")),
        };
        Ok(Self { figure, descending })
    }
}

impl MessageFilter {
    /// Drafts stand in their owner's list only.
    fn source(&self, actor: UserId) -> ListSource {
        match self.regarding.as_ref().or(self.record.as_ref()) {
            Some(record) if self.status != Some(MessageStatus::Draft) => ListSource::Record(record.clone()),
            _ => ListSource::Owner(self.owner.unwrap_or(actor)),
        }
    }

    fn lets(&self, MessageWithCopies { message, copies }: &MessageWithCopies, now: Timestamp) -> bool {
        self.tracked.is_none_or(|tracked| message.tracked == tracked)
            && self.regarding.as_ref().is_none_or(|regarding| message.regarding.as_ref() == Some(regarding))
            && self.record.as_ref().is_none_or(|record| message.records().contains(record))
            && self.owner.is_none_or(|owner| message.owner == owner)
            && self.status.is_none_or(|status| message.status(copies, now) == status)
    }
}

/// A message of a page, with its figures.
type Found = (MessageWithCopies, Kpis);

impl Desk {
    /// A page of messages behind `mark`.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn messages(
        &self,
        actor: &Actor,
        filter: &MessageFilter,
        order: ListOrder,
        mark: Option<ListMark>,
        limit: usize,
    ) -> Result<MessagePage, Refused> {
        let settings = self.store.settings(actor.org).await?;
        let source = filter.source(actor.user()?.id);
        let sight = actor.sight(settings.sent_visibility);
        let (last, newest) = mark.map(|mark| (mark.last, mark.newest)).unzip();
        let reader = Reader { desk: self, org: actor.org, source, tracked: settings.tracking_enabled };
        let mut places = Places::open(reader, order, last, newest.flatten()).await?;
        let (found, last) = self.fill_page(actor, (filter, sight), &mut places, limit).await?;
        let items = self.list_details(&settings, found, actor.now).await?;
        let newest = places.newest();
        Ok(MessagePage { items, next: last.map(|last| ListMark { last, newest }), window: places.window() })
    }

    /// Reads messages in their order until the page is full. Also says where it ended, if there is a next one.
    async fn fill_page(
        &self,
        actor: &Actor,
        (filter, sight): (&MessageFilter, Sight),
        places: &mut Places<'_>,
        limit: usize,
    ) -> Result<(Vec<Found>, Option<Place>), Refused> {
        let mut found = Vec::new();
        let mut last = None;
        let mut examined = 0;
        while found.len() < limit && examined < EXAMINED {
            let ask = if examined == 0 { limit } else { FURTHER.max(limit - found.len()) };
            let Chunk { places: chunk, more } = places.next(ask).await?;
            let ids: Vec<_> = chunk.iter().map(|(place, _)| place.listed.message).collect();
            let reads = stream::iter(ids).map(|id| self.store.message_for_list(id)).buffered(AT_ONCE);
            let read: Vec<Option<MessageWithCopies>> = reads.try_collect().await?;

            let end = chunk.len();
            for (n, ((place, kpis), stored)) in chunk.into_iter().zip(read).enumerate() {
                last = Some(place);
                examined += 1;
                if let Some(stored) = stored
                    && stored.message.org == actor.org
                    && places.is_current(place, &stored.message)
                    && sight.sees(&stored.message)
                    && filter.lets(&stored, actor.now)
                {
                    found.push((stored, kpis));
                }
                if found.len() == limit {
                    let goes_on = more || n + 1 < end;
                    return Ok((found, if goes_on { last } else { None }));
                }
            }
            if !more {
                return Ok((found, None));
            }
        }
        Ok((found, last))
    }

    /// The details of messages. The standings of drafts' recipients are looked up once for each of them.
    async fn list_details(
        &self,
        settings: &Settings,
        found: Vec<Found>,
        now: Timestamp,
    ) -> Result<Vec<MessageDetails>, Refused> {
        let is_draft = |message: &&Message| settings.tracking_enabled && message.state == MessageState::Draft;
        let drafts = found.iter().map(|(stored, _)| &stored.message).filter(is_draft);
        let standings = self.standings_of_drafts(drafts).await?;
        let details = |(stored, kpis): Found| {
            let standings = standings.of(&stored.message);
            let copy_kpis = if stored.copies.len() == 1 { vec![kpis.clone()] } else { Vec::new() };
            let known = Known { settings, standings: &standings, kpis: &kpis, copy_kpis, content: None };
            MessageDetails::of(stored, known, now)
        };
        Ok(found.into_iter().map(details).collect())
    }
}
