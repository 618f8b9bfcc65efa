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
use super::table::{Addition, Condition, Range};
use super::{Error, Next, Store, Write, keys};

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
        let mut writes = vec![next(message, before, after)?];
        writes.extend(addition(message, before, after).map(Write::add));
        self.table.commit(writes).await
    }

    /// The next version of a copy that was sent, or decided about. The first tracked copy of a message that leaves counts
    /// for its template; the count is written with it.
    pub async fn settled_copy(&self, message: &Message, before: &Copy, after: Copy) -> Result<Next<Copy>, Error> {
        let counts = performance::counts(message, &after);
        let mut next = Next::copy(message.id, before, after)?;
        if counts {
            next.writes.extend(self.leaving(message).await?);
        }
        Ok(next)
    }

    /// The writes that note that a message left; none when it is known already.
    async fn leaving(&self, message: &Message) -> Result<Vec<Write>, Error> {
        let before = self.figures(message.org, message.owner, message.id).await?;
        let after = Figures { left: true, ..before.clone() };
        match addition(message, &before, &after) {
            None => Ok(Vec::new()),
            Some(addition) => Ok(vec![next(message, &before, &after)?, Write::add(addition)]),
        }
    }

    /// The figures of an organisation's templates that were used; may lag behind the last write.
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
    Write::put(&keys::figures(message.org, message.owner, message.id), &after, condition)
}

/// What a change of the figures adds to those of the template, if anything.
fn addition(message: &Message, before: &Figures, after: &Figures) -> Option<Addition> {
    let template = message.template.filter(|_| message.tracked)?;
    let tally = |summary: &Figures| Tally::of_message(summary.left, &summary.kpis);
    let change = tally(before).until(tally(after))?;
    let numbers = [("sent", change.sent), ("opened", change.opened), ("replied", change.replied)];
    Some(Addition { key: keys::tally(message.org, template, message.id), numbers: numbers.into() })
}
