//! User agents of persons and of machines, through the verdict of a single hit.

use std::collections::BTreeMap;

use domain::ground::id::EventId;
use domain::signs::agent::Agent;
use domain::signs::event::{Hit, HitAction, HitRequest};
use domain::signs::verdict::{Recipient, VerdictClass, judge};
use jiff::Timestamp;

/// Kind of the list, and the most, in thousandths, that may be taken for a scanner, for a person, for neither.
/// Lists call it a browser when Office tries a link (`ms-office`), and a device when `WhatsApp` makes a preview: the
/// persons taken for a scanner. Many devices are telephones of before 2010, which told their name alone.
const BOUNDS: [(&str, [usize; 3]); 4] =
    [("bot", [1000, 20, 120]), ("browser", [5, 1000, 10]), ("device", [5, 1000, 160]), ("mail", [40, 1000, 40])];

/// How the agents of one kind were judged.
#[derive(Debug, Default)]
struct Row {
    scanner: usize,
    person: usize,
    neither: usize,
}

impl Row {
    fn all(&self) -> usize {
        self.scanner + self.person + self.neither
    }
}

fn class_of(agent: &str) -> VerdictClass {
    let at = Timestamp::UNIX_EPOCH;
    let request =
        HitRequest { agent: Agent::of(Some(agent)), network: None, head: false, prefetch: false, image: false };
    let hit = Hit { id: EventId::of(at, &[agent]), at, recipient: 0, action: HitAction::Open, request };
    judge(&[&hit], Recipient::default(), 0)[0].class
}

fn confusion(list: &str) -> BTreeMap<&str, Row> {
    let mut table: BTreeMap<&str, Row> = BTreeMap::new();
    for line in list.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [kind, _source, agent] = fields[..] else { panic!("three fields: {line}") };
        let row = table.entry(kind).or_default();
        match class_of(agent) {
            VerdictClass::Scanner => row.scanner += 1,
            class if class.is_person() => row.person += 1,
            _ => row.neither += 1,
        }
    }
    table
}

#[expect(clippy::print_stdout, reason = "the table is what a reader of the test wants")]
fn holds(list: &str) {
    let table = confusion(list);
    println!("{:<8} {:>8} {:>8} {:>8}", "kind", "scanner", "person", "neither");
    for (kind, row) in &table {
        println!("{kind:<8} {:>8} {:>8} {:>8}", row.scanner, row.person, row.neither);
    }
    for (kind, bounds) in BOUNDS {
        let row = &table[kind];
        for (count, most) in [row.scanner, row.person, row.neither].into_iter().zip(bounds) {
            assert!(count * 1000 <= most * row.all(), "{kind}: {count} of {}, at most {most} in 1000", row.all());
        }
    }
}

#[test]
fn agents_are_judged_as_the_lists_say() {
    holds(include_str!("../data/agents/work.tsv"));
}

#[test]
#[ignore = "for the continuous integration: rules must not be fitted to it"]
fn unseen_agents_are_judged_as_the_lists_say() {
    holds(include_str!("../data/agents/unseen.tsv"));
}
