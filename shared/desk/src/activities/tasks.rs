//! Calls, tasks and appointments: added, changed, completed, listed by their owner.

use aws::store::{Next, TaskPart, Write};
use domain::ground::id::{ActivityId, UserId};
use domain::ground::name;
use domain::people::activity::{Activity, ActivityKind, Task};
use domain::people::record::RecordRef;
use jiff::Timestamp;

use crate::{Actor, Checks, Code, Desk, Patch, Prepared, Refused, TRIES};

/// How many tasks are looked at for one page, unless nothing was found yet.
const EXAMINED: usize = 1000;
/// How many tasks are read at once.
const CHUNK: usize = 100;

/// A call, a task or an appointment that is added.
#[derive(Debug, Clone)]
pub struct ActivityInput {
    /// Any kind but mail.
    pub kind: ActivityKind,
    /// In one line, up to 256 characters.
    pub subject: String,
    /// When it is due, or takes place.
    pub due: Option<Timestamp>,
}

/// A change of what was added; what is left out stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ActivityChange {
    /// In one line, up to 256 characters.
    pub subject: Option<String>,
    /// When it is due, or takes place.
    pub due: Patch<Timestamp>,
    /// Whether it was done.
    pub done: Option<bool>,
}

/// Filters of a list of tasks.
#[derive(Debug, Clone, Default)]
pub struct TaskFilter {
    /// Whose; the actor's when left out.
    pub owner: Option<UserId>,
    /// Only those that are due before this instant.
    pub due_before: Option<Timestamp>,
    /// Only those that are done (true), or only open ones.
    pub done: Option<bool>,
}

/// A page of tasks: open ones first, by when they are due.
#[derive(Debug)]
pub struct TaskPage {
    /// The tasks.
    pub items: Vec<Task>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
}

impl Desk {
    /// Prepares a phone call, a task or an appointment of a record.
    ///
    /// # Errors
    /// [`Code::NotFound`], and all fields that are wrong.
    pub async fn add_activity(
        &self,
        actor: &Actor,
        record: &RecordRef,
        input: ActivityInput,
    ) -> Result<Prepared<Activity>, Refused> {
        self.record(actor, record).await?;
        input.check()?;
        let activity = Activity {
            id: ActivityId::new(actor.now, self.ids.next()),
            kind: input.kind,
            subject: input.subject,
            due: input.due,
            done_at: None,
            message: None,
            owner: actor.user()?.id,
            created_at: actor.now,
            version: 0,
        };
        let next = Next::new_activity(actor.org, record, activity)?;
        Ok(Prepared::of(actor, next))
    }

    /// The activities that somebody added to a record.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn task(&self, actor: &Actor, id: ActivityId) -> Result<Task, Refused> {
        self.store.task(actor.org, id).await?.ok_or_else(Refused::not_found)
    }

    /// Changes what was added to a record. The instant at which it was done is that of the first time.
    ///
    /// # Errors
    /// [`Code::NotFound`], and all fields that are wrong.
    pub async fn change_task(&self, actor: &Actor, id: ActivityId, change: &ActivityChange) -> Result<Task, Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let Task { record, activity: before } = self.task(actor, id).await?;
            let after = change.clone().over(&before, actor.now)?;
            let next = Next::activity(actor.org, &record, Some(&before), after)?;
            match self.store.write(next).await {
                Ok(activity) => return Ok(Task { record, activity }),
                Err(aws::store::Error::Conflict) if tries < TRIES => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Takes away what was added to a record.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn delete_task(&self, actor: &Actor, id: ActivityId) -> Result<(), Refused> {
        let task = self.task(actor, id).await?;
        Ok(self.store.commit(Write::no_task(actor.org, &task).into(), None).await?)
    }

    /// A page of an owner's tasks behind `mark`.
    ///
    /// # Errors
    /// [`Code::UserNeeded`] when nobody is named and nobody acts.
    pub async fn tasks(
        &self,
        actor: &Actor,
        filter: &TaskFilter,
        mut mark: Option<String>,
        limit: usize,
    ) -> Result<TaskPage, Refused> {
        let owner = match filter.owner {
            Some(owner) => owner,
            None => actor.user()?.id,
        };
        let (mut items, mut examined) = (Vec::new(), 0);
        while examined < EXAMINED || items.is_empty() {
            let part = TaskPart { after: mark.as_deref(), done: filter.done, limit: CHUNK };
            let chunk = self.store.tasks_of_owner(actor.org, owner, part).await?;
            if chunk.is_empty() {
                return Ok(TaskPage { items, next: None });
            }
            examined += chunk.len();
            for (place, task) in chunk {
                let is_due = |before| task.activity.due.is_some_and(|due| due < before);
                if filter.due_before.is_none_or(is_due) {
                    if items.len() == limit {
                        return Ok(TaskPage { items, next: mark });
                    }
                    items.push(task);
                }
                mark = Some(place);
            }
        }
        Ok(TaskPage { items, next: mark })
    }
}

impl ActivityChange {
    fn over(self, before: &Activity, now: Timestamp) -> Result<Activity, Refused> {
        let mut checks = Checks::default();
        let subject = self.subject.unwrap_or_else(|| before.subject.clone());
        let due = self.due.over(before.due);
        check_content(&mut checks, before.kind, &subject, due);
        checks.finish()?;
        let done_at = match self.done {
            Some(true) => before.done_at.or(Some(now)),
            Some(false) => None,
            None => before.done_at,
        };
        Ok(Activity { subject, due, done_at, ..before.clone() })
    }
}

impl ActivityInput {
    fn check(&self) -> Result<(), Refused> {
        let mut checks = Checks::default();
        if self.kind == ActivityKind::Mail {
            let detail = "expected `phone_call`, `task` or `appointment`: mail adds itself";
            checks.add("/kind", Code::InvalidValue, detail);
        }
        check_content(&mut checks, self.kind, &self.subject, self.due);
        checks.finish()
    }
}

fn check_content(checks: &mut Checks, kind: ActivityKind, subject: &str, due: Option<Timestamp>) {
    if subject.trim().is_empty() {
        checks.add("/subject", Code::MissingField, "say what is to be done");
    }
    checks.keep("/subject", Code::InvalidText, name::display_name(subject));
    if kind == ActivityKind::Appointment && due.is_none() {
        checks.add("/due", Code::MissingField, "say when the appointment takes place");
    }
}
