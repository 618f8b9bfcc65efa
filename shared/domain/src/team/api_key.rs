//! API keys: `tt_<id>_<secret>`, both in hexadecimal. The prefix lets scanners find a key that was published.
//!
//! Only a hash of the secret is stored. It is random, so a slow hash would cost time and protect nothing more.

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::ground::id::{OrgId, UserId};

const ID: usize = 12;
const SECRET: usize = 64;

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
    pub id: String,
    /// SHA-256 of the secret part, in hexadecimal.
    pub secret_hash: String,
}

/// Makes a key of random bytes.
pub fn mint(id: [u8; 6], secret: [u8; 32]) -> MintedKey {
    let (id, secret) = (HEXLOWER.encode(&id), HEXLOWER.encode(&secret));
    let text = format!("tt_{id}_{secret}");
    MintedKey { text, stored: PresentedKey { id, secret_hash: hash(&secret) } }
}

/// Reads a key; `None` when it has not the form of one.
pub fn parse(text: &str) -> Option<PresentedKey> {
    let (id, secret) = text.strip_prefix("tt_")?.split_once('_')?;
    let valid = |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit());
    (valid(id, ID) && valid(secret, SECRET)).then(|| PresentedKey { id: id.to_owned(), secret_hash: hash(secret) })
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
    /// The public part of the key.
    pub id: String,
    /// SHA-256 of the secret part, in hexadecimal. The secret is random, so a slow hash would only cost time.
    pub secret_hash: String,
    /// The organisation: the only source of the tenant.
    pub org: OrgId,
    /// The user it acts for; none when each request names one (`integration`).
    #[serde(default)]
    pub user: Option<UserId>,
    /// The key is not valid from this instant on.
    #[serde(default, with = "crate::time::instant::optional_millis")]
    pub expires_at: Option<Timestamp>,
    /// Somebody took it back.
    #[serde(default)]
    pub revoked: bool,
}

impl ApiKey {
    /// True when `presented` is this key, and it is valid at `now`.
    pub fn admits(&self, presented: &PresentedKey, now: Timestamp) -> bool {
        presented.matches(&self.secret_hash) && !self.revoked && self.expires_at.is_none_or(|end| now < end)
    }
}

fn hash(secret: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_key_is_recognised_and_no_other() {
        let minted = mint([1; 6], [2; 32]);
        let parsed = parse(&minted.text).unwrap();
        assert_eq!(parsed, minted.stored);
        assert!(parsed.matches(&minted.stored.secret_hash));
        assert!(!parsed.matches(&mint([1; 6], [3; 32]).stored.secret_hash));
    }

    #[test]
    fn other_texts_are_no_keys() {
        let text = mint([1; 6], [2; 32]).text;
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
    fn a_key_admits_until_it_ends() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let minted = mint([1; 6], [2; 32]);
        let PresentedKey { id, secret_hash } = minted.stored.clone();
        let org = OrgId::new(now, [1; 10]);
        let key = ApiKey { id, secret_hash, org, user: None, expires_at: None, revoked: false };
        let other = mint([1; 6], [3; 32]).stored;
        let second = jiff::SignedDuration::from_secs(1);
        for (key, presented, want) in [
            (key.clone(), &minted.stored, true),
            (key.clone(), &other, false),
            (ApiKey { revoked: true, ..key.clone() }, &minted.stored, false),
            (ApiKey { expires_at: Some(now), ..key.clone() }, &minted.stored, false),
            (ApiKey { expires_at: Some(now + second), ..key }, &minted.stored, true),
        ] {
            assert_eq!(key.admits(presented, now), want, "{key:?}");
        }
    }
}
