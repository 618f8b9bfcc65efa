//! The figures of templates: what follows from the figures of their messages, added up.
//!
//! They change in the transaction that changes what they follow from, on condition of its version. So nothing is counted
//! twice or left out, whatever comes again, late or not at all.

use std::collections::BTreeMap;

use domain::ground::id::{OrgId, TemplateId};
use domain::message::Message;
use domain::message::copy::Copy;
use domain::signs::performance::{self, Tally};
use serde::Deserialize;

use super::hits::Figures;
use super::idempotency::{self, Idempotency};
use super::table::{Addition, Condition, Item, Range};
use super::{Error, Store, keys};

/// An item, and the condition of its write.
type Write = (Item, Condition);

/// A part of the figures of a template.
#[derive(Deserialize)]
struct Part {
    sent: i64,
    opened: i64,
    replied: i64,
}

impl Store {
    /// Writes the next version of a message's figures; what they change for its template goes with it.
    ///
    /// # Errors
    /// [`Error::Conflict`] when somebody else wrote them since they were read.
    pub async fn replace_figures(&self, message: &Message, before: &Figures, after: &Figures) -> Result<(), Error> {
        let (item, condition) = next(message, before, after)?;
        match addition(message, before, after) {
            None => self.table.put(item, condition).await,
            Some(addition) => self.table.transact_adding(vec![(item, condition)], &addition).await,
        }
    }

    /// Writes the next version of a copy that was sent, or decided about, and the answer that was given. The first followed
    /// copy of a message that leaves counts for its template.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the copy or the figures were changed meanwhile, or the request was answered before.
    pub async fn settle_copy(&self, message: &Message, copy: &Copy, answer: Option<&Idempotency>) -> Result<(), Error> {
        let counted = if performance::counts(message, copy) { self.leaving(message).await? } else { None };
        if counted.is_none() && answer.is_none() {
            return self.replace_copy(message.id, copy).await;
        }
        let item = Item::new(&keys::copy(message.id, copy.recipient), copy)?;
        let mut writes = vec![(item, Condition::Version(copy.version - 1))];
        writes.extend(answer.map(|answer| idempotency::write(message.org, answer)).transpose()?);
        match counted {
            None => self.table.transact(writes).await,
            Some((figures, addition)) => {
                writes.push(figures);
                self.table.transact_adding(writes, &addition).await
            }
        }
    }

    /// That a message left, unless it is known already.
    async fn leaving(&self, message: &Message) -> Result<Option<(Write, Addition)>, Error> {
        let before = self.figures(message.org, message.owner, message.id).await?;
        let after = Figures { left: true, ..before.clone() };
        let addition = addition(message, &before, &after);
        addition.map(|addition| Ok((next(message, &before, &after)?, addition))).transpose()
    }

    /// The figures of an organisation's templates that were used; may lag behind the last write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn tallies(&self, org: OrgId) -> Result<BTreeMap<TemplateId, Tally>, Error> {
        let range = Range { eventual: true, ..Range::prefix("tpl_") };
        let mut tallies: BTreeMap<TemplateId, Tally> = BTreeMap::new();
        for item in self.table.query(&keys::tallies(org), &range).await? {
            let template = keys::parse_tally(item.sk()).ok_or_else(|| Error::Corrupt(item.sk().to_owned()))?;
            let Part { sent, opened, replied } = item.read()?;
            let tally = tallies.entry(template).or_default();
            for (sum, part) in [(&mut tally.sent, sent), (&mut tally.opened, opened), (&mut tally.replied, replied)] {
                *sum = sum.saturating_add(u32::try_from(part).unwrap_or_default());
            }
        }
        Ok(tallies)
    }
}

/// The write of the next version of the figures.
fn next(message: &Message, before: &Figures, after: &Figures) -> Result<Write, Error> {
    let after = Figures { version: before.version + 1, ..after.clone() };
    let condition = if before.version == 0 { Condition::Absent } else { Condition::Version(before.version) };
    Ok((Item::new(&keys::figures(message.org, message.owner, message.id), &after)?, condition))
}

/// What a change of the figures adds to those of the template, if anything.
fn addition(message: &Message, before: &Figures, after: &Figures) -> Option<Addition> {
    let template = message.template.filter(|_| message.tracked)?;
    let tally = |summary: &Figures| Tally::of_message(summary.left, &summary.kpis);
    let change = tally(before).until(tally(after))?;
    let numbers = [("sent", change.sent), ("opened", change.opened), ("replied", change.replied)];
    Some(Addition { key: keys::tally(message.org, template, message.id), numbers: numbers.into() })
}
