//! Hints at work that waits for its time, and the places up to which the ticks have read them.

use domain::due::{Due, KEPT, Minute, SHARDS, Tick};
use domain::instant;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

/// How many partitions are read at once.
const AT_ONCE: usize = 16;

#[derive(Serialize, Deserialize)]
struct Position {
    #[serde(with = "domain::instant::millis")]
    next: Timestamp,
}

impl Store {
    /// Files a hint. Filing it twice is the same as once. What is due now is filed under the next minute: a tick may
    /// be reading this one.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn file_due(&self, due: &Due, now: Timestamp) -> Result<(), Error> {
        let at = due.at.max(Minute::of(now).next().start());
        let item = Item::new(&keys::due(due, at), due)?.expiring(at + KEPT);
        self.table.put(item, Condition::Any).await
    }

    /// The hints of the minutes from `first` to `last`, in the order of hours.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn due_from(&self, tick: Tick, first: Minute, last: Minute) -> Result<Vec<Due>, Error> {
        let shards = |hour: String| (0..SHARDS).map(move |shard| keys::due_partition(tick, &hour, shard));
        let partitions: Vec<String> = first.hours_to(last).flat_map(shards).collect();
        // Every sort key is longer than its instant, so those of the minute after the last are behind the end.
        let (from, to) = (instant::format(first.start()), instant::format(last.next().start()));
        let range = Range { from, to, eventual: true, ..Range::default() };
        let range = &range;
        let read = |partition: String| async move { self.table.query(&partition, range).await };
        let items: Vec<Item> = stream::iter(partitions).map(read).buffered(AT_ONCE).try_concat().await?;
        items.into_iter().map(Item::read).collect()
    }

    /// The first minute that no tick has read to its end yet.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn next_minute(&self, tick: Tick) -> Result<Option<Minute>, Error> {
        let position: Option<Position> = self.table.get(&keys::tick(tick)).await?;
        Ok(position.map(|position| Minute::of(position.next)))
    }

    /// Remembers that all minutes before `next` were read. Two ticks at once may read a minute twice, never skip one.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_next_minute(&self, tick: Tick, next: Minute) -> Result<(), Error> {
        let item = Item::new(&keys::tick(tick), &Position { next: next.start() })?;
        self.table.put(item, Condition::Any).await
    }
}
