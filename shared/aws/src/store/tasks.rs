//! Calls, tasks and appointments, which somebody added to a record. Each lies with its record, is found by its id, and stands in the
//! list of its owner.

use domain::ground::id::{ActivityId, OrgId, UserId};
use domain::people::activity::{Activity, Task};
use domain::people::record::RecordRef;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item};
use super::write::succeed;
use super::{Error, Next, Store, Write, keys};

/// Where an activity lies.
#[derive(Serialize, Deserialize)]
struct Place {
    #[serde(flatten)]
    record: RecordRef,
    #[serde(with = "domain::time::instant::millis")]
    at: Timestamp,
}

impl Next<Activity> {
    /// A new activity of a record.
    ///
    /// # Errors
    /// When the activity cannot be serialized.
    pub fn new_activity(org: OrgId, record: &RecordRef, activity: Activity) -> Result<Self, Error> {
        let place = Place { record: record.clone(), at: activity.created_at };
        let found = Write::put(&keys::task(org, activity.id), &place, Condition::Any)?;
        let mut next = Self::activity(org, record, None, activity)?;
        next.writes.push(found);
        Ok(next)
    }

    /// The next version of an activity of a record.
    ///
    /// # Errors
    /// When the activity cannot be serialized.
    pub fn activity(org: OrgId, record: &RecordRef, before: Option<&Activity>, after: Activity) -> Result<Self, Error> {
        let (activity, condition) = succeed(before, after);
        let key = keys::activity(org, record, activity.created_at, activity.id);
        let item = Item::new(&key, &activity)?;
        let item = item.indexed(keys::tasks(org, activity.owner), keys::task_position(&activity));
        Ok(Self::of(activity, vec![Write::item(item, condition)]))
    }
}

impl Write {
    /// Forgets an activity that was added to a record.
    pub fn no_task(org: OrgId, task: &Task) -> [Self; 2] {
        let Task { record, activity } = task;
        let listed = keys::activity(org, record, activity.created_at, activity.id);
        [Self::delete(listed), Self::delete(keys::task(org, activity.id))]
    }
}

/// The part of an owner's tasks to read.
#[derive(Debug, Clone, Copy)]
pub struct TaskPart<'a> {
    /// Behind this place; from the beginning when there is none.
    pub after: Option<&'a str>,
    /// Only those that are done (true), or only open ones.
    pub done: Option<bool>,
    /// At most this many.
    pub limit: usize,
}

impl Store {
    /// An activity that was added to a record.
    pub async fn task(&self, org: OrgId, id: ActivityId) -> Result<Option<Task>, Error> {
        let place: Option<Place> = self.table.get(&keys::task(org, id)).await?;
        let Some(Place { record, at }) = place else { return Ok(None) };
        let activity = self.table.get(&keys::activity(org, &record, at, id)).await?;
        Ok(activity.map(|activity| Task { record, activity }))
    }

    /// The tasks of an owner, each with its place: open ones first, by when they are due. May lag behind the last write.
    pub async fn tasks_of_owner(
        &self,
        org: OrgId,
        owner: UserId,
        part: TaskPart<'_>,
    ) -> Result<Vec<(String, Task)>, Error> {
        let begin = if part.done == Some(true) { keys::DONE } else { "/" };
        let after = part.after.unwrap_or(begin);
        let limit = i32::try_from(part.limit).unwrap_or(i32::MAX);
        let found = self.table.owner_items(&keys::tasks(org, owner), Some(after), false, limit).await?;
        let wanted = |position: &str| part.done != Some(false) || position.starts_with(keys::OPEN);
        let found: Vec<_> = found.into_iter().filter(|(position, _)| wanted(position)).collect();

        let mut read = Vec::new();
        for item in self.table.get_many(&found.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>()).await? {
            let key = item.key();
            let place = found.iter().find(|(_, one)| *one == key).map(|(position, _)| position.clone());
            let record = keys::parse_record_partition(org, &key.pk).ok_or(Error::Corrupt(key.pk))?;
            let activity: Activity = item.read()?;
            // A place that lags behind names a task that stands elsewhere now.
            read.extend(
                place
                    .filter(|place| *place == keys::task_position(&activity))
                    .map(|place| (place, Task { record, activity })),
            );
        }
        read.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(read)
    }
}
