//! Hints at work that waits for its time, and the place up to which the tick has read them.

use domain::due::{Due, Minute, SHARDS, Work};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

/// How long a hint outlives its time, for outages of the tick.
const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);

#[derive(Serialize, Deserialize)]
struct Tick {
    #[serde(with = "domain::instant::millis")]
    next: Timestamp,
}

impl Store {
    /// Files a hint. Filing it twice is the same as once.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn file_due(&self, due: &Due) -> Result<(), Error> {
        let work = match due.work {
            Work::Send { .. } => "send",
            Work::Check => "check",
        };
        let item = Item::new(&keys::due(due.at, due.message, work), due)?.expiring(due.at + KEPT);
        self.table.put(item, Condition::Any).await
    }

    /// The hints of one shard of a minute.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn due_in(&self, minute: Minute, shard: u8) -> Result<Vec<Due>, Error> {
        debug_assert!(shard < SHARDS);
        // Positions begin with the digits of an instant, so ":" is behind all of them.
        let range = Range { from: "0".to_owned(), to: ":".to_owned(), eventual: true, ..Range::default() };
        let items = self.table.query(&keys::due_partition(minute, shard), &range).await?;
        items.into_iter().map(Item::read).collect()
    }

    /// The first minute that no tick has read yet.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn next_tick(&self) -> Result<Option<Minute>, Error> {
        let tick: Option<Tick> = self.table.get(&keys::tick()).await?;
        Ok(tick.map(|tick| Minute::of(tick.next)))
    }

    /// Remembers that all minutes before `next` were read. Two ticks at once may read a minute twice, never skip one.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_next_tick(&self, next: Minute) -> Result<(), Error> {
        let item = Item::new(&keys::tick(), &Tick { next: next.start() })?;
        self.table.put(item, Condition::Any).await
    }
}
