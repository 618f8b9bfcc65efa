//! Lists of messages: their places in order of time, and their figures. Everything here may lag behind the last write.

use std::collections::BTreeMap;
use std::pin::pin;

use domain::ground::id::{MessageId, OrgId, UserId};
use domain::people::activity::{Activity, ActivityKind};
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use futures::stream::TryStreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hits::Figures;
use super::table::{Item, Range};
use super::{Error, Store, keys};

/// The fewest items that are read at once, where not every one may be wanted.
const AT_LEAST: usize = 25;

/// A place in a list of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListedMessage {
    /// By which the list is ordered: when it leaves or left, else when it was first saved.
    #[serde(with = "domain::time::instant::millis")]
    pub at: Timestamp,
    /// The message.
    pub message: MessageId,
    /// Whose it is.
    pub owner: UserId,
}

impl ListedMessage {
    /// The place that an activity gives a mail; none of other activities.
    pub fn of(activity: &Activity) -> Option<Self> {
        let message = activity.message.filter(|_| activity.kind == ActivityKind::Mail)?;
        Some(Self { at: activity.created_at, message, owner: activity.owner })
    }
}

/// Which part of a list in order of time to read.
#[derive(Debug, Clone, Copy)]
pub struct ListPart {
    /// The newest first, or the oldest.
    pub newest_first: bool,
    /// Behind this place; from the beginning when there is none.
    pub after: Option<ListedMessage>,
    /// At most this many.
    pub limit: usize,
}

impl Store {
    /// The messages of an owner.
    pub async fn messages_of_owner(
        &self,
        org: OrgId,
        owner: UserId,
        part: ListPart,
    ) -> Result<Vec<ListedMessage>, Error> {
        let after = part.after.map(|listed| keys::owner_position(listed.at, listed.message));
        let limit = i32::try_from(part.limit).unwrap_or(i32::MAX);
        let pk = keys::owner(org, owner);
        let positions = self.table.owner_positions(&pk, after.as_deref(), part.newest_first, limit).await?;
        let parse = |position: &String| {
            keys::parse_owner_position(position).map(|(at, message)| ListedMessage { at, message, owner })
        };
        Ok(positions.iter().filter_map(parse).collect())
    }

    /// The messages of a record, by whoever sent them: what is about it, and what went to it. A message that was moved or
    /// taken back since may have a place too many; its `send_at` is another one then.
    pub async fn messages_of_record(
        &self,
        org: OrgId,
        record: &RecordRef,
        part: ListPart,
    ) -> Result<Vec<ListedMessage>, Error> {
        let all = Range::prefix(keys::ACTIVITY);
        let after = part.after.map(|listed| {
            let activity = Activity::id_of_mail(listed.message, listed.at);
            keys::activity(org, record, listed.at, activity).sk
        });
        let (from, to) = match (after, part.newest_first) {
            (None, _) => (all.from, all.to),
            (Some(after), true) => (all.from, after),
            (Some(after), false) => (after, all.to),
        };
        // The place itself is read again.
        let limit = i32::try_from(part.limit.max(AT_LEAST) + 1).ok();
        let range = Range { from, to, backward: part.newest_first, limit, eventual: true };
        let mut pages = pin!(self.table.pages(keys::record_partition(org, record), range));
        let mut found = Vec::new();
        while found.len() < part.limit {
            let Some(page) = pages.try_next().await? else { break };
            let activities = page.into_iter().map(Item::read::<Activity>).collect::<Result<Vec<_>, _>>()?;
            found.extend(activities.iter().filter_map(ListedMessage::of).filter(|listed| Some(*listed) != part.after));
        }
        found.truncate(part.limit);
        Ok(found)
    }

    /// The figures of these messages; those that nothing happened to have none. Those of one owner lie together and are
    /// cheap to read in one go, unless others lie between them.
    pub async fn figures_of(&self, org: OrgId, listed: &[ListedMessage]) -> Result<BTreeMap<MessageId, Kpis>, Error> {
        let mut left: BTreeMap<MessageId, UserId> = listed.iter().map(|one| (one.message, one.owner)).collect();
        let mut figures = BTreeMap::new();
        let (Some((&first, &owner)), Some((&last, _))) = (left.first_key_value(), left.last_key_value()) else {
            return Ok(figures);
        };
        if left.values().all(|other| *other == owner) {
            let limit = left.len().max(AT_LEAST);
            let range = Range {
                from: first.to_string(),
                to: last.to_string(),
                backward: true,
                limit: i32::try_from(limit).ok(),
                eventual: true,
            };
            let mut pages = pin!(self.table.pages(keys::figures_partition(org, owner), range));
            let mut whole = true;
            while let Some(page) = pages.try_next().await? {
                figures.extend(page.into_iter().map(of_message).collect::<Result<Vec<_>, _>>()?);
                whole = figures.len() < limit;
                if !whole {
                    break;
                }
            }
            let oldest = figures.first_key_value().map(|(message, _)| *message);
            left.retain(|message, _| !whole && oldest.is_some_and(|oldest| *message < oldest));
        }
        let keys: Vec<_> = left.iter().map(|(message, owner)| keys::figures(org, *owner, *message)).collect();
        let items = self.table.get_many(&keys).await?;
        figures.extend(items.into_iter().map(of_message).collect::<Result<Vec<_>, _>>()?);
        Ok(figures)
    }
}

/// Figures, and whose they are.
fn of_message(item: Item) -> Result<(MessageId, Kpis), Error> {
    let message = item.sk().parse().map_err(|_| Error::Corrupt(item.sk().to_owned()))?;
    Ok((message, item.read::<Figures>()?.kpis))
}
