//! API keys: `tt_<id>_<secret>`, both in hexadecimal. The prefix lets scanners find a key that was published.
//!
//! Only a hash of the secret is stored. It is random, so a slow hash would cost time and protect nothing more.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Builder;

use crate::ground::id::{OrgId, UserId};
use crate::team::permission::Scope;

/// The lengths of public parts: of UUIDv7, and of keys from before.
const IDS: [usize; 2] = [32, 12];
const SECRET: usize = 64;
/// How exactly a key tells when it was used last. Telling it costs a write.
const LAST_USED_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// The id of a key: `key_` and its public part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// An id that sorts by time.
    pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
        Self(Builder::from_unix_timestamp_millis(millis, &random).into_uuid().simple().to_string())
    }

    /// The id with this public part; `None` when it has not the form of one.
    pub fn of_public_part(hex: &str) -> Option<Self> {
        let valid = IDS.contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        valid.then(|| Self(hex.to_owned()))
    }

    /// Reads `key_…`.
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("key_").and_then(Self::of_public_part)
    }

    /// The part of the key that is no secret.
    pub fn public_part(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "key_{}", self.0)
    }
}

/// A key that was just made. The text is shown once and never stored.
#[derive(Clone)]
pub struct MintedKey {
    /// The whole key.
    pub text: String,
    /// What is stored.
    pub stored: PresentedKey,
}

/// The parts of a key by which it is found and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedKey {
    /// The public part.
    pub id: KeyId,
    /// SHA-256 of the secret part, in hexadecimal.
    pub secret_hash: String,
}

/// Makes a key of random bytes.
pub fn mint(id: KeyId, secret: [u8; 32]) -> MintedKey {
    let secret = HEXLOWER.encode(&secret);
    let text = format!("tt_{}_{secret}", id.public_part());
    MintedKey { text, stored: PresentedKey { id, secret_hash: hash(&secret) } }
}

/// Reads a key; `None` when it has not the form of one.
pub fn parse(text: &str) -> Option<PresentedKey> {
    let (id, secret) = text.strip_prefix("tt_")?.split_once('_')?;
    let id = KeyId::of_public_part(id)?;
    let valid = secret.len() == SECRET && secret.bytes().all(|b| b.is_ascii_hexdigit());
    valid.then(|| PresentedKey { id, secret_hash: hash(secret) })
}

impl PresentedKey {
    /// Compares with a stored hash. Both are hashes, so the time it takes tells nothing about the secret.
    pub fn matches(&self, secret_hash: &str) -> bool {
        self.secret_hash == secret_hash
    }
}

/// The stored form of a key: never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The id.
    pub id: KeyId,
    /// As people call it.
    #[serde(default)]
    pub name: String,
    /// SHA-256 of the secret part, in hexadecimal. The secret is random, so a slow hash would only cost time.
    pub secret_hash: String,
    /// The organisation: the only source of the tenant.
    pub org: OrgId,
    /// The user it acts for; none for an integration, which names one in a request that needs one.
    #[serde(default)]
    pub user: Option<UserId>,
    /// The scopes of an integration. Integrations from before scopes existed have all.
    #[serde(default = "every_scope")]
    pub scopes: BTreeSet<Scope>,
    /// When it was made; unknown of keys from before.
    #[serde(default, with = "crate::time::instant::optional_millis")]
    pub created_at: Option<Timestamp>,
    /// When it was used last, to an hour.
    #[serde(default, with = "crate::time::instant::optional_millis")]
    pub last_used_at: Option<Timestamp>,
    /// The key is not valid from this instant on.
    #[serde(default, with = "crate::time::instant::optional_millis")]
    pub expires_at: Option<Timestamp>,
    /// Somebody took it back.
    #[serde(default)]
    pub revoked: bool,
    /// Counts every change; the condition of the next one.
    #[serde(default)]
    pub version: u32,
}

fn every_scope() -> BTreeSet<Scope> {
    Scope::ALL.iter().copied().collect()
}

impl ApiKey {
    /// A new key of an organisation that nobody used yet.
    pub fn new(presented: PresentedKey, org: OrgId, now: Timestamp) -> Self {
        Self {
            id: presented.id,
            name: String::new(),
            secret_hash: presented.secret_hash,
            org,
            user: None,
            scopes: BTreeSet::new(),
            created_at: Some(now),
            last_used_at: None,
            expires_at: None,
            revoked: false,
            version: 0,
        }
    }

    /// True when `presented` is this key, and it is valid at `now`.
    pub fn admits(&self, presented: &PresentedKey, now: Timestamp) -> bool {
        presented.matches(&self.secret_hash) && !self.revoked && self.expires_at.is_none_or(|end| now < end)
    }

    /// The key as it is noted to be used now; `None` when the note that is there is exact enough.
    pub fn used(&self, now: Timestamp) -> Option<Self> {
        let noted = self.last_used_at.is_some_and(|last| now.duration_since(last) < LAST_USED_WITHIN);
        (!noted).then(|| Self { last_used_at: Some(now), ..self.clone() })
    }
}

fn hash(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    fn id() -> KeyId {
        KeyId::new(now(), [1; 10])
    }

    #[test]
    fn a_minted_key_is_recognised_and_no_other() {
        let minted = mint(id(), [2; 32]);
        let parsed = parse(&minted.text).unwrap();
        assert_eq!(parsed, minted.stored);
        assert!(parsed.matches(&minted.stored.secret_hash));
        assert!(!parsed.matches(&mint(id(), [3; 32]).stored.secret_hash));
    }

    #[test]
    fn other_texts_are_no_keys() {
        let text = mint(id(), [2; 32]).text;
        for bad in [
            "",
            "tt_",
            "tt__",
            &text[..text.len() - 1],
            &format!("{text}0"),
            &text.replace("tt_", "xx_"),
            &text.replace('0', "g"),
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn keys_from_before_are_read() {
        let id = KeyId::of_public_part("0123456789ab").unwrap();
        let old = mint(id.clone(), [2; 32]);
        assert_eq!(parse(&old.text), Some(old.stored));
        assert_eq!(KeyId::parse("key_0123456789ab"), Some(id));
        for bad in ["key_", "key_0123456789AB", "key_0123456789abc", "usr_0123456789ab"] {
            assert_eq!(KeyId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_key_admits_until_it_ends() {
        let minted = mint(id(), [2; 32]);
        let key = ApiKey::new(minted.stored.clone(), OrgId::new(now(), [1; 10]), now());
        let other = mint(id(), [3; 32]).stored;
        let second = SignedDuration::from_secs(1);
        for (key, presented, want) in [
            (key.clone(), &minted.stored, true),
            (key.clone(), &other, false),
            (ApiKey { revoked: true, ..key.clone() }, &minted.stored, false),
            (ApiKey { expires_at: Some(now()), ..key.clone() }, &minted.stored, false),
            (ApiKey { expires_at: Some(now() + second), ..key }, &minted.stored, true),
        ] {
            assert_eq!(key.admits(presented, now()), want, "{key:?}");
        }
    }

    #[test]
    fn its_last_use_is_noted_once_an_hour() {
        let key = ApiKey::new(mint(id(), [2; 32]).stored, OrgId::new(now(), [1; 10]), now());
        let used = key.used(now()).unwrap();
        assert_eq!(used.used(now() + SignedDuration::from_mins(59)), None);
        let later = now() + SignedDuration::from_hours(1);
        assert_eq!(used.used(later).unwrap().last_used_at, Some(later));
    }
}
