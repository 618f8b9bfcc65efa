//! The time of day: the one place that asks the system what time it is.
//!
//! Functions read `clock.now()` once per request or record and hand the instant down as an argument.
//! On one machine and in tests the same clock can be fixed or moved forward.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A clock whose clones share one setting.
#[derive(Clone, Debug)]
pub struct Clock {
    fixed_base: Option<Timestamp>,
    ahead_millis: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock, which [`Clock::advance`] can still put ahead.
    pub fn system() -> Self {
        Self { fixed_base: None, ahead_millis: Arc::default() }
    }

    /// A clock that stands still at `at` until it is advanced.
    pub fn fixed(at: Timestamp) -> Self {
        Self { fixed_base: Some(at), ahead_millis: Arc::default() }
    }

    /// The present instant, cut to milliseconds: the precision of everything that is stored.
    pub fn now(&self) -> Timestamp {
        let base = self.fixed_base.unwrap_or_else(system_time);
        let ahead = SignedDuration::from_millis(self.ahead_millis.load(Ordering::Relaxed));
        let millis = base.saturating_add(ahead).map_or(i64::MAX, Timestamp::as_millisecond);
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }

    /// Moves this clock and all its clones forward.
    pub fn advance(&self, by: SignedDuration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead_millis.fetch_add(millis, Ordering::Relaxed);
    }
}

#[expect(clippy::disallowed_methods, reason = "this file is the one that asks the system")]
fn system_time() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together_and_only_when_told() {
        let start: Timestamp = "2026-11-23T08:00:00.5Z".parse().unwrap();
        let clock = Clock::fixed(start);
        let clone = clock.clone();
        assert_eq!(clone.now(), start);
        clock.advance(SignedDuration::from_hours(72));
        assert_eq!(clone.now(), start + SignedDuration::from_hours(72));
    }
}
