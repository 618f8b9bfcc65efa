//! Consent: what a person allows, how we know, and what several records of one person come to.
//!
//! An objection (*deny*) holds from the moment it was saved. One that was withdrawn leaves behind until when it held, so
//! that a hit from that time is not recorded even if it is looked at later.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::people::record::{Record, RecordRef, RecordType};
use crate::team::audit::ActorId;

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
    pub by: ActorId,
    /// What was known before.
    pub from: Preference,
    /// What is known since.
    pub to: Preference,
    /// How it is known.
    #[serde(default)]
    pub consent: Option<Consent>,
}

/// The record whose preference decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// The record; an account when its objection binds the recipient.
    pub record: RecordRef,
    /// Its name.
    pub name: String,
}

/// The records of one recipient taken together: the strictest of them counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The record to show for the recipient: the one that was named, else the first of contact, lead, account and
    /// opportunity.
    pub record: Option<RecordRef>,
    /// The name of that record.
    pub name: Option<String>,
    /// The preference that stands on that record.
    pub own: Preference,
    /// The preference that counts.
    pub preference: Preference,
    /// The record that the counting preference comes from.
    pub decided_by: Option<Decider>,
    /// Before this instant, an objection may have held.
    pub denied_until: Option<Timestamp>,
}

impl Standing {
    /// The standing of somebody with these records, of which one may have been named, and the accounts they belong to.
    /// An account's objection binds its contacts; its other preferences do not.
    pub fn of(named: Option<&RecordRef>, records: &[Record], accounts: &[Record]) -> Self {
        let mut own: Vec<&Record> = records.iter().collect();
        own.sort_by(|a, b| a.reference.cmp(&b.reference));
        let is_named = |record: &&&Record| Some(&record.reference) == named;
        let shown = match named {
            Some(_) => own.iter().find(is_named),
            None => own.first(),
        };

        let objecting_account = accounts.iter().find(|account| account.tracking == Preference::Deny);
        // Of equals, the record that is shown decides.
        let strictest = own.iter().max_by_key(|record| (record.tracking, shown.is_some_and(|shown| shown == *record)));
        let decider = objecting_account.or_else(|| strictest.copied());
        let decider = decider.filter(|record| record.tracking != Preference::Unknown);

        Self {
            record: named.or_else(|| shown.map(|record| &record.reference)).cloned(),
            name: shown.map(|record| record.name.clone()).filter(|name| !name.trim().is_empty()),
            own: shown.map(|record| record.tracking).unwrap_or_default(),
            preference: decider.map(|record| record.tracking).unwrap_or_default(),
            decided_by: decider.map(|record| Decider { record: record.reference.clone(), name: record.name.clone() }),
            denied_until: records.iter().chain(accounts).filter_map(|record| record.denied_until).max(),
        }
    }

    /// The same for somebody whose address remembers an objection that nobody lifted.
    #[must_use]
    pub fn objecting(self) -> Self {
        if self.preference == Preference::Deny {
            return self;
        }
        Self { preference: Preference::Deny, decided_by: None, ..self }
    }

    /// True when a hit at this instant may not be recorded, whatever is allowed now.
    pub fn objected(&self, at: Timestamp) -> bool {
        self.preference == Preference::Deny || self.denied_until.is_some_and(|until| at < until)
    }
}

/// The record as it is to be stored, with the line that its ledger gets.
pub fn changed(before: Option<&Record>, record: Record, by: ActorId, now: Timestamp) -> (Record, Option<ConsentEntry>) {
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
    fn the_record_that_decides_is_named() {
        let contact = Record { name: "Ann".to_owned(), ..record("contact:1", Preference::Allow) };
        let account = Record { name: "Example Ltd".to_owned(), ..record("account:9", Preference::Deny) };
        let standing = Standing::of(None, std::slice::from_ref(&contact), std::slice::from_ref(&account));
        assert_eq!((standing.own, standing.preference), (Preference::Allow, Preference::Deny));
        assert_eq!(standing.name.as_deref(), Some("Ann"));
        let decider = standing.decided_by.unwrap();
        assert_eq!((decider.record, decider.name), (account.reference, "Example Ltd".to_owned()));

        let lead = record("lead:2", Preference::Deny);
        let standing = Standing::of(None, &[contact, lead.clone()], &[]);
        assert_eq!(standing.decided_by.map(|decider| decider.record), Some(lead.reference));
        assert_eq!(Standing::of(None, &[record("contact:1", Preference::Unknown)], &[]).decided_by, None);
    }

    #[test]
    fn a_withdrawn_objection_still_covers_the_time_it_held() {
        let by = ActorId::User(crate::ground::id::UserId::new(now(), [1; 10]));
        let denied = record("contact:1", Preference::Deny);
        let (allowed, entry) = changed(Some(&denied), record("contact:1", Preference::Allow), by.clone(), now());
        assert_eq!(entry.map(|entry| (entry.from, entry.to)), Some((Preference::Deny, Preference::Allow)));
        let standing = Standing::of(None, std::slice::from_ref(&allowed), &[]);
        assert!(standing.objected(now() - jiff::SignedDuration::from_millis(1)));
        assert!(!standing.objected(now()));
        let (again, entry) = changed(Some(&allowed), record("contact:1", Preference::Allow), by, now());
        assert_eq!((entry, again.denied_until), (None, Some(now())));
    }
}
