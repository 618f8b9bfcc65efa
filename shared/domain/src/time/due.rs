//! Work that waits for its time: hints filed in order of time under the hour they are due, in a few shards.
//!
//! A hint is only a hint: the state of what it points at decides when it is acted on. A hint is filed before
//! the state is written, may be acted on twice, and is never deleted by us (the table's TTL does that).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ground::id::{CardId, MessageId, OrgId, UserId};

/// Over how many partitions the hints of an hour are spread. Each takes 1,000 writes a second, and each costs
/// half a read unit a minute when there is nothing to do.
pub const SHARDS: u8 = 4;
/// How far ahead the scheduler reads: the current minute and the next two.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_mins(2);
/// What is due within this time goes straight to the queue: a tick may have read its minute before the hint was
/// written. A tick reads the minutes up to two ahead, so a hint four minutes ahead has at least one to be written.
pub const DIRECT: SignedDuration = SignedDuration::from_mins(4);
/// After this time somebody looks whether directly queued work was really done.
pub const CHECK_AFTER: SignedDuration = SignedDuration::from_mins(5);

/// How long a hint outlives its time, and so the longest outage of a tick that is caught up.
pub const KEPT: SignedDuration = SignedDuration::from_hours(35 * 24);
/// How many minutes a tick reads at once when it catches up: after an outage most of them are empty.
const STRETCH: i64 = 24 * 60;

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
    /// Judge the reminder of a message.
    Remind,
    /// Delete text, files and events of a message, if it was kept long enough.
    Expire,
    /// Bring a snoozed card back.
    Wake {
        /// Whose organisation.
        org: OrgId,
        /// Whose card.
        owner: UserId,
        /// Which.
        card: CardId,
    },
}

/// Who acts on a piece of work: each has its own partitions and its own tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tick {
    /// The scheduler.
    Send,
    /// The reminder.
    Remind,
}

impl Tick {
    /// The word used in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Remind => "remind",
        }
    }

    /// The last minute that a tick at `now` reads. The scheduler reads ahead and lets the queue wait for the second.
    pub fn last(self, now: Timestamp) -> Minute {
        match self {
            Self::Send => Minute::of(now + LOOK_AHEAD),
            Self::Remind => Minute::of(now),
        }
    }

    /// Where the tick after that begins. The reminder reads the present minute again, for what is due in the rest of it.
    pub fn next(self, now: Timestamp) -> Minute {
        match self {
            Self::Send => self.last(now).next(),
            Self::Remind => Minute::of(now),
        }
    }
}

impl Work {
    /// Who acts on it.
    pub fn tick(&self) -> Tick {
        match self {
            Self::Send { .. } | Self::Check => Tick::Send,
            Self::Remind | Self::Wake { .. } | Self::Expire => Tick::Remind,
        }
    }
}

/// A piece of work and when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Due {
    /// Not before this instant.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// Of which message.
    pub message: MessageId,
    /// What to do.
    pub work: Work,
}

/// A minute of the clock: what a tick reads.
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

    /// Where a tick goes on that stopped here: not before the oldest hint that is still kept.
    #[must_use]
    pub fn resumed(self, now: Timestamp) -> Self {
        self.max(Self::of(now - KEPT))
    }

    /// The last minute of a stretch that begins here and is read at once, and does not go beyond `last`.
    #[must_use]
    pub fn stretch(self, last: Self) -> Self {
        Self(last.0.min(self.0 + STRETCH - 1))
    }

    /// The hour it lies in, as partitions name it: `2026-11-23T08`.
    pub fn hour(self) -> String {
        self.start().strftime("%Y-%m-%dT%H").to_string()
    }

    /// The hours from the one it lies in to that of `last`.
    pub fn hours_to(self, last: Self) -> impl Iterator<Item = String> {
        (self.0.div_euclid(60)..=last.0.div_euclid(60)).map(|hour| Self(hour * 60).hour())
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        Timestamp::from_second(self.0 * 60).unwrap_or(Timestamp::MAX)
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
        let at: Timestamp = "2026-11-23T08:59:59.999Z".parse().unwrap();
        let minute = Minute::of(at);
        assert_eq!(
            (minute.start().to_string(), minute.hour()),
            ("2026-11-23T08:59:00Z".into(), "2026-11-23T08".into())
        );
        assert_eq!(minute.next().hour(), "2026-11-23T09");
        assert_eq!(Minute::of(minute.start()), minute);
        assert_eq!(minute.hours_to(minute.next()).collect::<Vec<_>>(), ["2026-11-23T08", "2026-11-23T09"]);
        assert_eq!(minute.stretch(minute.next()), minute.next());
        assert_eq!(minute.hours_to(minute.stretch(Minute::of(Timestamp::MAX))).count(), 25);
    }
}
