//! Everything that happened to a message, newest first.

use axum::Json;
use axum::extract::State;
use desk::timeline::TimelineDetails;
use domain::message::Message;
use domain::message::attachment::{self, Attachment};
use domain::message::timeline::{Happened, TimelineEvent};
use domain::signs::agent::{Device, System};
use domain::signs::engagement::Judged;
use domain::signs::event::HitAction;
use domain::signs::reply::{MatchedBy, Reply, ReplyKind};
use domain::signs::verdict::VerdictClass;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::KpisView;
use crate::Shared;
use crate::http::caller::Caller;
use crate::http::path::{At, MessagePath};
use crate::http::problem::{ApiError, ReadRefusals};
use crate::http::schema::{DeviceWord, EventKindWord, Instant, MatchedByWord, ReplyKindWord, VerdictWord};

/// The figures and the events of a message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Timeline)]
pub(crate) struct TimelineView {
    /// Null while the organisation does not track.
    kpis: Option<KpisView>,
    /// The newest first.
    events: Vec<EventView>,
    /// Hits beyond the 500 that are kept in detail: counted, not listed, part of no other figure.
    more: u32,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(crate) struct EventView {
    id: String,
    /// The kind of event. More may come.
    #[schema(value_type = EventKindWord)]
    kind: &'static str,
    at: Instant,
    /// The recipient's address; empty when the sender of a mail is not known.
    recipient: String,
    #[schema(value_type = Option<DeviceWord>)]
    device: Option<Device>,
    /// The software.
    client: Option<&'static str>,
    /// The operating system.
    #[schema(value_type = Option<String>)]
    system: Option<System>,
    /// The address that a click led to.
    #[schema(format = "uri")]
    link: Option<String>,
    /// The file that was viewed.
    attachment: Option<FileView>,
    verdict: Option<VerdictView>,
    /// The words of the recipient's server.
    detail: Option<String>,
    /// The mail that came back.
    reply: Option<ReplyView>,
}

/// A mail that came back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reply)]
pub(crate) struct ReplyView {
    #[serde(rename = "type")]
    #[schema(value_type = ReplyKindWord)]
    kind: ReplyKind,
    /// The rules that decided.
    reasons: Vec<String>,
    #[schema(value_type = MatchedByWord)]
    matched_by: MatchedBy,
    /// The sender is who it says. Mail that is not verified counts nowhere.
    verified: bool,
    /// It comes from the author's own side, and counts nowhere.
    own_team: bool,
    /// The sender, when that is not the recipient.
    #[schema(format = Email)]
    from: Option<String>,
    /// The day that an out-of-office note names as its end.
    #[schema(format = Date)]
    returns_on: Option<String>,
    /// The beginning of what its writer wrote, without the mail that is answered.
    excerpt: Option<String>,
}

/// A file, by id and name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FileRef)]
pub(crate) struct FileView {
    id: String,
    filename: String,
}

/// The verdict about a request, and the reasons for it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verdict)]
pub(crate) struct VerdictView {
    #[schema(value_type = VerdictWord)]
    class: VerdictClass,
    reasons: Vec<&'static str>,
}

/// The timeline of a message.
#[utoipa::path(
    get,
    path = "/v1/messages/{id}/timeline",
    operation_id = "timeline_get",
    tag = "messages",
    params(MessagePath),
    responses((status = 200, description = "Figures and events", body = TimelineView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<MessagePath>,
) -> Result<Json<TimelineView>, ApiError> {
    let stored = app.desk.message(&actor, path.id).await?;
    let details = app.desk.timeline(&actor, &stored).await?;
    Ok(Json(TimelineView::of(&stored.message, details)))
}

impl TimelineView {
    pub(crate) fn of(message: &Message, details: TimelineDetails) -> Self {
        let kpis = details.timeline.kpis.as_ref().map(Into::into);
        let more = details.more;
        Self { kpis, events: events(message, details), more }
    }
}

/// The events of a timeline as callers see them.
pub(crate) fn events(message: &Message, details: TimelineDetails) -> Vec<EventView> {
    let TimelineDetails { timeline, links, files, .. } = details;
    timeline.events.into_iter().map(|event| view(message, &links, &files, event)).collect()
}

fn view(message: &Message, links: &[String], files: &[Attachment], event: TimelineEvent) -> EventView {
    let TimelineEvent { id, at, recipient, happened } = event;
    let recipient = recipient.and_then(|n| message.recipient(n));
    let plain = EventView {
        id: id.to_string(),
        kind: "",
        at: at.into(),
        recipient: recipient.map_or_else(String::new, |recipient| recipient.mailbox.email.as_str().to_owned()),
        device: None,
        client: None,
        system: None,
        link: None,
        attachment: None,
        verdict: None,
        detail: None,
        reply: None,
    };
    match happened {
        Happened::Sent => EventView { kind: "sent", ..plain },
        Happened::Delivered => EventView { kind: "delivered", ..plain },
        Happened::Bounced(words) => EventView { kind: "bounced", detail: Some(words), ..plain },
        Happened::Complained(words) => EventView { kind: "complained", detail: Some(words), ..plain },
        Happened::Hit(judged) => of_hit(links, files, *judged, plain),
        Happened::Reply(reply) => {
            EventView { kind: reply_kind(reply.kind), reply: Some(ReplyView::from(*reply)), ..plain }
        }
    }
}

fn of_hit(links: &[String], files: &[Attachment], judged: Judged, plain: EventView) -> EventView {
    let Judged { hit, verdict } = judged;
    let agent = hit.request.agent;
    let (kind, link, file) = match hit.action {
        HitAction::Open => ("open", None, None),
        HitAction::Click(n) => ("click", links.get(usize::from(n)).cloned(), None),
        HitAction::AttachmentView(n) => ("attachment_view", None, attachment::tracked(files).nth(usize::from(n))),
    };
    EventView {
        kind,
        device: Some(agent.device),
        client: Some(agent.client.label()),
        system: Some(agent.system),
        link,
        attachment: file.map(|file| FileView { id: file.id.to_string(), filename: file.filename.clone() }),
        verdict: Some(VerdictView { class: verdict.class, reasons: verdict.reasons }),
        ..plain
    }
}

impl From<Reply> for ReplyView {
    fn from(reply: Reply) -> Self {
        Self {
            kind: reply.kind,
            reasons: reply.reasons,
            matched_by: reply.matched_by,
            verified: reply.verified,
            own_team: reply.own_team,
            from: reply.from.map(Into::into),
            returns_on: reply.returns_on.map(|day| day.to_string()),
            excerpt: reply.excerpt,
        }
    }
}

/// Mail that came back without an event of the mail service has names of its own.
fn reply_kind(kind: ReplyKind) -> &'static str {
    match kind {
        ReplyKind::Reply => "reply",
        ReplyKind::AutoReply => "auto_reply",
        ReplyKind::Forward => "forward",
        ReplyKind::Challenge => "challenge",
        ReplyKind::Complaint => "complaint_mail",
        ReplyKind::Bounce => "bounce_mail",
        ReplyKind::Other => "other_mail",
    }
}
