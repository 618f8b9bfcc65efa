//! The places of a list of activities: a record's own, and of an account the mail of the records that belong to it.

use domain::people::activity::{Activity, ActivityKind};
use domain::people::record::{RecordRef, RecordType};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::{ActivityMark, ActivityScope};
use crate::{Actor, Desk, Refused};

/// How many records of an account are looked at.
const MAX_MEMBERS: usize = 100;
/// How many records are read at once.
const AT_ONCE: usize = 10;

/// An activity, and the record that it is listed with.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    pub(super) activity: Activity,
    pub(super) record: RecordRef,
    /// It is the record's that was asked for.
    own: bool,
}

impl Listed {
    pub(super) fn mark(&self) -> ActivityMark {
        (self.activity.created_at, self.activity.id)
    }
}

impl Desk {
    /// The records whose activities a list shows, the one that was asked for first.
    pub(super) async fn sources(
        &self,
        actor: &Actor,
        record: &RecordRef,
        scope: ActivityScope,
    ) -> Result<Vec<RecordRef>, Refused> {
        let mut sources = vec![record.clone()];
        if scope.related && record.kind == RecordType::Account {
            sources.extend(self.store.members(actor.org, &record.id, None, MAX_MEMBERS).await?);
        }
        Ok(sources)
    }

    /// The next places, the newest first, each activity once; and where they end when there are more behind them.
    pub(super) async fn places(
        &self,
        actor: &Actor,
        sources: &[RecordRef],
        mark: Option<ActivityMark>,
        limit: usize,
    ) -> Result<(Vec<Listed>, Option<ActivityMark>), Refused> {
        let read = |(n, record): (usize, RecordRef)| async move {
            let activities = self.store.activities(actor.org, &record, mark, limit + 1).await?;
            let listed = activities.into_iter();
            let listed = listed.map(|activity| Listed { activity, record: record.clone(), own: n == 0 });
            Ok::<Vec<Listed>, Refused>(listed.collect())
        };
        let all: Vec<(usize, RecordRef)> = sources.iter().cloned().enumerate().collect();
        let mut places: Vec<Listed> = stream::iter(all).map(read).buffered(AT_ONCE).try_concat().await?;

        // The mail of several records is one activity; the record that was asked for stands first.
        places.sort_by_key(|listed| (std::cmp::Reverse(listed.mark()), !listed.own));
        places.dedup_by_key(|listed| listed.mark());
        let more = places.len() > limit;
        places.truncate(limit);
        let end = places.last().filter(|_| more).map(Listed::mark);
        places.retain(|listed| listed.own || listed.activity.kind == ActivityKind::Mail);
        Ok((places, end))
    }
}
