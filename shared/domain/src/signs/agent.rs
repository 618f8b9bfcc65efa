//! What a `User-Agent` says about who fetched something, reduced to families before anything is stored.
//!
//! Fingerprints of mail proxies and prefetchers come from the vendors' own notes and from published
//! measurements (Gmail's image proxy and prefetcher, Apple Mail Privacy Protection, Yahoo, Seznam). Foreign lists of
//! agents say how far the rules are right, see `tests/data/agents`.

use serde::{Deserialize, Serialize};

mod client;
mod device;
mod program;

pub use client::Client;
pub use device::{Device, System};

/// All that is kept of a `User-Agent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Agent {
    /// The family.
    #[serde(rename = "c")]
    pub client: Client,
    /// The kind of device.
    #[serde(rename = "d")]
    pub device: Device,
    /// The operating system.
    #[serde(rename = "s")]
    pub system: System,
    /// A browser so old that hardly a person uses it; scanners send such names.
    #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
    pub outdated: bool,
}

/// Chrome versions below this are years old (100 came in 2022).
const OLDEST_CHROME: u32 = 90;
/// Outlook on Windows still says 7.
const OLDEST_INTERNET_EXPLORER: u32 = 7;

impl Agent {
    /// Reduces a `User-Agent` header; `None` or an empty one is [`Client::Absent`].
    pub fn of(user_agent: Option<&str>) -> Self {
        let lower = user_agent.unwrap_or_default().trim().to_ascii_lowercase();
        let client = client::of(&lower);
        if client.is_relay() || matches!(client, Client::Script | Client::Absent) {
            return Self { client, device: Device::Unknown, system: System::Unknown, outdated: false };
        }
        Self { client, device: device::of(&lower), system: device::system(&lower), outdated: is_outdated(&lower) }
    }
}

fn is_outdated(lower: &str) -> bool {
    let older = |name: &str, oldest: u32| version_after(lower, name).is_some_and(|version| version < oldest);
    older("chrome/", OLDEST_CHROME) || older("msie ", OLDEST_INTERNET_EXPLORER)
}

fn version_after(lower: &str, name: &str) -> Option<u32> {
    let (_, rest) = lower.split_once(name)?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

/// A test of an agent in lower case, and what it tells.
type Rule<T> = (fn(&str) -> bool, T);

/// What the first rule tells that an agent in lower case fits.
fn first<T: Copy>(rules: &[Rule<T>], lower: &str) -> Option<T> {
    rules.iter().find(|(fits, _)| fits(lower)).map(|(_, told)| *told)
}

/// True when one of `parts` stands anywhere in `text`.
fn has(text: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| text.contains(part))
}

/// True when a word of `text` is one of `names`, which are in order.
fn names_one_of(text: &str, names: &[&str]) -> bool {
    words(text).any(|word| names.binary_search(&word).is_ok())
}

/// What stands between all that is no letter and no digit, but for numbers.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|word| word.as_bytes().first().is_some_and(u8::is_ascii_alphabetic))
}

#[cfg(test)]
mod tests;
