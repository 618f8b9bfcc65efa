//! Everything that happened to a message, the newest first.

use aws::store::Stored;
use axum::Json;
use axum::extract::{Path, State};
use domain::agent::{Device, System};
use domain::attachment::{self, Attachment};
use domain::engagement::{Context, Judged, fold};
use domain::event::Action;
use domain::id::EventId;
use domain::instant;
use domain::message::Message;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Shared;
use crate::caller::Caller;
use crate::problem::{ApiError, Problem};
use crate::view::KpisView;

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
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    id: String,
    /// `sent`, `open`, `click` or `attachment_view`. More may come.
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
    class: domain::verdict::Class,
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
    let message = &stored.message;
    let (hits, links) = (app.store.hits(message.id).await?, app.store.links(message.id, message.links).await?);
    let (files, summary) =
        (app.store.attachments(message.id).await?, app.store.summary(message.org, message.owner, message.id).await?);
    let engagement = fold(hits, &Context::of(message, &stored.copies));
    let mut events: Vec<EventView> = sent(&stored);
    events.extend(engagement.judged.into_iter().map(|judged| event(message, &links, &files, judged)));
    events.sort_by(|a, b| (&b.at, &b.id).cmp(&(&a.at, &a.id)));
    Ok(Json(Timeline { kpis: (&engagement.kpis).into(), events, more: summary.beyond }))
}

/// The copies that left, as events.
fn sent(stored: &Stored) -> Vec<EventView> {
    let left = stored.copies.iter().filter_map(|copy| Some((copy, copy.sent_at?)));
    let view = |(copy, at): (&domain::copy::Copy, jiff::Timestamp)| {
        let id = EventId::of(at, &["sent", &stored.message.id.to_string(), &copy.recipient.to_string()]);
        EventView {
            id: id.to_string(),
            kind: "sent",
            at: instant::format(at),
            recipient: address(&stored.message, copy.recipient),
            device: None,
            client: None,
            system: None,
            link: None,
            attachment: None,
            verdict: None,
        }
    };
    left.map(view).collect()
}

fn event(message: &Message, links: &[String], files: &[Attachment], judged: Judged) -> EventView {
    let Judged { hit, verdict } = judged;
    let agent = hit.request.agent;
    let (kind, link, file) = match hit.action {
        Action::Open => ("open", None, None),
        Action::Click(index) => ("click", links.get(usize::from(index)).cloned(), None),
        Action::AttachmentView(index) => ("attachment_view", None, attachment::tracked(files).nth(usize::from(index))),
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
    }
}

fn address(message: &Message, recipient: u16) -> String {
    let recipient = message.recipients.get(usize::from(recipient));
    recipient.map_or_else(String::new, |recipient| recipient.mailbox.email.as_str().to_owned())
}
