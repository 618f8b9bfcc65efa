//! Messages as callers see them.

use std::collections::{BTreeMap, BTreeSet};

use desk::messages::{Content, MessageDetails, TrackingDetails};
use domain::message::copy::Copy;
use domain::message::copy::status::CopyStatus;
use domain::message::progress::{Progress, ProgressCode};
use domain::message::tracking::UntrackedReason;
use domain::message::{Message, MessageStatus, MessageWithCopies, Recipient, RecipientRole, Thread, TrackingState};
use domain::people::consent::Decider;
use domain::signs::engagement::{Deed, DeedKind, Kpis};
use domain::time::schedule::Schedule;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

mod people;

pub(crate) use people::{DeciderView, RecordView};
use people::{MailboxView, OwnerView, RecipientView};

use super::attachments::AttachmentView;
use super::reminder::ReminderView;
use crate::http::schema::{
    CopyStatusWord, DeedWord, Instant, MessageStatusWord, ProgressWord, TrackingStateWord, UntrackedReasonWord,
};

/// A message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub(crate) struct MessageView {
    id: String,
    #[schema(value_type = MessageStatusWord)]
    status: MessageStatus,
    owner: OwnerView,
    from: MailboxView,
    to: Vec<RecipientView>,
    cc: Vec<RecipientView>,
    bcc: Vec<RecipientView>,
    subject: String,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    regarding: Option<RecordView>,
    /// The mail that it answers.
    in_reply_to: Option<InReplyToView>,
    /// The template that it was made from.
    template: Option<TemplateRefView>,
    /// Names and values that the caller keeps with the message.
    metadata: BTreeMap<String, String>,
    /// The time that was chosen for it, on both clocks: when it leaves, or the time that a draft holds for *send*.
    schedule: Option<ScheduleView>,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ReminderView>)]
    reminder: Option<Option<ReminderView>>,
    created_at: Instant,
    sent_at: Option<Instant>,
    /// When text, files and events are deleted; null while it has not been sent.
    expires_at: Option<Instant>,
    tracking: TrackingView,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<Vec<AttachmentView>>,
    copies: Vec<CopyView>,
    /// How far it has come, to be shown in any language.
    state: StateView,
    /// How far it has come, in one line of English.
    summary: String,
    /// The first sign that a person has seen it; null while there is none, or while the organisation does not track.
    seen: Option<SeenView>,
    /// The figures; null while the organisation does not track.
    kpis: Option<KpisView>,
}

/// How far a message has come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MessageState)]
pub(crate) struct StateView {
    #[schema(value_type = ProgressWord)]
    code: ProgressCode,
    /// When it came so far: the scheduled time, the time of sending, the last look, the first answer.
    at: Option<Instant>,
}

/// The first sign that a person has seen a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Seen)]
pub(crate) struct SeenView {
    at: Instant,
    #[schema(value_type = DeedWord)]
    by: DeedKind,
}

/// A template, by its id.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateRef)]
pub(crate) struct TemplateRefView {
    id: String,
    /// Each copy is filled for its own recipient.
    per_copy: bool,
}

/// A mail that came back to a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InReplyTo)]
pub(crate) struct InReplyToView {
    /// The message that was answered.
    message: String,
    /// The answer: the id of an event in that message's timeline.
    event: String,
}

/// Whether a message is tracked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tracking)]
pub(crate) struct TrackingView {
    #[schema(value_type = TrackingStateWord)]
    state: TrackingState,
    /// What the author asked for.
    requested: bool,
    /// Why it is not tracked; null when it is.
    #[schema(value_type = Option<UntrackedReasonWord>)]
    reason: Option<UntrackedReason>,
    /// Recipients who do not allow it.
    blocked_by: Vec<BlockedByView>,
}

/// A recipient who does not allow tracking.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BlockedBy)]
pub(crate) struct BlockedByView {
    #[schema(format = Email)]
    email: String,
    name: Option<String>,
    record: Option<RecordView>,
    /// The record whose preference decides, which may be an account; null once the message was sent.
    decided_by: Option<DeciderView>,
}

/// One recipient's copy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Copy)]
pub(crate) struct CopyView {
    /// The position of the copy, from 0.
    n: u16,
    #[schema(format = Email)]
    recipient: String,
    #[schema(value_type = CopyStatusWord)]
    status: CopyStatus,
    /// Why it waits, failed or came back.
    detail: Option<String>,
    sent_at: Option<Instant>,
    /// The recipient got it twice: a copy that seemed lost had left after all.
    doubled: bool,
    /// Left, or will leave, with the means to track it.
    tracked: bool,
    /// The figures of this copy; null where they were not read: in lists, for a message to several.
    kpis: Option<KpisView>,
}

/// A time on both clocks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Schedule)]
pub(crate) struct ScheduleView {
    at: Instant,
    /// On the clocks of `time_zone`.
    #[schema(example = "2026-11-24T08:00:00")]
    local: String,
    /// An IANA name.
    time_zone: String,
}

/// The figures of a message. Approximations all the same: images may be blocked or cached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Kpis)]
pub(crate) struct KpisView {
    opens: u32,
    attachment_views: u32,
    link_clicks: u32,
    replies: u32,
    machine_opens: u32,
    machine_clicks: u32,
    first_opened_at: Option<Instant>,
    last_opened_at: Option<Instant>,
    first_replied_at: Option<Instant>,
}

impl MessageView {
    /// The message as it reads at `now`.
    pub(crate) fn of(details: MessageDetails, now: Timestamp) -> Self {
        let seen = details.seen().map(SeenView::from);
        let MessageDetails { stored, status, progress, sentence, kpis, copy_kpis, tracking, expires_at, content } =
            details;
        let sent_at = Message::sent_at(&stored.copies).map(Instant);
        let copies = copies(&stored, &copy_kpis);
        let message = stored.message;
        let with_role = |role: RecipientRole| {
            message.recipients.iter().filter(|recipient| recipient.role == role).map(Into::into).collect()
        };
        let view = Self {
            id: message.id.to_string(),
            status,
            owner: OwnerView { id: message.owner.to_string(), name: message.from.name.clone() },
            from: (&message.from).into(),
            to: with_role(RecipientRole::To),
            cc: with_role(RecipientRole::Cc),
            bcc: with_role(RecipientRole::Bcc),
            html: None,
            text: None,
            regarding: message.regarding.as_ref().map(Into::into),
            in_reply_to: message.thread.as_ref().map(Into::into),
            template: message
                .template
                .map(|id| TemplateRefView { id: id.to_string(), per_copy: message.is_per_copy() }),
            schedule: message.schedule.as_ref().map(Into::into),
            reminder: None,
            created_at: message.created_at.into(),
            sent_at,
            expires_at: expires_at.map(Instant),
            tracking: TrackingView::of(tracking, message.tracking_requested),
            attachments: None,
            copies,
            state: progress.into(),
            summary: sentence,
            seen,
            kpis: kpis.as_ref().map(Into::into),
            subject: message.subject,
            metadata: message.metadata,
        };
        match content {
            Some(content) => view.with(content, now),
            None => view,
        }
    }

    /// The message with what lists leave out.
    fn with(self, content: Content, now: Timestamp) -> Self {
        let Content { body, files, reminder } = content;
        Self {
            html: Some(body.html),
            text: Some(body.text),
            attachments: Some(files.iter().map(|(file, leaves_as)| AttachmentView::of(file, *leaves_as)).collect()),
            reminder: Some(reminder.as_ref().map(|reminder| ReminderView::of(reminder, now))),
            ..self
        }
    }

    /// What one of the recipients may be told: not who else got a blind copy.
    pub(crate) fn told_to(mut self, own: &BTreeSet<String>) -> Self {
        self.bcc.retain(|recipient| own.contains(&recipient.email));
        self.copies.retain(|copy| own.contains(&copy.recipient));
        self
    }
}

fn copies(stored: &MessageWithCopies, kpis: &[Kpis]) -> Vec<CopyView> {
    let MessageWithCopies { message, copies } = stored;
    let view = |(n, copy): (usize, &Copy)| {
        let recipient = message.recipient(copy.recipient);
        CopyView {
            n: copy.recipient,
            recipient: recipient.map_or_else(String::new, |recipient| recipient.mailbox.email.as_str().to_owned()),
            status: copy.status(),
            detail: copy.detail.clone().or_else(|| copy.delivery.detail()),
            sent_at: copy.sent_at.map(Instant),
            doubled: copy.doubled,
            tracked: message.tracked && copy.untouched.is_none(),
            kpis: kpis.get(n).map(Into::into),
        }
    };
    copies.iter().enumerate().map(view).collect()
}

impl TrackingView {
    fn of(tracking: TrackingDetails, requested: bool) -> Self {
        let TrackingDetails { decision, blocked_by } = tracking;
        let blocked = |(recipient, decider): (Recipient, Option<Decider>)| BlockedByView {
            email: recipient.mailbox.email.into(),
            name: recipient.mailbox.name,
            record: recipient.record.as_ref().map(Into::into),
            decided_by: decider.map(Into::into),
        };
        let blocked_by = blocked_by.into_iter().map(blocked).collect();
        Self { state: decision.state, requested, reason: decision.reason, blocked_by }
    }
}

impl From<Progress> for StateView {
    fn from(progress: Progress) -> Self {
        Self { code: progress.code, at: progress.at.map(Instant) }
    }
}

impl From<Deed> for SeenView {
    fn from(deed: Deed) -> Self {
        Self { at: deed.at.into(), by: deed.by }
    }
}

impl From<&Thread> for InReplyToView {
    fn from(thread: &Thread) -> Self {
        Self { message: thread.message.to_string(), event: thread.event.to_string() }
    }
}

impl From<&Schedule> for ScheduleView {
    fn from(schedule: &Schedule) -> Self {
        Self {
            at: schedule.at.into(),
            local: schedule.wall.local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            time_zone: schedule.wall.time_zone.clone(),
        }
    }
}

impl From<&Kpis> for KpisView {
    fn from(kpis: &Kpis) -> Self {
        Self {
            opens: kpis.opens,
            attachment_views: kpis.attachment_views,
            link_clicks: kpis.link_clicks,
            replies: kpis.replies,
            machine_opens: kpis.machine_opens,
            machine_clicks: kpis.machine_clicks,
            first_opened_at: kpis.first_opened_at.map(Instant),
            last_opened_at: kpis.last_opened_at.map(Instant),
            first_replied_at: kpis.first_replied_at.map(Instant),
        }
    }
}
