//! The figures of templates: what follows from the figures of their messages, added up.
//!
//! They change in the transaction that changes what they follow from, on condition of its version. So nothing is counted
//! twice or left out, whatever comes again, late or not at all.

use std::collections::{BTreeMap, BTreeSet};

use domain::ground::id::{OrgId, TemplateId};
use domain::message::Message;
use domain::message::copy::Copy;
use domain::people::record::RecordType;
use domain::signs::performance::{Departure, Tally, TallyChange};
use serde::{Deserialize, Serialize};

use super::hits::Figures;
use super::table::{Addition, Condition, Item, Range};
use super::{Error, Next, Store, Write, keys};

/// A part of the figures of a template.
#[derive(Deserialize)]
struct Part {
    sent: i64,
    /// Earlier versions of Telltale counted tracked messages only.
    #[serde(default)]
    untracked: i64,
    opened: i64,
    replied: i64,
}

/// That a message of a template was about an opportunity.
#[derive(Serialize, Deserialize)]
struct Used {}

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

    /// The next version of a copy that was sent, or decided about. The first copy of a message that leaves counts for its
    /// template, and so does the first tracked one; the count is written with it.
    pub async fn settled_copy(&self, message: &Message, before: &Copy, after: Copy) -> Result<Next<Copy>, Error> {
        let departure = Departure::of(message, &after);
        let mut next = Next::copy(message.id, before, after)?;
        if departure.left {
            next.writes.extend(self.leaving(message, departure).await?);
        }
        Ok(next)
    }

    /// The writes that note that a message left; none when it is known already.
    async fn leaving(&self, message: &Message, departure: Departure) -> Result<Vec<Write>, Error> {
        let before = self.figures(message.org, message.owner, message.id).await?;
        let Departure { left, tracked } = before.departure().and(departure);
        let after = Figures { left: tracked, left_untracked: left && !tracked, ..before.clone() };
        let Some(addition) = addition(message, &before, &after) else { return Ok(Vec::new()) };
        let mut writes = vec![next(message, &before, &after)?, Write::add(addition)];
        let sale = message.regarding.as_ref().filter(|record| record.kind == RecordType::Opportunity);
        if let (Some(template), Some(sale)) = (message.template, sale) {
            writes.push(Write::put(&keys::used(message.org, template, sale), &Used {}, Condition::Any)?);
        }
        Ok(writes)
    }

    /// The figures of an organisation's templates that were used; may lag behind the last write.
    pub async fn tallies(&self, org: OrgId) -> Result<BTreeMap<TemplateId, Tally>, Error> {
        let range = Range { eventual: true, ..Range::prefix("tpl_") };
        let mut tallies: BTreeMap<TemplateId, Tally> = BTreeMap::new();
        for item in self.table.query(&keys::tallies(org), &range).await? {
            let template = keys::parse_tally(item.sk()).ok_or_else(|| Error::Corrupt(item.sk().to_owned()))?;
            let Part { sent, untracked, opened, replied } = item.read()?;
            let tally = tallies.entry(template).or_default();
            for (sum, part) in [
                (&mut tally.sent, sent),
                (&mut tally.untracked, untracked),
                (&mut tally.opened, opened),
                (&mut tally.replied, replied),
            ] {
                *sum = sum.saturating_add(u32::try_from(part).unwrap_or_default());
            }
        }
        self.count_sales(org, &mut tallies).await?;
        Ok(tallies)
    }
}

impl Store {
    /// Counts the opportunities that were won, for each template that a message about them was made from. Both are indexes
    /// that change together with what they tell of.
    async fn count_sales(&self, org: OrgId, tallies: &mut BTreeMap<TemplateId, Tally>) -> Result<(), Error> {
        let won = Range { eventual: true, ..Range::prefix("") };
        let won = self.table.query(&keys::won_partition(org), &won).await?;
        if won.is_empty() {
            return Ok(());
        }
        let won: BTreeSet<&str> = won.iter().map(Item::sk).collect();
        let range = Range { eventual: true, ..Range::prefix("tpl_") };
        for item in self.table.query(&keys::used_partition(org), &range).await? {
            let Some((template, sale)) = item.sk().split_once('#') else { continue };
            if won.contains(sale)
                && let Ok(template) = template.parse()
            {
                tallies.entry(template).or_default().won += 1;
            }
        }
        Ok(())
    }
}

/// The write of the next version of the figures.
fn next(message: &Message, before: &Figures, after: &Figures) -> Result<Write, Error> {
    Figures::written(&keys::figures(message.org, message.owner, message.id), before, after.clone())
}

/// What a change of the figures adds to those of the template, if anything.
fn addition(message: &Message, before: &Figures, after: &Figures) -> Option<Addition> {
    let template = message.template?;
    let tally = |figures: &Figures| Tally::of_message(figures.departure(), &figures.kpis);
    let TallyChange { sent, untracked, opened, replied } = tally(before).until(tally(after))?;
    let numbers = [("sent", sent), ("untracked", untracked), ("opened", opened), ("replied", replied)];
    Some(Addition { key: keys::tally(message.org, template, message.id), numbers: numbers.into() })
}
