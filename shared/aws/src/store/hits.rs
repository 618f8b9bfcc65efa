//! The log of hits, in segments that are only ever added, and the figures that were folded from it.

use data_encoding::HEXLOWER;
use std::collections::BTreeSet;

use domain::ground::id::{MessageId, OrgId, UserId};
use domain::signs::engagement::{DeedKind, Kpis};
use domain::signs::event::Hit;
use domain::signs::performance::Departure;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::keys::Key;
use super::table::{Condition, Item, Range};
use super::{Error, Store, Write, keys};

/// The figures of a message, with what the recorder needs to go on.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, noted beside the figures")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Counts every change; the condition of the next one.
    pub version: u32,
    /// The figures.
    #[serde(flatten)]
    pub kpis: Kpis,
    /// A tracked copy of the message left. Noted of messages that were made from a template, whose figures follow from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
    /// Only copies that are not tracked left until now. Noted of the same messages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_untracked: bool,
    /// How many hits the log holds.
    pub logged: u32,
    /// How many hits came after the log was full. Counted, not kept.
    #[serde(default)]
    pub beyond: u32,
    /// Short hashes of the last hits that were only counted, so that a batch that comes again is not counted twice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<u32>,
    /// The deeds of each person, noted once the log is full: a first one of its kind is kept all the same.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub deeds: BTreeSet<(u16, DeedKind)>,
    /// Recipients who were forgotten. What they do is not recorded, and what was is taken out of the log: whoever records
    /// meanwhile meets another version of these figures and sees it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub erased: BTreeSet<u16>,
    /// Recipients whose first open was told to the author by a card.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub told: BTreeSet<u16>,
    /// The message's reminder fired: what happened before its time and is recorded later takes the card away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reminded: bool,
    /// The message has another owner now, and its figures lie with them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
}

impl Figures {
    /// How the message left, as far as it is noted.
    pub(super) fn departure(&self) -> Departure {
        Departure { left: self.left || self.left_untracked, tracked: self.left }
    }

    /// The write of figures in the place of others, under the next version.
    pub(super) fn written(key: &Key, before: &Self, after: Self) -> Result<Write, Error> {
        let after = Self { version: before.version + 1, ..after };
        let condition = if before.version == 0 { Condition::Absent } else { Condition::Version(before.version) };
        Write::put(key, &after, condition)
    }
}

#[derive(Serialize, Deserialize)]
struct Segment {
    hits: Vec<Hit>,
}

impl Store {
    /// The figures of a message, as the last write left them.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the message went to another owner since it was read.
    pub async fn figures(&self, org: OrgId, owner: UserId, message: MessageId) -> Result<Figures, Error> {
        let figures = self.figures_or_moved(org, owner, message).await?;
        if figures.moved { Err(Error::Conflict) } else { Ok(figures) }
    }

    /// The same, also where they lay before.
    pub(super) async fn figures_or_moved(
        &self,
        org: OrgId,
        owner: UserId,
        message: MessageId,
    ) -> Result<Figures, Error> {
        Ok(self.table.get(&keys::figures(org, owner, message)).await?.unwrap_or_default())
    }

    /// All logged hits of a message, as the last write left them.
    pub async fn hits(&self, message: MessageId) -> Result<Vec<Hit>, Error> {
        let items = self.table.query(&keys::message_partition(message), &Range::prefix(keys::HITS)).await?;
        let segments = items.into_iter().map(Item::read::<Segment>).collect::<Result<Vec<_>, _>>()?;
        Ok(segments.into_iter().flat_map(|segment| segment.hits).collect())
    }

    /// Takes the hits of these recipients out of the log. A segment keeps its name.
    pub async fn forget_hits(&self, message: MessageId, recipients: &BTreeSet<u16>) -> Result<(), Error> {
        let pk = keys::message_partition(message);
        for item in self.table.query(&pk, &Range::prefix(keys::HITS)).await? {
            let key = item.key();
            let Segment { mut hits } = item.read()?;
            let before = hits.len();
            hits.retain(|hit| !recipients.contains(&hit.recipient));
            match hits.len() {
                0 => self.table.delete(&key).await?,
                left if left < before => self.table.put(Item::new(&key, &Segment { hits })?, Condition::Any).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds hits to the log, in one write. The same hits make the same segment.
    pub async fn log_hits(&self, message: MessageId, hits: &[Hit]) -> Result<(), Error> {
        let mut hits = hits.to_vec();
        hits.sort_by_key(|hit| hit.id);
        let Some(first) = hits.first().map(|hit| hit.id) else { return Ok(()) };
        let mut hash = Sha256::new();
        for hit in &hits {
            hash.update(hit.id.to_bytes());
        }
        let hash = HEXLOWER.encode(&hash.finalize()[..4]);
        self.table.put(Item::new(&keys::hits(message, first, &hash), &Segment { hits })?, Condition::Any).await
    }
}
