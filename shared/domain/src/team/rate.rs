//! How many requests a key may make, minute by minute.
//!
//! Each process counts for itself and writes nothing, so a request costs no more for being counted. A function's instance
//! takes one request at a time, and a client that asks one after the other stays with one instance: it gets the limit
//! exactly. A client with `n` requests at once gets at most `n` times the limit.

use std::collections::HashMap;

use jiff::Timestamp;

/// The length of a window, in seconds.
pub const WINDOW_SECONDS: i64 = 60;
/// How many keys are counted at once; with more, the counts begin anew.
const MOST_KEYS: usize = 10_000;

/// The requests that a key has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// How many requests a window has.
    pub limit: u32,
    /// How many more it has now.
    pub remaining: u32,
    /// In how many seconds the next window begins.
    pub reset_seconds: i64,
    /// This request is one too many.
    pub exceeded: bool,
}

/// The requests of all keys in the present window.
#[derive(Debug)]
pub struct RequestRate {
    limit: u32,
    window: i64,
    counts: HashMap<String, u32>,
}

impl RequestRate {
    /// Lets each key make `limit` requests a minute.
    pub fn new(limit: u32) -> Self {
        Self { limit, window: 0, counts: HashMap::new() }
    }

    /// Counts a request of a key.
    pub fn count(&mut self, key: &str, now: Timestamp) -> Allowance {
        let window = now.as_second().div_euclid(WINDOW_SECONDS);
        if window != self.window || self.counts.len() >= MOST_KEYS {
            self.window = window;
            self.counts.clear();
        }

        let count = self.counts.entry(key.to_owned()).or_default();
        *count = count.saturating_add(1);
        Allowance {
            limit: self.limit,
            remaining: self.limit.saturating_sub(*count),
            reset_seconds: WINDOW_SECONDS - now.as_second().rem_euclid(WINDOW_SECONDS),
            exceeded: *count > self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-23T08:{time}Z").parse().unwrap()
    }

    #[test]
    fn each_key_has_its_own_limit_in_each_minute() {
        let mut rate = RequestRate::new(2);
        for (key, time, remaining, exceeded) in [
            ("a", "00:00", 1, false),
            ("a", "00:20", 0, false),
            ("a", "00:59.999", 0, true),
            ("b", "00:59", 1, false),
            ("a", "01:00", 1, false),
        ] {
            let allowance = rate.count(key, at(time));
            assert_eq!((allowance.remaining, allowance.exceeded), (remaining, exceeded), "{key} {time}");
        }
    }

    #[test]
    fn it_says_when_the_next_window_begins() {
        let mut rate = RequestRate::new(1);
        assert_eq!(rate.count("a", at("00:00")).reset_seconds, 60);
        assert_eq!(rate.count("a", at("00:59.5")).reset_seconds, 1);
    }
}
