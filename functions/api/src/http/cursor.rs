//! Cursors: the place at which the next page of a list begins. Opaque and signed, and only good for the list they came
//! from.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::ground::keyring::KeyRing;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;

use super::problem::{ApiError, HttpCode};

const MAC: usize = 16;

/// Writes the place of a list. `list` names the list: tenant, user, filters and order.
pub(crate) fn write<T: Serialize>(keys: &KeyRing, list: &str, place: &T) -> Option<String> {
    let mut bytes = vec![keys.active()];
    bytes.extend(serde_json::to_vec(place).ok()?);
    let mac = mac(keys, keys.active(), list, &bytes)?.finalize().into_bytes();
    bytes.extend(&mac[..MAC]);
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads the place of a list.
///
/// # Errors
/// When the cursor is not one of this list.
pub(crate) fn read<T: DeserializeOwned>(keys: &KeyRing, list: &str, cursor: &str) -> Result<T, ApiError> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (signed, tag) = bytes.split_at_checked(bytes.len().checked_sub(MAC)?)?;
        mac(keys, *signed.first()?, list, signed)?.verify_truncated_left(tag).ok()?;
        serde_json::from_slice(&signed[1..]).ok()
    };
    read().ok_or_else(|| ApiError::parameter("cursor", HttpCode::InvalidCursor, "not a cursor of this list"))
}

fn mac(keys: &KeyRing, id: u8, list: &str, bytes: &[u8]) -> Option<Hmac<Sha256>> {
    let key = keys.derive("cursor").remove(&id)?;
    Some(Hmac::new_from_slice(&key).ok()?.chain_update(list).chain_update([0]).chain_update(bytes))
}
