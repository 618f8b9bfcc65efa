//! Ids: a prefix that says of what, and a UUIDv7 (RFC 9562) that sorts by time.
//!
//! This is the only place that makes ids. Time and randomness are arguments; where the same fact must
//! always get the same id, the randomness is a hash of what makes the fact unique.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Why a text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `{prefix}_` and 32 hexadecimal digits")]
pub struct InvalidId {
    prefix: &'static str,
}

fn uuid_v7(at: Timestamp, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(at.as_millisecond()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Ten bytes that depend on every part, for ids that must come out the same each time.
fn digest(parts: &[&str]) -> [u8; 10] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut out = [0; 10];
    out.copy_from_slice(&hash.finalize()[..10]);
    out
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// What comes before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// An id that carries `at` (milliseconds) and sorts by it.
            pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
                Self(uuid_v7(at, random))
            }

            /// The id of a fact: the same instant and parts always give the same id.
            pub fn of(at: Timestamp, parts: &[&str]) -> Self {
                Self(uuid_v7(at, digest(parts)))
            }

            /// When it was made, in milliseconds.
            pub fn at(self) -> Timestamp {
                let millis = self.0.as_u128() >> 80;
                let millis = i64::try_from(millis).unwrap_or(0);
                Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
            }

            /// The 16 bytes without the prefix, as tokens carry them.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// The id with these 16 bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = InvalidId { prefix: $prefix };
                let hex = text.strip_prefix(concat!($prefix, "_")).ok_or(invalid.clone())?;
                let lower = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
                if hex.len() != 32 || !hex.bytes().all(lower) {
                    return Err(invalid);
                }
                Uuid::try_parse(hex).map(Self).map_err(|_| invalid)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )+};
}

ids! {
    /// An organisation: the tenant that everything belongs to.
    OrgId = "org";
    /// A user of an organisation: who writes messages.
    UserId = "usr";
    /// A message.
    MessageId = "msg";
    /// A file that belongs to a message.
    AttachmentId = "att";
    /// A hosted image.
    ImageId = "img";
    /// A template.
    TemplateId = "tpl";
    /// A card of the assistant.
    CardId = "crd";
    /// An activity on a record.
    ActivityId = "act";
    /// Something that happened to a message.
    EventId = "evt";
    /// A line of the audit log.
    AuditId = "aud";
    /// One attempt to send one copy: the fence between two workers.
    AttemptId = "try";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_bytes_round_trip(millis in 0_i64..4_000_000_000_000, random: [u8; 10]) {
            let id = MessageId::new(Timestamp::from_millisecond(millis).unwrap(), random);
            prop_assert_eq!(id.to_string().parse::<MessageId>().unwrap(), id);
            prop_assert_eq!(MessageId::from_bytes(id.to_bytes()), id);
        }

        #[test]
        fn a_later_id_sorts_after(millis in 0_i64..4_000_000_000_000, a: [u8; 10], b: [u8; 10]) {
            let earlier = EventId::new(Timestamp::from_millisecond(millis).unwrap(), a);
            let later = EventId::new(Timestamp::from_millisecond(millis + 1).unwrap(), b);
            prop_assert!(earlier < later);
            prop_assert!(earlier.to_string() < later.to_string());
        }
    }

    #[test]
    fn other_kinds_and_other_spellings_are_refused() {
        for text in [
            "",
            "msg_",
            "msg_0",
            "evt_0190b0b0b0b07000800000000000000a",
            "msg-0190b0b0b0b07000800000000000000a",
            "msg_0190B0B0B0B07000800000000000000A",
            "msg_0190b0b0b0b07000800000000000000a ",
            "msg_0190b0b0-b0b0-7000-8000-00000000000a",
        ] {
            assert!(text.parse::<MessageId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_fact_keeps_its_id_and_parts_do_not_run_together() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(CardId::of(at, &["a", "b"]), CardId::of(at, &["a", "b"]));
        assert_ne!(CardId::of(at, &["a", "b"]), CardId::of(at, &["ab", ""]));
    }
}
