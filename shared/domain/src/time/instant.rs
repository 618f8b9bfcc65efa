//! Instants as text: RFC 3339 in UTC, always with three digits of a second.
//!
//! The fixed width matters in keys: `…00.123Z` would sort before `…00Z`.

use jiff::Timestamp;

/// `2026-11-23T08:00:00.000Z`, always 24 characters.
pub fn format(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// Serde for fields that hold an instant: written with milliseconds, read from any RFC 3339 offset.
pub mod millis {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the fixed width.
    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format(*at))
    }

    /// Reads any RFC 3339 instant.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Timestamp::deserialize(deserializer)
    }
}

/// The same for fields that may be empty.
pub mod optional_millis {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the fixed width or null.
    pub fn serialize<S: Serializer>(at: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => serializer.serialize_str(&super::format(*at)),
            None => serializer.serialize_none(),
        }
    }

    /// Reads any RFC 3339 instant or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        Option::<Timestamp>::deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_is_fixed() {
        for text in
            ["2026-11-23T08:00:00Z", "2026-11-23T08:00:00.1Z", "2026-11-23T08:00:00.123456Z", "1970-01-01T00:00:00Z"]
        {
            assert_eq!(format(text.parse().unwrap()).len(), 24);
        }
        assert_eq!(format("2026-11-23T09:00:00.5+01:00".parse().unwrap()), "2026-11-23T08:00:00.500Z");
    }
}
