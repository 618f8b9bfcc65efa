//! Work that waits for its time: hints filed under the minute they are due, in a few shards.
//!
//! A hint is only a hint: the state of what it points at decides when it is acted on. A hint is filed before
//! the state is written, may be acted on twice, and is never deleted by us (the table's TTL does that).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::id::MessageId;

/// Over how many partitions the hints of a minute are spread. Each takes 1,000 writes a second, and each costs
/// half a read unit a minute when there is nothing to do.
pub const SHARDS: u8 = 4;
/// How far ahead a tick reads: the current minute and the next two.
pub const LOOK_AHEAD: SignedDuration = SignedDuration::from_mins(2);
/// What is due within this time goes straight to the queue: a tick may have read its minute before the hint was
/// written. A tick reads the minutes up to two ahead, so a hint four minutes ahead has at least one to be written.
pub const DIRECT: SignedDuration = SignedDuration::from_mins(4);
/// After this time somebody looks whether directly queued work was really done.
pub const CHECK_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// What to do when the time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Queue the copies of a message.
    Send {
        /// How many copies it has.
        copies: u16,
    },
    /// Look at the copies of a message and queue those that are unfinished.
    Check,
}

/// A piece of work and when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Due {
    /// Not before this instant.
    #[serde(with = "crate::instant::millis")]
    pub at: Timestamp,
    /// Of which message.
    pub message: MessageId,
    /// What to do.
    pub work: Work,
}

/// The start of a minute, as keys and the cursor of the tick name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(i64);

impl Minute {
    /// The minute that an instant lies in.
    pub fn of(at: Timestamp) -> Self {
        Self(at.as_second().div_euclid(60))
    }

    /// The following minute.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        Timestamp::from_second(self.0 * 60).unwrap_or(Timestamp::MAX)
    }
}

/// `2026-11-23T08:00`.
impl std::fmt::Display for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.start().strftime("%Y-%m-%dT%H:%M"))
    }
}

/// The shard of a message's hints: its last random byte, so that one minute's work spreads evenly.
pub fn shard(message: MessageId) -> u8 {
    message.to_bytes()[15] % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_follow_each_other() {
        let at: Timestamp = "2026-11-23T08:00:59.999Z".parse().unwrap();
        assert_eq!(Minute::of(at).to_string(), "2026-11-23T08:00");
        assert_eq!(Minute::of(at).next().to_string(), "2026-11-23T08:01");
        assert_eq!(Minute::of(Minute::of(at).start()), Minute::of(at));
    }
}
