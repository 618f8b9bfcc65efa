//! A flood on one message: a leaked pixel, a broken scanner.
//!
//! Up to [`LOG_LIMIT`] hits a message keeps everything. What comes later is counted in one number and not kept, so
//! that storage, read cost and write cost of an event stay bounded however many there are.

use aws::store::Figures;
use domain::signs::event::Hit;

/// How many hits of a message are kept in detail. A batch that crosses the limit is kept whole.
pub(crate) const LOG_LIMIT: u32 = 500;
/// How many hits that were only counted are remembered, against batches that come again.
const REMEMBERED: usize = 100;

/// Adds the hits that are not remembered to the count.
pub(crate) fn count_only(before: &Figures, hits: &[Hit]) -> Figures {
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
