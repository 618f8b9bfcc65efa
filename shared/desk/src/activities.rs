//! Activities of a record. Mail is there by itself, drafts for their author only; calls, tasks and appointments are added.

use std::collections::BTreeMap;

use domain::ground::id::{ActivityId, MessageId};
use domain::message::progress::Progress;
use domain::message::{Message, MessageState, MessageStatus, MessageWithCopies};
use domain::people::activity::{Activity, ActivityKind};
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use domain::team::settings::Settings;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;

use aws::store::ListedMessage;

use crate::timeline::TimelineDetails;
use crate::{Actor, Desk, Refused};

mod places;
mod tasks;

pub use tasks::{ActivityChange, ActivityInput, TaskFilter, TaskPage};

use places::Listed;

/// How many messages are read at once.
const AT_ONCE: usize = 10;
/// How many places are looked at for one page, unless nothing was found yet.
const AT_MOST: usize = 1000;
/// A page ends behind the text and timeline with which it has this many bytes.
const MAX_PAGE: usize = 3_000_000;
/// How many bytes of a page an event takes, roughly.
const EVENT: usize = 600;

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
    /// Text and timeline, where they were asked for.
    pub expanded: Option<ExpandedMail>,
}

/// The text of a mail, and what happened to it.
#[derive(Debug, Clone)]
pub struct ExpandedMail {
    /// The message.
    pub message: Message,
    /// The text part; empty when it was kept long enough.
    pub text: String,
    /// The timeline.
    pub timeline: TimelineDetails,
}

/// The options of a list of activities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActivityScope {
    /// Of an account, also the mail of the records that belong to it.
    pub related: bool,
    /// With the text and the timeline of each mail.
    pub timeline: bool,
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
        (record, scope): (&RecordRef, ActivityScope),
        mut mark: Option<ActivityMark>,
        limit: usize,
    ) -> Result<ActivityPage, Refused> {
        let settings = self.store.settings(actor.org).await?;
        let sources = self.sources(actor, record, scope).await?;
        let (mut items, mut examined) = (Vec::new(), 0);
        while items.is_empty() && examined < AT_MOST {
            let (listed, end) = self.places(actor, &sources, mark, limit).await?;
            examined += limit;
            let found = self.details_of(actor, &settings, listed, scope).await?;
            let (whole, cut) = fitting(found);
            if let Some(cut) = cut {
                return Ok(ActivityPage { items: whole, next: Some(cut) });
            }
            items = whole;
            mark = end;
            if mark.is_none() {
                break;
            }
        }
        Ok(ActivityPage { items, next: mark })
    }

    async fn details_of(
        &self,
        actor: &Actor,
        settings: &Settings,
        listed: Vec<Listed>,
        scope: ActivityScope,
    ) -> Result<Vec<(ActivityMark, ActivityDetails)>, Refused> {
        let mails: Vec<ListedMessage> = listed.iter().filter_map(|one| ListedMessage::of(&one.activity)).collect();
        let figures =
            if settings.tracking_enabled { self.store.figures_of(actor.org, &mails).await? } else { BTreeMap::new() };
        let details = |listed: Listed| async {
            let mark = listed.mark();
            let details = self.activity_details(actor, settings, &figures, (listed, scope)).await?;
            Ok::<_, Refused>(details.map(|details| (mark, details)))
        };
        let read = stream::iter(listed).map(details).buffered(AT_ONCE);
        read.try_filter_map(|details| async move { Ok(details) }).try_collect().await
    }

    /// The details of an activity; none of a mail that was moved, taken back or cancelled since, of another's draft, or of
    /// mail that the actor may not see.
    async fn activity_details(
        &self,
        actor: &Actor,
        settings: &Settings,
        figures: &BTreeMap<MessageId, Kpis>,
        (listed, scope): (Listed, ActivityScope),
    ) -> Result<Option<ActivityDetails>, Refused> {
        let Listed { activity, record, .. } = listed;
        let (ActivityKind::Mail, Some(id)) = (activity.kind, activity.message) else {
            return Ok(Some(ActivityDetails { activity, mail: None }));
        };
        let Some(stored) = self.store.message_for_list(id).await? else { return Ok(None) };
        let MessageWithCopies { message, copies } = &stored;
        let is_here = match message.state {
            MessageState::Draft => {
                let own = actor.user.as_ref().is_some_and(|user| user.id == message.owner);
                own && message.created_at == activity.created_at && message.records().contains(&record)
            }
            _ => message.state == MessageState::Released && message.send_at == Some(activity.created_at),
        };
        if message.org != actor.org || !is_here || !actor.sight(settings.sent_visibility).sees(message) {
            return Ok(None);
        }

        let kpis = figures.get(&id).cloned().unwrap_or_default();
        let kpis = kpis.shown_to(settings);
        let progress = Progress::of(&stored, kpis, actor.now);
        let expanded = if scope.timeline { Some(self.expanded(actor, settings, &stored).await?) } else { None };
        let mail = MailProgress {
            status: message.status(copies, actor.now),
            sentence: progress.sentence(message, actor.now),
            progress,
            kpis: kpis.cloned(),
            expanded,
        };
        let activity = Activity { subject: message.subject.clone(), owner: message.owner, ..activity };
        Ok(Some(ActivityDetails { activity, mail: Some(mail) }))
    }

    async fn expanded(
        &self,
        actor: &Actor,
        settings: &Settings,
        stored: &MessageWithCopies,
    ) -> Result<ExpandedMail, Refused> {
        let message = stored.message.clone();
        let text = if message.is_expired(settings, actor.now) {
            String::new()
        } else {
            self.blobs.body(message.id, &message.body).await?.text
        };
        Ok(ExpandedMail { message, text, timeline: self.timeline(actor, stored).await? })
    }
}

/// The items that fit one page, and the place of the last one when others do not.
fn fitting(found: Vec<(ActivityMark, ActivityDetails)>) -> (Vec<ActivityDetails>, Option<ActivityMark>) {
    let size = |details: &ActivityDetails| {
        let expanded = details.mail.as_ref().and_then(|mail| mail.expanded.as_ref());
        expanded.map_or(0, |mail| mail.text.len() + EVENT * mail.timeline.timeline.events.len())
    };
    let (mut bytes, all) = (0, found.len());
    let mut items = Vec::with_capacity(all);
    for (mark, details) in found {
        bytes += size(&details);
        items.push(details);
        if bytes > MAX_PAGE && items.len() < all {
            return (items, Some(mark));
        }
    }
    (items, None)
}
