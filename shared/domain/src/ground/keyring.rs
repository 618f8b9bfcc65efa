//! The keys that sign tokens: one active, any number that only verify.
//!
//! A key that leaked is taken out of the ring: it verifies nothing, and the redirect falls back to the
//! addresses that were stored with the message.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use serde::Deserialize;
use sha2::Sha256;

/// The shortest master key, in bytes.
pub const MIN_KEY: usize = 32;

/// Why a key ring cannot be used. Never shows key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeyRing {
    /// A name that is no key id.
    #[error("key ids are numbers from 0 to 255")]
    Id,
    /// A key that is too short to be safe.
    #[error("key {0} is not base64 of at least 32 bytes")]
    Key(u8),
    /// The active id names no key.
    #[error("the active key {0} is not in the ring")]
    Active(u8),
}

/// Master keys by id, read from `{"active": 1, "1": "<base64 of 32 bytes>"}`: flat, because that is the form in which
/// CloudFormation can generate one (`GenerateSecretString` fills in one name of an object).
#[derive(Clone, Deserialize)]
#[serde(try_from = "Stored")]
pub struct KeyRing {
    active: u8,
    keys: BTreeMap<u8, Vec<u8>>,
}

#[derive(Deserialize)]
struct Stored {
    active: u8,
    #[serde(flatten)]
    keys: BTreeMap<String, String>,
}

impl TryFrom<Stored> for KeyRing {
    type Error = InvalidKeyRing;

    fn try_from(stored: Stored) -> Result<Self, InvalidKeyRing> {
        let mut keys = BTreeMap::new();
        for (name, text) in stored.keys {
            let id = name.parse().map_err(|_| InvalidKeyRing::Id)?;
            let key = STANDARD.decode(text.trim()).map_err(|_| InvalidKeyRing::Key(id))?;
            if key.len() < MIN_KEY {
                return Err(InvalidKeyRing::Key(id));
            }
            keys.insert(id, key);
        }
        Self::new(stored.active, keys)
    }
}

impl KeyRing {
    /// A ring of master keys of which `active` signs.
    ///
    /// # Errors
    /// When `active` is not among the keys.
    pub fn new(active: u8, keys: BTreeMap<u8, Vec<u8>>) -> Result<Self, InvalidKeyRing> {
        if keys.contains_key(&active) { Ok(Self { active, keys }) } else { Err(InvalidKeyRing::Active(active)) }
    }

    /// The id of the key that signs.
    pub fn active(&self) -> u8 {
        self.active
    }

    /// The keys of one purpose, each derived from its master by HKDF-SHA256 (RFC 5869).
    pub fn derive(&self, purpose: &str) -> BTreeMap<u8, [u8; 32]> {
        self.keys.iter().map(|(id, master)| (*id, derive(master, purpose))).collect()
    }
}

fn derive(master: &[u8], purpose: &str) -> [u8; 32] {
    let mut key = [0; 32];
    // 32 bytes are one block; HKDF refuses only more than 255 of them.
    let expanded =
        Hkdf::<Sha256>::new(None, master).expand_multi_info(&[b"telltale/v1/", purpose.as_bytes()], &mut key);
    debug_assert!(expanded.is_ok());
    key
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("active", &self.active).field("ids", &self.keys.keys()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<KeyRing, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_ring_is_read_and_hides_its_keys() {
        let key = STANDARD.encode([7; 32]);
        let ring = read(&format!(r#"{{"active": 2, "1": "{key}", "2": "{key}"}}"#)).unwrap();
        assert_eq!(ring.active(), 2);
        assert_eq!(format!("{ring:?}"), "KeyRing { active: 2, ids: [1, 2], .. }");
    }

    #[test]
    fn short_keys_and_unknown_active_ids_are_refused() {
        let short = STANDARD.encode([7; 31]);
        let key = STANDARD.encode([7; 32]);
        assert!(read(&format!(r#"{{"active": 1, "1": "{short}"}}"#)).unwrap_err().contains("at least 32 bytes"));
        assert!(read(&format!(r#"{{"active": 3, "1": "{key}"}}"#)).unwrap_err().contains("not in the ring"));
    }

    #[test]
    fn a_name_that_is_no_id_is_refused() {
        let key = STANDARD.encode([7; 32]);
        assert!(read(&format!(r#"{{"active": 1, "1": "{key}", "one": "{key}"}}"#)).unwrap_err().contains("key ids"));
    }

    #[test]
    fn purposes_have_keys_of_their_own() {
        let ring = KeyRing::new(1, BTreeMap::from([(1, vec![7; 32])])).unwrap();
        assert_ne!(ring.derive("open"), ring.derive("click"));
    }
}
