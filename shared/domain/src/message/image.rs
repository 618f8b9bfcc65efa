//! Hosted images: pictures of an organisation that its messages show.
//!
//! An address names the picture and nothing else. In a copy that is followed a token takes its place, so that loading
//! the picture is one more open.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::ImageId;

/// The largest picture, in bytes. It is served through Lambda, whose answers end at 6 MB.
pub const MAX_SIZE: u64 = 2 * 1024 * 1024;
/// The kinds that mail clients show. SVG is not among them: it may run scripts.
pub const TYPES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Its id, which nobody can guess: whoever has it may see the picture.
    pub id: ImageId,
    /// As its author calls it.
    pub filename: String,
    /// One of [`TYPES`].
    pub content_type: String,
    /// In bytes, as announced.
    pub size: u64,
    /// The bytes arrived.
    pub ready: bool,
    /// When it was announced.
    #[serde(with = "crate::time::instant::millis")]
    pub created_at: Timestamp,
}

/// The path at which a picture is served.
pub fn path(id: ImageId) -> String {
    format!("/i/{id}")
}

/// The picture that an address names, whatever host serves it: what is shown is ours in any case.
pub fn named(address: &str) -> Option<ImageId> {
    let (_, rest) = address.trim().split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    let (_, path) = rest.split_once('/')?;
    path.strip_prefix("i/")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_picture() {
        let id = ImageId::from_bytes([7; 16]);
        for (address, want) in [
            (format!("https://t.example.com{}", path(id)), Some(id)),
            (format!(" http://127.0.0.1:8080{} ", path(id)), Some(id)),
            (format!("https://t.example.com{}?a", path(id)), None),
            (format!("https://t.example.com/x{}", path(id)), None),
            (format!("ftp://t.example.com{}", path(id)), None),
            (path(id), None),
            ("https://t.example.com/i/".to_owned(), None),
            ("data:image/gif;base64,R0lG".to_owned(), None),
        ] {
            assert_eq!(named(&address), want, "{address}");
        }
    }
}
