//! A flood on one message: a leaked pixel, a broken scanner.
//!
//! Up to [`LOG_LIMIT`] hits a message keeps everything. Of what comes later only the first open, click and view of each person is
//! kept: one recipient's scanner never blinds the author for the others. The rest is counted in one number, so that storage, read
//! cost and write cost of an event stay bounded however many there are.

use std::collections::BTreeSet;

use aws::store::{Error, Figures};
use domain::ground::id::EventId;
use domain::message::MessageWithCopies;
use domain::signs::engagement::{FoldContext, fold};
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
    let firsts: Vec<Hit> = hits.iter().filter(|hit| may_be_first(hit, before, &context)).cloned().collect();
    if firsts.is_empty() {
        return Ok(count_only(before, &hits));
    }

    let mut log = app.store.hits(stored.message.id).await?;
    log.retain(|hit| !before.erased.contains(&hit.recipient));
    let told = fold(log.clone(), &context).deeds();
    let all = fold(log.iter().cloned().chain(firsts), &context);
    let known: BTreeSet<EventId> = log.iter().map(|hit| hit.id).collect();
    let by_persons = all.judged.iter().filter(|judged| judged.verdict.class.is_person()).map(|judged| &judged.hit);
    let mut deeds = told;
    let kept: Vec<Hit> = by_persons
        .filter(|hit| !known.contains(&hit.id) && deeds.insert((hit.recipient, hit.action.into())))
        .cloned()
        .collect();
    app.store.log_hits(stored.message.id, &kept).await?;

    let ids: BTreeSet<EventId> = kept.iter().map(|hit| hit.id).collect();
    log.extend(kept);
    let engagement = fold(log, &context);
    // A batch that comes again finds its hits in the log.
    let batch: BTreeSet<EventId> = hits.iter().map(|hit| hit.id).collect();
    announce(app, &stored.message, &engagement, &batch).await?;
    let rest: Vec<Hit> = hits.into_iter().filter(|hit| !ids.contains(&hit.id) && !known.contains(&hit.id)).collect();
    let kpis = engagement.kpis.keeping_replies(&before.kpis);
    let logged = u32::try_from(engagement.judged.len()).unwrap_or(u32::MAX);
    Ok(Figures { kpis, logged, deeds, ..count_only(before, &rest) })
}

/// True for what may be the first of its kind: by itself it looks like a person's, and nothing of the kind is known.
fn may_be_first(hit: &Hit, before: &Figures, context: &FoldContext) -> bool {
    let known = before.deeds.contains(&(hit.recipient, hit.action.into()));
    !known && !fold([hit.clone()], context).deeds().is_empty()
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
