//! Tokens: the signed names that recipients meet in a pixel, a link or a download.
//!
//! `version · kind · key id · message (16) · recipient (2) · index (2) · [destination] · MAC (16)` in base64url
//! without padding. Nothing personal is inside. The destination of a link is part of the token and covered by
//! the MAC, so a link works without any database, after everything about the message was deleted, for ever.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use data_encoding::BASE32_NOPAD_NOCASE;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ground::id::MessageId;
use crate::ground::keyring::KeyRing;

const VERSION: u8 = 1;
const HEADER: usize = 23;
/// 128 bits: at least half of the hash and at least 80 bits, as RFC 2104 section 5 asks.
const MAC: usize = 16;
/// The length of a token without a destination in base32.
const ADDRESS: usize = ((HEADER + MAC) * 8).div_ceil(5);

/// The longest destination that fits a token, in octets. API Gateway takes 10,240 for the request line and all
/// headers; longer addresses are left as they are.
pub const MAX_DESTINATION: usize = 2000;

/// What a token is for. The kind is part of what is signed, and every kind has its own key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// The pixel of a recipient.
    Open,
    /// A link; `index` counts the message's links.
    Click,
    /// A hosted image in a recipient's copy; `destination` is its id.
    Image,
    /// A tracked file; `index` counts the message's tracked attachments.
    Download,
    /// A file whose downloads nobody notes; `index` counts all attachments of the message, and `recipient` is always 0, so that
    /// everybody gets the same address.
    File,
    /// The address that a recipient's answer goes to.
    Reply,
}

impl TokenKind {
    const ALL: [Self; 6] = [Self::Open, Self::Image, Self::Click, Self::Download, Self::File, Self::Reply];

    fn byte(self) -> u8 {
        match self {
            Self::Open => b'o',
            Self::Image => b'i',
            Self::Click => b'c',
            Self::Download => b'a',
            Self::File => b'f',
            Self::Reply => b'r',
        }
    }

    /// The first segment of the path at which recipients meet the token; `None` for an address of mail.
    pub fn path(self) -> Option<&'static str> {
        match self {
            Self::Open => Some("o"),
            Self::Click => Some("c"),
            Self::Download | Self::File => Some("a"),
            Self::Image => Some("i"),
            Self::Reply => None,
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Image => "image",
            Self::Click => "click",
            Self::Download => "download",
            Self::File => "file",
            Self::Reply => "reply",
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is for.
    pub kind: TokenKind,
    /// The message it belongs to.
    pub message: MessageId,
    /// The position of the recipient among the message's recipients.
    pub recipient: u16,
    /// Which link or attachment; 0 for the pixel and images.
    pub index: u16,
    /// Where a link leads, or which image; empty for the other kinds.
    pub destination: String,
}

/// Why a token is not followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// Not a token at all, or one that was altered.
    #[error("not a valid token")]
    Forged,
    /// Well formed, but signed with a key that the ring no longer has. What it claims is **not** verified.
    #[error("signed with an unknown key")]
    UnknownKey(Box<Token>),
}

/// Signs and verifies tokens.
#[derive(Clone)]
pub struct TokenSigner {
    active: u8,
    keys: BTreeMap<TokenKind, BTreeMap<u8, Hmac<Sha256>>>,
}

impl TokenSigner {
    /// Prepares the keys of every kind.
    pub fn new(ring: &KeyRing) -> Self {
        let prepare = |kind: TokenKind| {
            let keys = ring
                .derive(kind.purpose())
                .into_iter()
                .filter_map(|(id, key)| Some((id, Hmac::new_from_slice(&key).ok()?)));
            (kind, keys.collect())
        };
        Self { active: ring.active(), keys: TokenKind::ALL.into_iter().map(prepare).collect() }
    }

    /// The token as one path segment; `None` when the destination is too long to be wrapped.
    ///
    /// It never ends in `-` or `_`, which mail clients take for the end of a sentence: such a token gets a last letter
    /// that is none of it. Base64 never has that length otherwise.
    pub fn sign(&self, token: &Token) -> Option<String> {
        let text = self.signed(token).map(|bytes| URL_SAFE_NO_PAD.encode(bytes))?;
        Some(if text.ends_with(['-', '_']) { text + LAST_LETTER } else { text })
    }

    /// The local part of the address that answers of a recipient go to: 63 characters of base32, because servers may
    /// change the case of an address and take 64 (RFC 5321, section 4.5.3.1.1).
    pub fn sign_address(&self, message: MessageId, recipient: u16) -> Option<String> {
        let token = Token { kind: TokenKind::Reply, message, recipient, index: 0, destination: String::new() };
        self.signed(&token).map(|bytes| BASE32_NOPAD_NOCASE.encode(&bytes).to_ascii_lowercase())
    }

    /// Reads a local part that must be one of [`TokenSigner::sign_address`]; a label after `+` is not part of it.
    ///
    /// # Errors
    /// As [`TokenSigner::verify`].
    pub fn verify_address(&self, local: &str) -> Result<Token, InvalidToken> {
        let name = local.split('+').next().unwrap_or_default();
        let bytes = if name.len() == ADDRESS { BASE32_NOPAD_NOCASE.decode(name.as_bytes()).ok() } else { None };
        self.check(TokenKind::Reply, &bytes.ok_or(InvalidToken::Forged)?)
    }

    fn signed(&self, token: &Token) -> Option<Vec<u8>> {
        if token.destination.len() > MAX_DESTINATION {
            return None;
        }
        let mut bytes = Vec::with_capacity(HEADER + token.destination.len() + MAC);
        bytes.extend([VERSION, token.kind.byte(), self.active]);
        bytes.extend(token.message.to_bytes());
        bytes.extend(token.recipient.to_be_bytes());
        bytes.extend(token.index.to_be_bytes());
        bytes.extend(token.destination.as_bytes());
        let mac = self.keys.get(&token.kind)?.get(&self.active)?.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend(&mac[..MAC]);
        Some(bytes)
    }

    /// Reads a path segment that must be a token of `kind`.
    ///
    /// # Errors
    /// [`InvalidToken::Forged`] for everything that was not signed by this ring; [`InvalidToken::UnknownKey`] when only the
    /// key id is foreign, with what the token claims.
    pub fn verify(&self, kind: TokenKind, text: &str) -> Result<Token, InvalidToken> {
        self.check(kind, &decode(text).ok_or(InvalidToken::Forged)?)
    }

    /// Reads a path segment as a client asked for it: with the full stop, the bracket or the quotation mark that stood
    /// behind the address in the text.
    ///
    /// # Errors
    /// As [`TokenSigner::verify`].
    pub fn verify_requested(&self, kind: TokenKind, segment: &str) -> Result<Token, InvalidToken> {
        let text = claimed_part(segment);
        let bare = text.trim_end_matches(['-', '_']);
        match self.verify(kind, text) {
            // Tokens of old mails may themselves end in such a mark.
            Err(InvalidToken::Forged) if bare != text => self.verify(kind, bare),
            read => read,
        }
    }

    fn check(&self, kind: TokenKind, bytes: &[u8]) -> Result<Token, InvalidToken> {
        let (signed, mac) = bytes.split_at_checked(bytes.len().saturating_sub(MAC)).ok_or(InvalidToken::Forged)?;
        let token = parse(kind, signed).ok_or(InvalidToken::Forged)?;
        let Some(key) = self.keys.get(&kind).and_then(|keys| keys.get(&signed[2])) else {
            return Err(InvalidToken::UnknownKey(Box::new(token)));
        };
        // `verify_truncated_left` accepts any length from one byte on, so the length was fixed by the split above.
        key.clone().chain_update(signed).verify_truncated_left(mac).map_err(|_| InvalidToken::Forged)?;
        Ok(token)
    }
}

/// The letter behind a token that would end in a mark.
const LAST_LETTER: &str = "A";

/// The beginning of a path segment that can be a token.
fn claimed_part(segment: &str) -> &str {
    let end = segment.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    &segment[..end.unwrap_or(segment.len())]
}

/// The token that a path segment claims to be, **not** verified: it tells addresses of ours from others.
pub fn claimed(kind: TokenKind, segment: &str) -> Option<Token> {
    let bytes = decode(segment)?;
    parse(kind, &bytes[..bytes.len() - MAC])
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let bare = text.strip_suffix(LAST_LETTER).filter(|bare| text.len() % 4 == 1 && bare.ends_with(['-', '_']));
    let text = bare.unwrap_or(text);
    let longest = (HEADER + MAX_DESTINATION + MAC).div_ceil(3) * 4;
    let bytes = if text.len() <= longest { URL_SAFE_NO_PAD.decode(text).ok()? } else { return None };
    (bytes.len() >= HEADER + MAC).then_some(bytes)
}

fn parse(kind: TokenKind, signed: &[u8]) -> Option<Token> {
    let (header, destination) = signed.split_at_checked(HEADER)?;
    if header[0] != VERSION
        || header[1] != kind.byte()
        || (!matches!(kind, TokenKind::Click | TokenKind::Image) && !destination.is_empty())
    {
        return None;
    }
    Some(Token {
        kind,
        message: MessageId::from_bytes(header[3..19].try_into().ok()?),
        recipient: u16::from_be_bytes(header[19..21].try_into().ok()?),
        index: u16::from_be_bytes(header[21..23].try_into().ok()?),
        destination: String::from_utf8(destination.to_vec()).ok()?,
    })
}

#[cfg(test)]
mod tests;
