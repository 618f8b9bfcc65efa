//! Answers of requests that may be repeated (`Idempotency-Key`), written in one transaction with what they did.

use domain::ground::id::OrgId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item};
use super::{Error, Store, keys};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The body; when it is too long for the table, the name of the object that holds it.
    pub body: String,
    /// The body is in object storage.
    #[serde(default)]
    pub stored_apart: bool,
    /// Where a new thing lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

/// A request that may be repeated, and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Idempotency {
    /// Hash of the user, the caller's key and the path.
    pub hash: String,
    /// Hash of the request's body: the same key with another body is a mistake of the caller.
    pub fingerprint: String,
    /// What was answered.
    pub answer: StoredAnswer,
    /// When it is forgotten.
    #[serde(with = "domain::time::instant::millis")]
    pub expires_at: Timestamp,
}

impl Idempotency {
    /// The record of an answer given at `now`.
    pub fn new(hash: String, fingerprint: String, answer: StoredAnswer, now: Timestamp) -> Self {
        Self { hash, fingerprint, answer, expires_at: now + KEPT }
    }
}

impl Store {
    /// The answer that was given to a request, while it is kept.
    pub async fn answered(&self, org: OrgId, hash: &str, now: Timestamp) -> Result<Option<Idempotency>, Error> {
        let stored: Option<Idempotency> = self.table.get(&keys::idempotency(org, hash)).await?;
        Ok(stored.filter(|stored| now < stored.expires_at))
    }
}

/// The write that records an answer; one that expired may still be there, because TTL deletes late.
pub(super) fn write(org: OrgId, record: &Idempotency) -> Result<(Item, Condition), Error> {
    let item = Item::new(&keys::idempotency(org, &record.hash), record)?.expiring(record.expires_at);
    Ok((item, Condition::AbsentOrExpired(record.expires_at - KEPT)))
}
