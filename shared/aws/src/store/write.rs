//! Writes, prepared apart from the moment at which they happen.
//!
//! A front makes its answer of what will be stored, then stores both in one transaction. So the methods that change
//! something return a [`Next`]: the value as it will be stored, and the writes that store it. [`Store::commit`] executes
//! any number of them, all or none.

use domain::ground::id::OrgId;
use domain::ground::version::Versioned;
use serde::Serialize;

use super::idempotency::{self, Idempotency};
use super::keys::Key;
use super::table::{Addition, Condition, Item};
use super::{Error, Store};

/// A write of one item, on its condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Write(pub(super) Operation);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operation {
    Put(Item, Condition),
    Delete(Key),
    Add(Addition),
}

impl Write {
    pub(super) fn put<T: Serialize>(key: &Key, value: &T, condition: Condition) -> Result<Self, Error> {
        Ok(Self::item(Item::new(key, value)?, condition))
    }

    pub(super) fn item(item: Item, condition: Condition) -> Self {
        Self(Operation::Put(item, condition))
    }

    pub(super) fn delete(key: Key) -> Self {
        Self(Operation::Delete(key))
    }

    pub(super) fn add(addition: Addition) -> Self {
        Self(Operation::Add(addition))
    }

    /// The write of an answer that belongs to an `Idempotency-Key`.
    pub(super) fn answer(org: OrgId, record: &Idempotency) -> Result<Self, Error> {
        let (item, condition) = idempotency::write(org, record)?;
        Ok(Self::item(item, condition))
    }
}

/// A value as it will be stored, and the writes that store it.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Next<T> {
    /// The value under its next version.
    pub value: T,
    /// The writes, of which all happen or none.
    pub writes: Vec<Write>,
}

impl<T> Next<T> {
    pub(super) fn of(value: T, writes: Vec<Write>) -> Self {
        Self { value, writes }
    }
}

impl<T: Versioned + Serialize> Next<T> {
    /// The successor of `before`, on condition that it is still the one that is stored; without one, the first version,
    /// on condition that nothing is there.
    pub(super) fn version(key: &Key, before: Option<&T>, after: T) -> Result<Self, Error> {
        let (after, condition) = succeed(before, after);
        let write = Write::put(key, &after, condition)?;
        Ok(Self::of(after, vec![write]))
    }
}

/// Counts: the value under its next version, and the condition of its write.
pub(super) fn succeed<T: Versioned>(before: Option<&T>, after: T) -> (T, Condition) {
    match before {
        Some(before) if before.version() == 0 => (after.at_version(1), Condition::Uncounted),
        Some(before) => (after.succeeding(before), Condition::Version(before.version())),
        None => (after.at_version(1), Condition::Absent),
    }
}

impl Store {
    /// Executes writes, all or none. With an answer, the answer is stored with them.
    ///
    /// # Errors
    /// [`Error::Conflict`] when a condition does not hold, or the request was answered before.
    pub async fn commit(&self, mut writes: Vec<Write>, answer: Option<(OrgId, &Idempotency)>) -> Result<(), Error> {
        if let Some((org, answer)) = answer {
            writes.push(Write::answer(org, answer)?);
        }
        self.table.commit(writes).await
    }

    /// Stores a value and gives it as it was stored.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody else changed it since it was read.
    pub async fn write<T>(&self, next: Next<T>) -> Result<T, Error> {
        self.table.commit(next.writes).await?;
        Ok(next.value)
    }
}
