//! Prepare, view, commit.
//!
//! A use case gives a [`Prepared`]: the value as it will be stored, and everything that has to happen for it. The order is
//! the same for all of them:
//!
//! 1. hints, which lead the scheduler to work that a later step might lose;
//! 2. notes in indexes, which may name a thing too many, never one too few;
//! 3. one transaction, together with the answer of a repeatable request;
//! 4. tasks on the queue, which the hints find again when the process dies before.

use aws::store::{Error, Idempotency, Next, Write};
use domain::ground::id::OrgId;
use domain::ground::task::SendTask;
use domain::time::due::Due;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};

use crate::{Actor, Desk};

/// How many notes are written at once.
const AT_ONCE: usize = 10;

/// A change that was checked and not made yet.
#[derive(Debug)]
#[must_use]
pub struct Prepared<T> {
    /// The value as it will be stored.
    pub after: T,
    org: OrgId,
    now: Timestamp,
    hints: Vec<Due>,
    notes: Vec<Write>,
    writes: Vec<Write>,
    tasks: Vec<(SendTask, SignedDuration)>,
}

impl<T> Prepared<T> {
    pub(crate) fn of(actor: &Actor, next: Next<T>) -> Self {
        Self {
            after: next.value,
            org: actor.org,
            now: actor.now,
            hints: Vec::new(),
            notes: Vec::new(),
            writes: next.writes,
            tasks: Vec::new(),
        }
    }

    /// A change that leaves everything as it is.
    pub(crate) fn nothing(actor: &Actor, value: T) -> Self {
        Self::of(actor, Next { value, writes: Vec::new() })
    }

    pub(crate) fn hint(mut self, due: Due) -> Self {
        self.hints.push(due);
        self
    }

    pub(crate) fn note(mut self, notes: impl IntoIterator<Item = Write>) -> Self {
        self.notes.extend(notes);
        self
    }

    pub(crate) fn with(mut self, writes: impl IntoIterator<Item = Write>) -> Self {
        self.writes.extend(writes);
        self
    }

    pub(crate) fn then_queue(mut self, tasks: Vec<(SendTask, SignedDuration)>) -> Self {
        self.tasks.extend(tasks);
        self
    }

    /// Takes the value out, for the answer of a door, and leaves the change.
    pub fn take(self) -> (T, Prepared<()>) {
        let Self { after, org, now, hints, notes, writes, tasks } = self;
        (after, Prepared { after: (), org, now, hints, notes, writes, tasks })
    }

    /// The same change, seen as another value.
    pub(crate) fn map<U>(self, view: impl FnOnce(T) -> U) -> Prepared<U> {
        let Self { after, org, now, hints, notes, writes, tasks } = self;
        Prepared { after: view(after), org, now, hints, notes, writes, tasks }
    }
}

impl Prepared<()> {
    /// A change of which every part was made already: what is left is the answer.
    pub fn done(actor: &Actor) -> Self {
        Self::nothing(actor, ())
    }
}

impl Desk {
    /// Makes a prepared change, together with the answer to the request that asked for it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody else changed the same thing, or the request was answered before.
    pub async fn commit<T>(&self, prepared: Prepared<T>, answer: Option<&Idempotency>) -> Result<T, Error> {
        let Prepared { after, org, now, hints, notes, writes, tasks } = prepared;
        for hint in &hints {
            self.store.file_due(hint, now).await?;
        }

        let notes = notes.into_iter().map(|note| self.store.commit(vec![note], None));
        stream::iter(notes.collect::<Vec<_>>()).buffer_unordered(AT_ONCE).try_collect::<()>().await?;

        self.store.commit(writes, answer.map(|answer| (org, answer))).await?;
        self.queue(&tasks).await;
        Ok(after)
    }

    /// Queues tasks. The hints that were filed before find those that the queue does not take now.
    async fn queue(&self, tasks: &[(SendTask, SignedDuration)]) {
        if tasks.is_empty() {
            return;
        }
        if let Err(error) = self.sends.put_all(tasks).await {
            tracing::error!(%error, "copies not queued; the scheduler will");
        }
    }
}
