//! References to records: their type, and the CRM's own id.

use serde::{Deserialize, Serialize};

/// The longest name of a type, in characters.
const MAX_TYPE: usize = 40;

/// The kinds of record that a message can be about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RecordType {
    /// A person at a customer.
    Contact,
    /// A person or company that may become a customer.
    Lead,
    /// A customer: the parent of its contacts.
    Account,
    /// A possible sale.
    Opportunity,
    /// A type of the organisation's own, which its settings name.
    Custom(CustomType),
}

/// The name of a type of the organisation's own: 1 to 40 of `a-z0-9_`, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomType(String);

impl RecordType {
    /// The word used in paths, keys and JSON.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Contact => "contact",
            Self::Lead => "lead",
            Self::Account => "account",
            Self::Opportunity => "opportunity",
            Self::Custom(CustomType(name)) => name,
        }
    }
}

impl TryFrom<String> for RecordType {
    type Error = InvalidRecordRef;

    fn try_from(text: String) -> Result<Self, InvalidRecordRef> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        let valid = text.len() <= MAX_TYPE && text.starts_with(|c: char| c.is_ascii_lowercase());
        match text.as_str() {
            "contact" => Ok(Self::Contact),
            "lead" => Ok(Self::Lead),
            "account" => Ok(Self::Account),
            "opportunity" => Ok(Self::Opportunity),
            _ if valid && text.bytes().all(allowed) => Ok(Self::Custom(CustomType(text))),
            _ => Err(InvalidRecordRef),
        }
    }
}

impl From<RecordType> for String {
    fn from(kind: RecordType) -> Self {
        kind.as_str().to_owned()
    }
}

/// The CRM's own id of a record: 1 to 128 of `A-Za-z0-9._-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordId(String);

/// Why a text is not a record id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a type such as contact, and an id of 1 to 128 of A-Z a-z 0-9 . _ -")]
pub struct InvalidRecordRef;

impl RecordId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RecordId {
    type Error = InvalidRecordRef;

    fn try_from(text: String) -> Result<Self, InvalidRecordRef> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let valid = (1..=128).contains(&text.len()) && text.bytes().all(allowed);
        if valid { Ok(Self(text)) } else { Err(InvalidRecordRef) }
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.0
    }
}

/// The record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRef {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: RecordType,
    /// Its id in the CRM.
    pub id: RecordId,
}

impl std::fmt::Display for RecordRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.id.as_str())
    }
}

impl std::str::FromStr for RecordRef {
    type Err = InvalidRecordRef;

    /// Reads `contact:c-1`, as query parameters write it.
    fn from_str(text: &str) -> Result<Self, InvalidRecordRef> {
        let (kind, id) = text.split_once(':').ok_or(InvalidRecordRef)?;
        let kind = RecordType::try_from(kind.to_owned())?;
        Ok(Self { kind, id: RecordId::try_from(id.to_owned())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_reads_as_it_is_written() {
        let reference: RecordRef = "contact:c-1".parse().unwrap();
        assert_eq!(reference.to_string(), "contact:c-1");
        let custom: RecordRef = "service_case:4711".parse().unwrap();
        assert_eq!((custom.kind.as_str(), custom.to_string().as_str()), ("service_case", "service_case:4711"));
        for text in [
            "",
            "contact",
            "contact:",
            "Person:1",
            "9:1",
            "contact:a b",
            "contact:a/b",
            &format!("contact:{}", "a".repeat(129)),
        ] {
            assert!(text.parse::<RecordRef>().is_err(), "{text}");
        }
    }
}
