//! What was used: calls by name, and the capacity that a bill would count.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cloud::wire::Call;

/// Capacity units of `DynamoDB`.
///
/// A write whose condition fails is billed by AWS and not counted here: its answer does not carry the figure.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Capacity {
    /// Read units.
    pub read: f64,
    /// Write units.
    pub write: f64,
}

impl Capacity {
    fn add(&mut self, other: Self) {
        self.read += other.read;
        self.write += other.write;
    }
}

/// Everything used since the start or the last reset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// How often each call was served, by name (`dynamodb.PutItem`).
    pub calls: BTreeMap<String, u64>,
    /// The sum of all capacity units.
    pub capacity: Capacity,
    /// The capacity units of each call that used any, by name.
    pub capacity_by_call: BTreeMap<String, Capacity>,
}

impl Usage {
    /// How many calls were served in all.
    pub fn total_calls(&self) -> u64 {
        self.calls.values().sum()
    }
}

/// The counter that all clones of a cloud share.
#[derive(Clone, Default)]
pub(crate) struct Meter(Arc<Mutex<Usage>>);

impl Meter {
    pub(crate) fn count(&self, call: &Call, capacity: Capacity) {
        let mut usage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *usage.calls.entry(call.to_string()).or_default() += 1;
        usage.capacity.add(capacity);
        if capacity != Capacity::default() {
            usage.capacity_by_call.entry(call.to_string()).or_default().add(capacity);
        }
    }

    pub(crate) fn usage(&self) -> Usage {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn reset(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Usage::default();
    }
}
