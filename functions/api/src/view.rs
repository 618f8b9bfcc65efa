//! Messages as callers see them.

use aws::store::StoredMessage;
use domain::message::attachment::Attachment;
use domain::message::copy::delivery::DeliveryStage;
use domain::message::copy::{Copy, CopyState};
use domain::message::reminder::{Reminder, ReminderCondition};
use domain::message::tracking::TrackingDecision;
use domain::message::{Body, Mailbox, Message, MessageStatus, Recipient, RecipientRole, Thread, TrackingState};
use domain::people::consent::Standing;
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use domain::team::settings::Settings;
use domain::time::instant;
use domain::time::schedule::Schedule;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;

use crate::compose::{InReplyTo, RecordView};
use crate::problem::ApiError;
use crate::routes::attachments;
use crate::{App, standing};

/// A message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MessageView {
    id: String,
    /// `draft`, `scheduled`, `sending`, `sent`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    status: MessageStatus,
    owner: String,
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
    in_reply_to: Option<InReplyTo>,
    /// The template that it was made from.
    template: Option<TemplateRefView>,
    /// The time that was chosen for it, on both clocks.
    schedule: Option<ScheduleView>,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    reminder: Option<Option<ReminderView>>,
    created_at: String,
    sent_at: Option<String>,
    /// Until when text, files and events are kept; null while it has not been sent.
    expires_at: Option<String>,
    tracking: TrackingView,
    /// Left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<Vec<AttachmentView>>,
    copies: Vec<CopyView>,
    /// One line for lists.
    summary: String,
    kpis: KpisView,
}

impl MessageView {
    /// The status.
    pub(crate) fn status(&self) -> MessageStatus {
        self.status
    }

    /// What one of the recipients may be told: not who else got a blind copy, and no figures but their own.
    pub(crate) fn told_to(mut self, theirs: impl Fn(&str) -> bool, kpis: &Kpis, summary: String) -> Self {
        self.bcc.retain(|recipient| theirs(&recipient.email));
        self.tracking.blocked_by.retain(|recipient| theirs(&recipient.email));
        self.copies.retain(|copy| theirs(&copy.recipient));
        Self { kpis: kpis.into(), summary, ..self }
    }
}

/// A template, by its id.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TemplateRefView {
    id: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MailboxView {
    email: String,
    name: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecipientView {
    email: String,
    name: Option<String>,
    record: Option<RecordView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TrackingView {
    /// `on`, `off` or `blocked`.
    #[schema(value_type = String)]
    state: TrackingState,
    /// What the author asked for.
    requested: bool,
    /// Recipients who do not allow it.
    blocked_by: Vec<RecipientView>,
}

/// A file of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttachmentView {
    id: String,
    filename: String,
    content_type: String,
    size: u64,
    tracked: bool,
    /// `pending` or `ready`.
    #[schema(value_type = String)]
    status: &'static str,
    /// Downloads were ended.
    revoked: bool,
    /// Downloads end at this instant.
    expires_at: Option<String>,
    /// How to send the bytes, while they are awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upload: Option<UploadView>,
}

/// A request that the client makes itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadView {
    #[schema(value_type = String)]
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) headers: std::collections::BTreeMap<String, String>,
    pub(crate) expires_at: String,
}

/// One recipient's copy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CopyView {
    recipient: String,
    /// `queued`, `sending`, `retrying`, `confirming`, `unconfirmed`, `sent`, `delivered`, `bounced`, `complained`,
    /// `failed` or `cancelled`. More may come.
    #[schema(value_type = String)]
    status: &'static str,
    /// Why it waits, failed or came back.
    detail: Option<String>,
    sent_at: Option<String>,
    /// The recipient got it twice: a copy that seemed lost had left after all.
    doubled: bool,
    /// Left, or will leave, with the means to follow it.
    tracked: bool,
}

/// A time on both clocks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScheduleView {
    at: String,
    /// On the clocks of `time_zone`.
    local: String,
    time_zone: String,
}

impl From<&Schedule> for ScheduleView {
    fn from(schedule: &Schedule) -> Self {
        Self {
            at: instant::format(schedule.at),
            local: schedule.wall.local.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            time_zone: schedule.wall.time_zone.clone(),
        }
    }
}

/// The reminder of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReminderView {
    title: String,
    /// `no_reply`, `not_opened` or `always`.
    #[schema(value_type = String)]
    condition: ReminderCondition,
    due: ScheduleView,
    /// `pending`, `fired` or `satisfied`.
    #[schema(value_type = String)]
    status: &'static str,
    /// What it will do, or what became of it, in words.
    summary: String,
}

impl ReminderView {
    /// As it reads at `now` on the clock of its due time.
    pub(crate) fn of(reminder: &Reminder, now: Timestamp) -> Self {
        let zone = domain::time::zone::named(&reminder.due.wall.time_zone).unwrap_or(TimeZone::UTC);
        Self {
            title: reminder.title.clone(),
            condition: reminder.condition,
            due: (&reminder.due).into(),
            status: reminder.status.as_str(),
            summary: domain::message::reminder::summary(reminder, now, &zone),
        }
    }
}

/// The figures of a message. Approximations all the same: images may be blocked or cached.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KpisView {
    opens: u32,
    attachment_views: u32,
    link_clicks: u32,
    replies: u32,
    machine_opens: u32,
    machine_clicks: u32,
    first_opened_at: Option<String>,
    last_opened_at: Option<String>,
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
            first_opened_at: kpis.first_opened_at.map(instant::format),
            last_opened_at: kpis.last_opened_at.map(instant::format),
        }
    }
}

impl From<&RecordRef> for RecordView {
    fn from(record: &RecordRef) -> Self {
        Self { kind: record.kind.as_str(), id: record.id.as_str().to_owned() }
    }
}

impl From<&Recipient> for RecipientView {
    fn from(recipient: &Recipient) -> Self {
        let Mailbox { email, name } = &recipient.mailbox;
        Self { email: email.as_str().to_owned(), name: name.clone(), record: recipient.record.as_ref().map(Into::into) }
    }
}

impl From<&Attachment> for AttachmentView {
    fn from(file: &Attachment) -> Self {
        Self {
            id: file.id.to_string(),
            filename: file.filename.clone(),
            content_type: file.content_type.clone(),
            size: file.size,
            tracked: file.tracked,
            status: if file.is_ready() { "ready" } else { "pending" },
            revoked: file.revoked,
            expires_at: file.expires_at.map(instant::format),
            upload: None,
        }
    }
}

/// Nobody got it: every copy was sent back.
fn came_back(copies: &[Copy]) -> bool {
    !copies.is_empty() && copies.iter().all(|copy| copy_status(copy) == "bounced")
}

fn copy_view(message: &Message, copy: &Copy) -> CopyView {
    let recipient = message.recipients.get(usize::from(copy.recipient));
    CopyView {
        recipient: recipient.map_or_else(String::new, |recipient| recipient.mailbox.email.as_str().to_owned()),
        status: copy_status(copy),
        detail: copy.detail.clone().or_else(|| copy.delivery.detail()),
        sent_at: copy.sent_at.map(instant::format),
        doubled: copy.doubled,
        tracked: message.tracked && copy.untouched.is_none(),
    }
}

fn copy_status(copy: &Copy) -> &'static str {
    match copy.state {
        CopyState::Queued => "queued",
        CopyState::Submitting => "sending",
        CopyState::RetryWait => "retrying",
        CopyState::Confirming => "confirming",
        CopyState::Unconfirmed => "unconfirmed",
        CopyState::Sent => match copy.delivery.stage() {
            None => "sent",
            Some(DeliveryStage::Delivered) => "delivered",
            Some(DeliveryStage::Bounced) => "bounced",
            Some(DeliveryStage::Complained) => "complained",
        },
        CopyState::Failed => "failed",
        CopyState::Cancelled => "cancelled",
    }
}

/// What a view is made of, besides the message itself.
pub(crate) struct Parts<'a> {
    /// The organisation's settings.
    pub(crate) settings: &'a Settings,
    /// What the recipients of a draft allow, in their order.
    pub(crate) standings: &'a [Standing],
    /// The figures.
    pub(crate) kpis: &'a Kpis,
    /// Text and files; none in lists.
    pub(crate) content: Option<(Body, &'a [Attachment])>,
    /// The reminder, if there is one; none in lists.
    pub(crate) reminder: Option<Reminder>,
}

/// A message as callers see it at `now`.
pub(crate) fn message(stored: &StoredMessage, parts: Parts<'_>, now: Timestamp) -> MessageView {
    let StoredMessage { message, copies } = stored;
    let kpis = if parts.settings.tracking_enabled { parts.kpis } else { &Kpis::default() };
    let TrackingDecision { state, objecting } = message.tracking(copies, parts.settings, parts.standings);
    let objecting = objecting.iter().filter_map(|n| message.recipients.get(usize::from(*n)));
    let status = message.status(copies, now);
    let with_role = |role| message.recipients.iter().filter(move |r| r.role == role).map(Into::into).collect();
    let whole = parts.content.is_some();
    let reminder = parts.reminder.as_ref().map(|reminder| ReminderView::of(reminder, now));
    let (body, files) = parts.content.unzip();
    let (html, text) = body.map(|body| (body.html, body.text)).unzip();
    MessageView {
        id: message.id.to_string(),
        status,
        owner: message.owner.to_string(),
        from: MailboxView { email: message.from.email.as_str().to_owned(), name: message.from.name.clone() },
        to: with_role(RecipientRole::To),
        cc: with_role(RecipientRole::Cc),
        bcc: with_role(RecipientRole::Bcc),
        subject: message.subject.clone(),
        html,
        text,
        regarding: message.regarding.as_ref().map(Into::into),
        in_reply_to: message
            .thread
            .as_ref()
            .map(|Thread { message, event, .. }| InReplyTo { message: *message, event: *event }),
        template: message.template.map(|id| TemplateRefView { id: id.to_string() }),
        schedule: message.schedule.as_ref().map(Into::into),
        reminder: whole.then_some(reminder),
        created_at: instant::format(message.created_at),
        sent_at: Message::sent_at(copies).map(instant::format),
        expires_at: message.expires_at(parts.settings).map(instant::format),
        tracking: TrackingView {
            state,
            requested: message.tracking_requested,
            blocked_by: objecting.map(Into::into).collect(),
        },
        attachments: files.map(|files| files.iter().map(Into::into).collect()),
        copies: copies.iter().map(|copy| copy_view(message, copy)).collect(),
        summary: if came_back(copies) {
            "Could not be delivered".to_owned()
        } else {
            message.summary(status, kpis, now)
        },
        kpis: kpis.into(),
    }
}

/// Reads what else a message's view needs, and makes it. Of one that was kept long enough, text and files are gone.
/// Boxed: it reads five things at once.
pub(crate) fn whole<'a>(
    app: &'a App,
    stored: &'a StoredMessage,
    now: Timestamp,
) -> BoxFuture<'a, Result<MessageView, ApiError>> {
    let Message { id, org, owner, body, .. } = &stored.message;
    Box::pin(async move {
        let settings = app.store.settings(*org).await?;
        let expired = stored.message.is_expired(&settings, now);
        let body =
            async { if expired { Ok(Body::empty()) } else { Ok::<_, ApiError>(app.blobs.body(*id, body).await?) } };
        let files = async { if expired { Ok(Vec::new()) } else { attachments::current(app, &stored.message).await } };
        let reminder = async { Ok(app.store.reminder(*id).await?) };
        let summary = async { Ok(app.store.figures(*org, *owner, *id).await?) };
        let standings = standing::of_draft(app, &stored.message);
        let (body, files, reminder, summary, standings) =
            futures::try_join!(body, files, reminder, summary, standings)?;
        let content = Some((body, files.as_slice()));
        let parts = Parts { settings: &settings, standings: &standings, kpis: &summary.kpis, content, reminder };
        Ok(message(stored, parts, now))
    })
}
