//! Lists of messages: an owner's, or a record's by whoever sent them.
//!
//! In order of time a list goes on page after page without end. By a figure it covers a window of the newest messages: their
//! figures are read at once and sorted, and only the messages of the page are read.

use aws::store::ListedMessage;
use domain::ground::id::UserId;
use domain::message::{Message, MessageState, MessageStatus, MessageWithCopies, TrackingState};
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use domain::team::settings::Settings;
use domain::team::visibility::Sight;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::messages::{Known, MessageDetails};
use crate::{Actor, Code, Desk, Refused};

mod filter;
mod places;

pub use filter::{ListScope, MessageFilter};

use places::{Chunk, Place, Places, Reader};

/// How many messages a filter looks at for one page. A page may hold fewer than asked for, and still have a next one.
const EXAMINED: usize = 200;
/// How many messages are looked at in any case while nothing was found: no page but the last one is empty.
const AT_MOST: usize = 10_000;
/// How many messages are looked at in one go when a page is not full yet.
const FURTHER: usize = 10;
/// A page ends behind the message with which it has about this many bytes.
const MAX_PAGE: usize = 3_500_000;
/// How many messages are read at once.
const AT_ONCE: usize = 10;

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
    /// When it was first saved.
    CreatedAt,
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
    /// Those of all these owners.
    Owners(Vec<UserId>),
    /// Those that left, or will, about a record or to it.
    Record(RecordRef),
}

impl ListOrder {
    /// The order that a name tells: `sent_at`, `created_at`, `opens`, `last_opened_at`, `attachment_views`, `link_clicks` or `replies`,
    /// with `-` before it for the highest first.
    ///
    /// # Errors
    /// [`Code::InvalidValue`].
    pub fn read(text: &str) -> Result<Self, Refused> {
        let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let figure = match name {
            "sent_at" => OrderFigure::SentAt,
            "created_at" => OrderFigure::CreatedAt,
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

/// The messages of a list that a page shows.
struct Wanted<'a> {
    filter: &'a MessageFilter,
    sight: Sight,
    settings: &'a Settings,
}

/// About how many bytes a message takes in a list.
fn size(MessageWithCopies { message, copies }: &MessageWithCopies) -> usize {
    let recipients = message.recipients.iter();
    let names =
        recipients.map(|one| one.mailbox.email.as_str().len() + one.mailbox.name.as_ref().map_or(0, String::len));
    let metadata = message.metadata.iter().map(|(name, value)| name.len() + value.len());
    let words: usize = names.chain(metadata).sum();
    // Twice, because characters may be written with a backslash; each recipient stands in a field and has a copy.
    2 * (words * 2 + message.subject.len()) + 500 * copies.len() + 200 * message.recipients.len() + 2000
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
        let source = self.source(actor, filter).await?;
        let sight = actor.sight(settings.sent_visibility);
        let (last, newest) = mark.map(|mark| (mark.last, mark.newest)).unzip();
        let reader = Reader { desk: self, org: actor.org, source, tracked: settings.tracking_enabled };
        let begin = last.or_else(|| Place::beginning(filter, order));
        let mut places = Places::open(reader, order, begin, newest.flatten()).await?;
        let filter = Wanted { filter, sight, settings: &settings };
        let (found, last) = self.fill_page(actor, &filter, &mut places, limit).await?;
        let items = self.list_details(&settings, found, actor.now).await?;
        let newest = places.newest();
        Ok(MessagePage { items, next: last.map(|last| ListMark { last, newest }), window: places.window() })
    }

    /// Reads messages in their order until the page is full. Also says where it ended, if there is a next one.
    async fn fill_page(
        &self,
        actor: &Actor,
        wanted: &Wanted<'_>,
        places: &mut Places<'_>,
        limit: usize,
    ) -> Result<(Vec<Found>, Option<Place>), Refused> {
        let mut found = Vec::new();
        let mut last = None;
        let (mut examined, mut bytes) = (0, 0);
        while examined < if found.is_empty() { AT_MOST } else { EXAMINED } {
            let ask = if examined == 0 { limit } else { FURTHER.max(limit - found.len()) };
            let Chunk { places: chunk, more } = places.next(ask).await?;
            let ids: Vec<_> = chunk.iter().map(|(place, _)| place.listed.message).collect();
            let reads = stream::iter(ids).map(|id| self.store.message_for_list(id)).buffered(AT_ONCE);
            let read: Vec<Option<MessageWithCopies>> = reads.try_collect().await?;

            let end = chunk.len();
            for (n, ((place, kpis), stored)) in chunk.into_iter().zip(read).enumerate() {
                last = Some(place);
                examined += 1;
                if wanted.filter.is_behind(place.listed.at, places.newest_first()) {
                    return Ok((found, None));
                }
                if let Some(stored) = stored
                    && stored.message.org == actor.org
                    && places.is_current(place, &stored.message)
                    && self.is_wanted(actor, wanted, &stored, &kpis).await?
                {
                    bytes += size(&stored);
                    found.push((stored, kpis));
                }
                if found.len() == limit || bytes > MAX_PAGE {
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

    async fn is_wanted(
        &self,
        actor: &Actor,
        wanted: &Wanted<'_>,
        stored: &MessageWithCopies,
        kpis: &Kpis,
    ) -> Result<bool, Refused> {
        let Wanted { filter, sight, settings } = wanted;
        let message = &stored.message;
        let kpis = kpis.shown_to(settings);
        if !sight.sees(message) || !filter.lets(stored, kpis, actor.now) {
            return Ok(false);
        }
        let Some(tracked) = filter.tracked else { return Ok(true) };
        if message.state != MessageState::Draft {
            return Ok(message.tracked == tracked);
        }
        let standings = self.standings(message.org, &message.recipients).await?;
        let state = message.tracking(&[], settings, &standings).state;
        Ok((state == TrackingState::On) == tracked)
    }

    /// The messages that are listed. Drafts stand in the lists of their owners only.
    async fn source(&self, actor: &Actor, filter: &MessageFilter) -> Result<ListSource, Refused> {
        let record = filter.regarding.as_ref().or(filter.record.as_ref());
        if let Some(record) = record.filter(|_| filter.status != Some(MessageStatus::Draft)) {
            return Ok(ListSource::Record(record.clone()));
        }
        match (filter.owner, filter.scope) {
            (Some(owner), _) => Ok(ListSource::Owner(owner)),
            (None, Some(ListScope::Organisation)) => {
                let users = self.store.users(actor.org, None, None).await?;
                Ok(ListSource::Owners(users.into_iter().map(|user| user.id).collect()))
            }
            (None, _) => Ok(ListSource::Owner(actor.user()?.id)),
        }
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
