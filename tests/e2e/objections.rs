//! Random interleavings of preferences, sends, hits and recordings: a hit is recorded exactly when nobody objected from the
//! hit until it was looked at.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use serde_json::json;

use crate::world::{Received, World, offer};

/// The records that may object for the one recipient.
const RECORDS: [&str; 3] = ["contact/c-1", "lead/l-1", "account/a-1"];

#[derive(Debug, Clone)]
enum Step {
    /// A record allows it or does not.
    Prefer(usize, bool),
    Send,
    /// The recipient looks at a mail that is there, or follows its link.
    Hit(usize, bool),
    /// The queues run dry.
    Record,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..RECORDS.len(), any::<bool>()).prop_map(|(record, allowed)| Step::Prefer(record, allowed)),
        1 => Just(Step::Send),
        4 => (any::<usize>(), any::<bool>()).prop_map(|(mail, click)| Step::Hit(mail, click)),
        2 => Just(Step::Record),
    ];
    prop::collection::vec(step, 5..40)
}

/// What must be true.
#[derive(Default)]
struct Model {
    objecting: BTreeSet<usize>,
    /// Hits of which nobody knows yet, by instant.
    waiting: BTreeSet<String>,
    recorded: BTreeSet<String>,
}

impl Model {
    fn prefer(&mut self, record: usize, allowed: bool) {
        if allowed {
            self.objecting.remove(&record);
        } else {
            self.objecting.insert(record);
            // Whoever objects means what was not looked at as well.
            self.waiting.clear();
        }
    }

    fn hit(&mut self, at: String) {
        if self.objecting.is_empty() {
            self.waiting.insert(at);
        }
    }

    fn record(&mut self) {
        self.recorded.append(&mut self.waiting);
    }
}

async fn people(world: &World) {
    let emails = json!(["purchasing@example.org"]);
    for (record, body) in RECORDS.iter().zip([
        json!({"emails": emails, "account": "a-1", "tracking": "allow"}),
        json!({"emails": emails, "tracking": "allow"}),
        json!({"name": "Example"}),
    ]) {
        assert_eq!(world.call("PUT", &format!("/v1/records/{record}"), body).await.0, 201);
    }
}

/// Mails that can be followed.
fn followed(world: &World) -> Vec<Received> {
    world.received().into_iter().filter(|mail| !mail.tracked("/o/").is_empty()).collect()
}

async fn run(steps: Vec<Step>) -> TestCaseResult {
    let (world, mut model, mut ids) = (World::new().await, Model::default(), Vec::new());
    people(&world).await;
    for step in steps {
        // Later than half a minute, the same look is another one.
        world.advance(SignedDuration::from_secs(40));
        match step {
            Step::Prefer(record, allowed) => {
                let change = json!({"tracking": if allowed { "allow" } else { "deny" }});
                world.call("PATCH", &format!("/v1/records/{}", RECORDS[record]), change).await;
                model.prefer(record, allowed);
            }
            Step::Send => {
                ids.push(world.send(offer()).await);
                model.record();
                prop_assert_eq!(
                    world.received().last().unwrap().tracked("/o/").is_empty(),
                    !model.objecting.is_empty()
                );
            }
            Step::Hit(n, click) => {
                let mails = followed(&world);
                let Some(mail) = mails.get(n % mails.len().max(1)) else { continue };
                world.visit(&mail.tracked(if click { "/c/" } else { "/o/" })[0]).await;
                model.hit(domain::time::instant::format(world.now()));
            }
            Step::Record => {
                world.settle().await;
                model.record();
            }
        }
    }
    world.settle().await;
    model.record();
    let mut seen = BTreeSet::new();
    for id in &ids {
        let timeline = world.timeline(id).await;
        let events = timeline["events"].as_array().unwrap().iter().filter(|event| !event["verdict"].is_null());
        seen.extend(events.map(|event| event["at"].as_str().unwrap().to_owned()));
    }
    prop_assert_eq!(seen, model.recorded);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_hit_is_recorded_exactly_when_nobody_objected_until_it_was_looked_at(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(run(steps))?;
    }
}
