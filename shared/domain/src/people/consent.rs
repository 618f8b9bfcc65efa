//! Consent: what a person allows, how we know, and what several records of one person come to.
//!
//! An objection (*deny*) holds from the moment it was saved. One that was withdrawn leaves behind until when it held, so
//! that a hit from that time is not recorded even if it is looked at later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::UserId;
use crate::people::record::{Record, RecordRef, RecordType};

/// Whether a person lets their mail be followed. The later one is the stricter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preference {
    /// They do.
    Allow,
    /// Nobody asked.
    #[default]
    Unknown,
    /// They do not.
    Deny,
}

impl Preference {
    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Unknown => "unknown",
            Self::Deny => "deny",
        }
    }
}

/// How we know what a person allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Where it was said: a form, a call, a letter.
    pub source: String,
    /// When it was said.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// What else is to be known.
    #[serde(default)]
    pub note: Option<String>,
}

/// A line of a record's ledger: only ever added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentEntry {
    /// When it was saved.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// By whom.
    pub by: UserId,
    /// What was known before.
    pub from: Preference,
    /// What is known since.
    pub to: Preference,
    /// How it is known.
    #[serde(default)]
    pub consent: Option<Consent>,
}

/// What the records of one recipient come to: the strictest of them counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The record to show for the recipient: the one that was named, else the first of contact, lead, account and
    /// opportunity.
    pub record: Option<RecordRef>,
    /// What they allow.
    pub preference: Preference,
    /// Before this instant, an objection may have held.
    pub denied_until: Option<Timestamp>,
}

impl Standing {
    /// The standing of somebody with these records, of which one may have been named, and the accounts they belong to.
    /// An account's objection binds its contacts; what else it allows does not.
    pub fn of(named: Option<&RecordRef>, records: &[Record], accounts: &[Record]) -> Self {
        let mut own: Vec<&RecordRef> = records.iter().map(|record| &record.reference).collect();
        own.sort();
        let denied = accounts.iter().any(|account| account.tracking == Preference::Deny);
        let strictest = records.iter().map(|record| record.tracking).max().unwrap_or_default();
        Self {
            record: named.or_else(|| own.first().copied()).cloned(),
            preference: if denied { Preference::Deny } else { strictest },
            denied_until: records.iter().chain(accounts).filter_map(|record| record.denied_until).max(),
        }
    }

    /// True when a hit at this instant may not be recorded, whatever is allowed now.
    pub fn objected(&self, at: Timestamp) -> bool {
        self.preference == Preference::Deny || self.denied_until.is_some_and(|until| at < until)
    }
}

/// The record as it is to be stored, with the line that its ledger gets.
pub fn changed(before: Option<&Record>, record: Record, by: UserId, now: Timestamp) -> (Record, Option<ConsentEntry>) {
    let (from, consent) = before.map_or((Preference::Unknown, &None), |before| (before.tracking, &before.consent));
    let lifted = from == Preference::Deny && record.tracking != Preference::Deny;
    let denied_until = if lifted { Some(now) } else { before.and_then(|before| before.denied_until) };
    let version = before.map_or(0, |before| before.version);
    let differs = record.tracking != from || record.consent != *consent;
    let entry = ConsentEntry { at: now, by, from, to: record.tracking, consent: record.consent.clone() };
    (Record { denied_until, version, ..record }, differs.then_some(entry))
}

/// True when a change takes away what may bind an address: its objection must then be remembered by the address.
pub fn loosens(before: &Record, after: Option<&Record>) -> bool {
    let moved = |after: &Record| after.account != before.account;
    let removed = |after: &Record| before.emails.iter().any(|email| !after.emails.contains(email));
    after.is_none_or(|after| moved(after) || removed(after))
}

/// The account that a record's objection may come from.
pub fn account_of(record: &Record) -> Option<RecordRef> {
    record.account.clone().map(|id| RecordRef { kind: RecordType::Account, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    fn record(reference: &str, tracking: Preference) -> Record {
        Record { tracking, ..Record::empty(reference.parse().unwrap()) }
    }

    #[test]
    fn the_strictest_record_counts_and_an_account_can_only_deny() {
        use Preference::{Allow, Deny, Unknown};
        for (records, accounts, want) in [
            (vec![], vec![], Unknown),
            (vec![Allow], vec![], Allow),
            (vec![Allow, Unknown], vec![], Unknown),
            (vec![Allow, Deny, Unknown], vec![], Deny),
            (vec![Allow], vec![Deny], Deny),
            (vec![Allow], vec![Unknown], Allow),
            (vec![Unknown], vec![Allow], Unknown),
        ] {
            let of = |kind: &str, all: &[Preference]| -> Vec<Record> {
                all.iter().map(|preference| record(&format!("{kind}:1"), *preference)).collect()
            };
            let standing = Standing::of(None, &of("contact", &records), &of("account", &accounts));
            assert_eq!(standing.preference, want, "{records:?} {accounts:?}");
        }
    }

    #[test]
    fn the_named_record_is_shown_else_the_contact() {
        let records = [record("lead:1", Preference::Allow), record("contact:2", Preference::Allow)];
        let named = "account:3".parse().unwrap();
        assert_eq!(Standing::of(Some(&named), &records, &[]).record, Some(named));
        assert_eq!(Standing::of(None, &records, &[]).record, Some("contact:2".parse().unwrap()));
    }

    #[test]
    fn a_withdrawn_objection_still_covers_the_time_it_held() {
        let by = UserId::new(now(), [1; 10]);
        let denied = record("contact:1", Preference::Deny);
        let (allowed, entry) = changed(Some(&denied), record("contact:1", Preference::Allow), by, now());
        assert_eq!(entry.map(|entry| (entry.from, entry.to)), Some((Preference::Deny, Preference::Allow)));
        let standing = Standing::of(None, std::slice::from_ref(&allowed), &[]);
        assert!(standing.objected(now() - jiff::SignedDuration::from_millis(1)));
        assert!(!standing.objected(now()));
        let (again, entry) = changed(Some(&allowed), record("contact:1", Preference::Allow), by, now());
        assert_eq!((entry, again.denied_until), (None, Some(now())));
    }
}
