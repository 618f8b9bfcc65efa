//! Where records are found in the CRM.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Record, RecordRef, RecordType};

/// The longest address, in characters.
const MAX_URL: usize = 1000;

/// The patterns of an organisation, by type: `https://crm.example.com/{type}/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordUrls(BTreeMap<RecordType, String>);

/// Why a text is not the address of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an http or https address of at most 1,000 characters; a pattern has a place for the id")]
pub struct InvalidRecordUrl;

impl RecordUrls {
    /// Patterns as the settings give them: an address with `{id}`, and perhaps `{type}`.
    ///
    /// # Errors
    /// [`InvalidRecordUrl`].
    pub fn read(patterns: BTreeMap<RecordType, String>) -> Result<Self, InvalidRecordUrl> {
        for pattern in patterns.values() {
            check_url(pattern)?;
            // A host that an id could change would lead elsewhere.
            let path = pattern.splitn(4, '/').nth(3).unwrap_or_default();
            if !path.contains("{id}") || pattern[..pattern.len() - path.len()].contains('{') {
                return Err(InvalidRecordUrl);
            }
        }
        Ok(Self(patterns))
    }

    /// The types that have a pattern, and the patterns.
    pub fn iter(&self) -> impl Iterator<Item = (&RecordType, &str)> {
        self.0.iter().map(|(kind, pattern)| (kind, pattern.as_str()))
    }

    /// The address that follows from the pattern of the type. Types and ids have no character that has to be coded.
    pub fn of(&self, record: &RecordRef) -> Option<String> {
        let pattern = self.0.get(&record.kind)?;
        Some(pattern.replace("{type}", record.kind.as_str()).replace("{id}", record.id.as_str()))
    }

    /// Where a record is found: its own address, else what follows from the pattern.
    pub fn leads_to(&self, record: &Record) -> Option<String> {
        record.url.clone().or_else(|| self.of(&record.reference))
    }
}

/// Checks the address of a record: `https`, or `http` for a CRM on one's own network.
///
/// # Errors
/// [`InvalidRecordUrl`].
pub fn check_url(url: &str) -> Result<(), InvalidRecordUrl> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !"\"<>\\^`".contains(c);
    let has_host = !rest.is_empty() && !rest.starts_with(['/', '?', '#', '{']);
    let valid = has_host && url.chars().count() <= MAX_URL && url.chars().all(is_plain);
    if valid { Ok(()) } else { Err(InvalidRecordUrl) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(pattern: &str) -> Result<RecordUrls, InvalidRecordUrl> {
        RecordUrls::read([(RecordType::Contact, pattern.to_owned())].into())
    }

    #[test]
    fn a_pattern_leads_to_the_record_unless_it_has_its_own_address() {
        let urls = patterns("https://crm.example.com/{type}/{id}?tab=1").unwrap();
        let mut record = Record::empty("contact:c-1".parse().unwrap());
        assert_eq!(urls.leads_to(&record).as_deref(), Some("https://crm.example.com/contact/c-1?tab=1"));
        record.url = Some("https://other.example.com/1".to_owned());
        assert_eq!(urls.leads_to(&record).as_deref(), Some("https://other.example.com/1"));
        assert_eq!(urls.of(&"lead:1".parse().unwrap()), None);
    }

    #[test]
    fn a_pattern_has_a_host_of_its_own_and_a_place_for_the_id() {
        for pattern in [
            "",
            "javascript:alert({id})",
            "https://crm.example.com/contact",
            "https://{id}.example.com/",
            "https://{id}/{id}",
            "https:///{id}",
            "https://crm.example.com/{id} x",
            "https://crm.example.com/\"{id}",
        ] {
            assert_eq!(patterns(pattern), Err(InvalidRecordUrl), "{pattern}");
        }
    }
}
