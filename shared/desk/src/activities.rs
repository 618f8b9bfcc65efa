//! Activities of a record. Mail is there by itself; calls, tasks and appointments are added.

use std::collections::BTreeMap;

use aws::store::{ListedMessage, Next};
use domain::ground::id::{ActivityId, MessageId};
use domain::ground::name;
use domain::message::progress::Progress;
use domain::message::{MessageState, MessageStatus, MessageWithCopies};
use domain::people::activity::{Activity, ActivityKind};
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use domain::team::settings::Settings;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;

use crate::{Actor, Checks, Code, Desk, Prepared, Refused};

/// How many messages are read at once.
const AT_ONCE: usize = 10;

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

/// An activity, and how far its mail has come.
#[derive(Debug, Clone)]
pub struct ActivityDetails {
    /// The activity.
    pub activity: Activity,
    /// The state of a mail.
    pub mail: Option<MailProgress>,
}

/// How far the mail of an activity has come.
#[derive(Debug, Clone)]
pub struct MailProgress {
    /// The status that follows from its copies.
    pub status: MessageStatus,
    /// How far it has come.
    pub progress: Progress,
    /// How far it has come, in one line.
    pub sentence: String,
    /// The figures; `None` while the organisation does not track.
    pub kpis: Option<Kpis>,
}

/// The place of an activity in the list of its record.
pub type ActivityMark = (Timestamp, ActivityId);

/// A page of activities, newest first.
#[derive(Debug)]
pub struct ActivityPage {
    /// The activities. A page may hold fewer than asked for.
    pub items: Vec<ActivityDetails>,
    /// Where the next page begins; `None` on the last one.
    pub next: Option<ActivityMark>,
}

impl Desk {
    /// The activities of a record behind `mark`. A mail is there as soon as it was scheduled or sent.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn activities(
        &self,
        actor: &Actor,
        record: &RecordRef,
        mark: Option<ActivityMark>,
        limit: usize,
    ) -> Result<ActivityPage, Refused> {
        let mut activities = self.store.activities(actor.org, record, mark, limit + 1).await?;
        let more = activities.len() > limit;
        activities.truncate(limit);
        let last = activities.last().map(|last| (last.created_at, last.id));

        let settings = self.store.settings(actor.org).await?;
        let mails: Vec<ListedMessage> = activities.iter().filter_map(ListedMessage::of).collect();
        let figures =
            if settings.tracking_enabled { self.store.figures_of(actor.org, &mails).await? } else { BTreeMap::new() };
        let details = |activity| self.activity_details(actor, &settings, &figures, activity);
        let read = stream::iter(activities).map(details).buffered(AT_ONCE);
        let items = read.try_filter_map(|details| async move { Ok(details) }).try_collect().await?;
        Ok(ActivityPage { items, next: if more { last } else { None } })
    }

    /// The details of an activity; none of a mail that was moved, taken back or cancelled since.
    async fn activity_details(
        &self,
        actor: &Actor,
        settings: &Settings,
        figures: &BTreeMap<MessageId, Kpis>,
        activity: Activity,
    ) -> Result<Option<ActivityDetails>, Refused> {
        let (ActivityKind::Mail, Some(id)) = (activity.kind, activity.message) else {
            return Ok(Some(ActivityDetails { activity, mail: None }));
        };
        let Some(stored) = self.store.message_for_list(id).await? else { return Ok(None) };
        let MessageWithCopies { message, copies } = &stored;
        let is_there = message.org == actor.org
            && actor.sight(settings.sent_visibility).sees(message)
            && message.state == MessageState::Released
            && message.send_at == Some(activity.created_at);
        if !is_there {
            return Ok(None);
        }

        let kpis = figures.get(&id).cloned().unwrap_or_default();
        let kpis = kpis.shown_to(settings);
        let progress = Progress::of(&stored, kpis, actor.now);
        let mail = MailProgress {
            status: message.status(copies, actor.now),
            sentence: progress.sentence(message, actor.now),
            progress,
            kpis: kpis.cloned(),
        };
        let activity = Activity { subject: message.subject.clone(), ..activity };
        Ok(Some(ActivityDetails { activity, mail: Some(mail) }))
    }

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
            message: None,
            owner: actor.user()?.id,
            created_at: actor.now,
        };
        let next = Next::new_activity(actor.org, record, activity)?;
        Ok(Prepared::of(actor, next))
    }
}

impl ActivityInput {
    fn check(&self) -> Result<(), Refused> {
        let mut checks = Checks::default();
        if self.kind == ActivityKind::Mail {
            let detail = "expected `phone_call`, `task` or `appointment`: mail adds itself";
            checks.add("/kind", Code::InvalidValue, detail);
        }
        if self.subject.trim().is_empty() {
            checks.add("/subject", Code::MissingField, "say what is to be done");
        }
        checks.keep("/subject", Code::InvalidText, name::display_name(&self.subject));
        if self.kind == ActivityKind::Appointment && self.due.is_none() {
            checks.add("/due", Code::MissingField, "say when the appointment takes place");
        }
        checks.finish()
    }
}
