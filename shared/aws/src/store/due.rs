//! Hints at work that waits for its time, and the places up to which the ticks have read them.

use domain::time::due::{Due, KEPT, Minute, SHARDS, Tick};
use domain::time::instant;
use futures::TryStreamExt;
use futures::stream::{self, Stream, StreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

/// How many partitions are read at once, each with a page in memory.
const PARTITIONS: usize = 8;
/// How many pages are followed at once.
const PAGES: usize = 4;
/// How many hints a page has at most: what a tick holds in memory does not grow with what is due.
const PAGE: i32 = 1000;

#[derive(Serialize, Deserialize)]
struct Position {
    #[serde(with = "domain::time::instant::millis")]
    next: Timestamp,
}

/// The hints of a page. One that cannot be read must not keep all others, of every organisation, from being followed.
fn readable(page: Vec<Item>) -> Vec<Due> {
    let read = |item: Item| {
        let place = item.sk().to_owned();
        item.read().inspect_err(|error| tracing::error!(place, %error, "hint left out")).ok()
    };
    page.into_iter().filter_map(read).collect()
}

impl Store {
    /// Files a hint. Filing it twice is the same as once. What is due now is filed under the next minute: a tick may
    /// be reading this one.
    pub async fn file_due(&self, due: &Due, now: Timestamp) -> Result<(), Error> {
        let at = due.at.max(Minute::of(now).next().start());
        let item = Item::new(&keys::due(due, at), due)?.expiring(at + KEPT);
        self.table.put(item, Condition::Any).await
    }

    /// One tick at `now`: hands every hint that no tick has read yet to `follow`, page by page and in no order, and
    /// remembers how far it came. When it dies on the way, the next one goes on from there: a hint may be followed twice.
    ///
    /// # Errors
    /// When the table does not answer, or `follow` fails.
    pub async fn follow_due<E, F>(&self, tick: Tick, now: Timestamp, follow: impl Fn(Vec<Due>) -> F) -> Result<(), E>
    where
        E: From<Error>,
        F: Future<Output = Result<(), E>>,
    {
        let (last, next) = (tick.last(now), tick.next(now));
        let mut minute = self.next_minute(tick).await?.unwrap_or(Minute::of(now)).resumed(now);
        while minute <= last {
            let end = minute.stretch(last);
            let pages = self.due_pages(tick, minute, end).map_err(E::from);
            pages.try_for_each_concurrent(PAGES, &follow).await?;
            minute = end.next();
            self.put_next_minute(tick, minute.min(next)).await?;
        }
        Ok(())
    }

    /// The hints of the minutes from `first` to `last`.
    fn due_pages(&self, tick: Tick, first: Minute, last: Minute) -> impl Stream<Item = Result<Vec<Due>, Error>> {
        let shards = move |hour: String| (0..SHARDS).map(move |shard| keys::due_partition(tick, &hour, shard));
        let partitions = stream::iter(first.hours_to(last).flat_map(shards));
        // Every sort key is longer than its instant, so those of the minute after the last are behind the end.
        let (from, to) = (instant::format(first.start()), instant::format(last.next().start()));
        let range = Range { from, to, limit: Some(PAGE), eventual: true, ..Range::default() };
        let pages = partitions.map(move |partition| self.table.pages(partition, range.clone()).boxed());
        pages.flatten_unordered(PARTITIONS).map(|page| Ok(readable(page?)))
    }

    /// The first minute that no tick has read to its end yet.
    async fn next_minute(&self, tick: Tick) -> Result<Option<Minute>, Error> {
        let position: Option<Position> = self.table.get(&keys::tick(tick)).await?;
        Ok(position.map(|position| Minute::of(position.next)))
    }

    /// Remembers that all minutes before `next` were read. Two ticks at once may read a minute twice, never skip one.
    async fn put_next_minute(&self, tick: Tick, next: Minute) -> Result<(), Error> {
        let item = Item::new(&keys::tick(tick), &Position { next: next.start() })?;
        self.table.put(item, Condition::Any).await
    }
}
