//! API keys: `tt_<id>_<secret>`, both in hexadecimal. The prefix lets scanners find a key that was published.
//!
//! Only a hash of the secret is stored. It is random, so a slow hash would cost time and protect nothing more.

use sha2::{Digest, Sha256};

use crate::ground::hex;

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
    let (id, secret) = (hex::encode(&id), hex::encode(&secret));
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

fn hash(secret: &str) -> String {
    hex::encode(&Sha256::digest(secret.as_bytes()))
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
}
