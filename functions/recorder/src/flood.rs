//! A flood on one message: a leaked pixel, a broken scanner.
//!
//! Up to [`LOG_LIMIT`] hits a message keeps everything. Of what comes later only the first open, click and view of each person is
//! kept: one recipient's scanner never blinds the author for the others. The rest is counted in one number, so that storage, read
//! cost and write cost of an event stay bounded however many there are.

use std::collections::BTreeSet;

use aws::store::{Error, Figures};
use domain::ground::id::EventId;
use domain::message::MessageWithCopies;
use domain::signs::engagement::{FoldContext, first_deeds, fold, may_be_by_person};
use domain::signs::event::Hit;

use crate::{App, announce};

/// How many hits of a message are kept in detail. A batch that crosses the limit is kept whole.
pub(crate) const LOG_LIMIT: u32 = 500;
/// How many hits that were only counted are remembered, against batches that come again.
const REMEMBERED: usize = 100;

/// Keeps what a person does for the first time, and counts the rest.
pub(crate) async fn record(
    app: &App,
    stored: &MessageWithCopies,
    before: &Figures,
    hits: Vec<Hit>,
) -> Result<Figures, Error> {
    let context = FoldContext::of(&stored.message, &stored.copies);
    let is_known = |hit: &Hit| before.deeds.contains(&(hit.recipient, hit.action.into()));
    let firsts = hits.iter().filter(|hit| !is_known(hit) && may_be_by_person(hit, &context));
    let firsts: Vec<Hit> = firsts.cloned().collect();
    if firsts.is_empty() {
        return Ok(count_only(before, &hits));
    }

    let mut log = app.store.hits(stored.message.id).await?;
    log.retain(|hit| !before.erased.contains(&hit.recipient));
    let kept = first_deeds(&log, &firsts, &context);
    app.store.log_hits(stored.message.id, &kept).await?;
    log.extend(kept);

    let engagement = fold(log, &context);
    // A batch that comes again finds its hits in the log, and is announced again.
    let batch: BTreeSet<EventId> = hits.iter().map(|hit| hit.id).collect();
    announce(app, &stored.message, &engagement, &batch).await?;
    let logged: BTreeSet<EventId> = engagement.judged.iter().map(|judged| judged.hit.id).collect();
    let rest: Vec<Hit> = hits.into_iter().filter(|hit| !logged.contains(&hit.id)).collect();
    let deeds = engagement.deeds();
    let logged = u32::try_from(logged.len()).unwrap_or(u32::MAX);
    let kpis = engagement.kpis.keeping_replies(&before.kpis);
    Ok(Figures { kpis, logged, deeds, ..count_only(before, &rest) })
}

/// Adds the hits that are not remembered to the count.
fn count_only(before: &Figures, hits: &[Hit]) -> Figures {
    let mut after = before.clone();
    for mark in hits.iter().map(mark) {
        if !after.recent.contains(&mark) {
            after.recent.push(mark);
            after.beyond = after.beyond.saturating_add(1);
        }
    }
    let surplus = after.recent.len().saturating_sub(REMEMBERED);
    after.recent.drain(..surplus);
    after
}

/// The last four bytes of an id are random.
fn mark(hit: &Hit) -> u32 {
    let bytes = hit.id.to_bytes();
    u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]])
}
