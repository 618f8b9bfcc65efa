//! Everything that happened to a message, the newest first.

use aws::store::StoredMessage;
use axum::Json;
use axum::extract::{Path, State};
use domain::message::Message;
use domain::message::attachment::{self, Attachment};
use domain::people::erasure::Person;
use domain::signs::agent::{Device, System};
use domain::signs::engagement::{FoldContext, Judged, Kpis, fold};
use domain::signs::event::HitAction;
use domain::signs::reply::Reply;
use domain::time::instant;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::problem::{ApiError, Problem};
use crate::view::KpisView;
use crate::{App, Shared};

mod copies;
mod replies;

/// The figures and the events of a message.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Timeline {
    kpis: KpisView,
    /// The newest first.
    events: Vec<EventView>,
    /// Hits beyond the 500 that are kept in detail: counted, not listed, part of no other figure.
    more: u32,
}

/// Something that happened.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct EventView {
    id: String,
    /// `sent`, `delivered`, `bounced`, `complained`, `open`, `click`, `attachment_view`, `reply`, `auto_reply`, or
    /// what else came back: `forward`, `challenge`, `bounce_mail`, `other_mail`. More may come.
    #[schema(value_type = String)]
    kind: &'static str,
    at: String,
    /// The recipient's address.
    recipient: String,
    /// `desktop`, `mobile`, `tablet` or `unknown`.
    #[schema(value_type = Option<String>)]
    device: Option<Device>,
    /// The software.
    #[schema(value_type = Option<String>)]
    client: Option<&'static str>,
    /// The operating system.
    #[schema(value_type = Option<String>)]
    system: Option<System>,
    /// The address that a click led to.
    link: Option<String>,
    /// The file that was viewed.
    attachment: Option<FileView>,
    verdict: Option<VerdictView>,
    /// What the other side said.
    detail: Option<String>,
    /// The mail that came back.
    reply: Option<ReplyView>,
}

/// A mail that came back.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplyView {
    /// `reply`, `auto_reply`, `bounce`, `forward`, `challenge` or `other`.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    kind: domain::signs::reply::ReplyKind,
    /// The rules that said so.
    reasons: Vec<String>,
    /// How it was found: `reply_address`, `own_id` or `ses_id`.
    #[schema(value_type = String)]
    matched_by: domain::signs::reply::MatchedBy,
    /// The sender is who it says. What is not verified counts nowhere.
    verified: bool,
    /// It comes from the author's own side, and counts nowhere.
    own_team: bool,
    /// Who sent it, when that is not the recipient.
    from: Option<String>,
    /// The day that an out-of-office note names as its end.
    returns_on: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileView {
    id: String,
    filename: String,
}

/// Who was behind it, and why we think so.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerdictView {
    /// `human`, `proxy`, `prefetch`, `scanner`, `own_team`, `duplicate` or `unknown`.
    #[schema(value_type = String)]
    class: domain::signs::verdict::VerdictClass,
    #[schema(value_type = Vec<String>)]
    reasons: Vec<&'static str>,
}

/// The timeline of a message.
#[utoipa::path(get, path = "/v1/messages/{id}/timeline", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = Timeline), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn timeline(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Timeline>, ApiError> {
    let stored = super::stored(&app, &caller, &id).await?;
    let settings = app.store.settings(caller.org).await?;
    let scope = Scope {
        enabled: settings.tracking_enabled,
        expired: stored.message.is_expired(&settings, caller.now),
        only: None,
    };
    let Happened { kpis, events, more } = read(&app, &stored, &scope).await?;
    Ok(Json(Timeline { kpis: (&kpis).into(), events, more }))
}

/// What happened to a message.
pub(crate) struct Happened {
    /// The figures of what is told.
    pub(crate) kpis: Kpis,
    /// The newest first.
    pub(crate) events: Vec<EventView>,
    more: u32,
}

/// What of a timeline is to be told.
pub(crate) struct Scope {
    /// What was recorded of hits.
    pub(crate) enabled: bool,
    /// The message was kept long enough: its figures and its deliveries are left.
    pub(crate) expired: bool,
    /// Only what these recipients did, or happened to their copies.
    pub(crate) only: Option<Person>,
}

impl Scope {
    fn tells_of(&self, message: &Message, recipient: u16) -> bool {
        self.only.as_ref().is_none_or(|person| person.places(message).contains(&recipient))
    }

    fn tells(&self, message: &Message, reply: &Reply) -> bool {
        self.only.as_ref().is_none_or(|person| person.wrote(reply, &person.places(message)))
    }
}

/// Reads the timeline of a message.
pub(crate) async fn read(app: &App, stored: &StoredMessage, scope: &Scope) -> Result<Happened, ApiError> {
    let message = &stored.message;
    let (hits, links) = (app.store.hits(message.id).await?, app.store.links(message.id, message.links).await?);
    let (files, summary) =
        (app.store.attachments(message.id).await?, app.store.figures(message.org, message.owner, message.id).await?);
    let told =
        |recipient| !scope.expired && !message.erased().contains(&recipient) && scope.tells_of(message, recipient);
    let hits = hits.into_iter().filter(|hit| scope.enabled && told(hit.recipient));
    let engagement = fold(hits, &FoldContext::of(message, &stored.copies));
    let mut came_back = app.store.replies(message.id).await?;
    came_back.retain(|reply| !scope.expired && scope.tells(message, reply));
    let copies = stored.copies.iter().filter(|copy| scope.tells_of(message, copy.recipient));
    let mut events: Vec<EventView> = copies.flat_map(|copy| copies::events(message, copy)).collect();
    events.extend(came_back.iter().map(|reply| replies::event(message, reply)));
    events.extend(engagement.judged.into_iter().map(|judged| event(message, &links, &files, judged)));
    events.sort_by(|a, b| (&b.at, b.rank(), &b.id).cmp(&(&a.at, a.rank(), &a.id)));
    let kpis = match (scope.enabled, scope.expired) {
        (false, _) => Kpis::default(),
        (true, true) => summary.kpis,
        (true, false) => engagement.kpis.with_replies(&came_back),
    };
    let more = if scope.enabled && scope.only.is_none() { summary.beyond } else { 0 };
    Ok(Happened { kpis, events, more })
}

impl EventView {
    /// Which of two events of the same instant came later.
    fn rank(&self) -> u8 {
        match self.kind {
            "sent" => 0,
            "delivered" => 1,
            "bounced" | "complained" => 2,
            _ => 3,
        }
    }
}

fn event(message: &Message, links: &[String], files: &[Attachment], judged: Judged) -> EventView {
    let Judged { hit, verdict } = judged;
    let agent = hit.request.agent;
    let (kind, link, file) = match hit.action {
        HitAction::Open => ("open", None, None),
        HitAction::Click(index) => ("click", links.get(usize::from(index)).cloned(), None),
        HitAction::AttachmentView(index) => {
            ("attachment_view", None, attachment::tracked(files).nth(usize::from(index)))
        }
    };
    EventView {
        id: hit.id.to_string(),
        kind,
        at: instant::format(hit.at),
        recipient: address(message, hit.recipient),
        device: Some(agent.device),
        client: Some(agent.client.label()),
        system: Some(agent.system),
        link,
        attachment: file.map(|file| FileView { id: file.id.to_string(), filename: file.filename.clone() }),
        verdict: Some(VerdictView { class: verdict.class, reasons: verdict.reasons }),
        ..EventView::default()
    }
}

fn address(message: &Message, recipient: u16) -> String {
    let recipient = message.recipients.get(usize::from(recipient));
    recipient.map_or_else(String::new, |recipient| recipient.mailbox.email.as_str().to_owned())
}
