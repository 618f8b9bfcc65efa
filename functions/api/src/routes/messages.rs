//! Messages: saved as drafts, read, changed, taken back.

use aws::store::StoredMessage;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ground::id::MessageId;
use domain::message::copy::Copy;
use domain::message::{Body, Message, MessageState, Recipient};
use domain::signs::engagement::Kpis;

use super::thread;
use crate::caller::Caller;
use crate::compose::{Change, MessageInput, replace_recipients};
use crate::idempotency::Post;
use crate::input::Json;
use crate::problem::{ApiError, Problem};
use crate::view::{self, MessageView, Parts};
use crate::{App, Shared, standing};

/// Saves a draft.
#[utoipa::path(post, path = "/v1/messages", tag = "messages", request_body = MessageInput,
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable for 48 hours")),
    responses((status = 201, body = MessageView), (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(State(app): Shared, post: Post<MessageInput>) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    let mut change = input.check()?;
    let mut recipients = replace_recipients(&[], &change.recipients)?;
    let standings = standing::of(&app, caller.org, &recipients).await?;
    standing::name_records(&mut recipients, &standings);
    let regarding = change.regarding.take().flatten();
    let template = change.fill(&app, &caller, &recipients, regarding.as_ref()).await?.flatten();
    let settings = app.store.settings(caller.org).await?;
    let id = MessageId::new(caller.now, app.ids.next());
    let body = change.body.unwrap_or_else(Body::empty);
    let message = Message {
        id,
        org: caller.org,
        owner: caller.user.id,
        from: caller.user.mailbox.clone(),
        recipients,
        subject: change.subject.unwrap_or_default(),
        regarding,
        template,
        tracking_requested: change.tracking.unwrap_or(settings.default_tracking),
        tracked: false,
        blocked: Vec::new(),
        body: app.blobs.put_body(id, &body).await?,
        links: 0,
        state: MessageState::Draft,
        version: 1,
        created_at: caller.now,
        send_at: None,
        schedule: None,
        replies_to_us: false,
        thread: thread::of(&app, caller.org, change.in_reply_to.flatten()).await?,
        expired_at: None,
    };
    let stored = StoredMessage { message, copies: Vec::new() };
    let (content, kpis) = (Some((body, [].as_slice())), &Kpis::default());
    let parts = Parts { settings: &settings, standings: &standings, kpis, content, reminder: None };
    let view = view::message(&stored, parts, caller.now);
    app.store.note_recipients(&stored.message, &stored.message.recipients).await?;
    let write = async |answer: Option<&_>| app.store.create_message(&stored.message, answer).await;
    once.answer(&app, StatusCode::CREATED, &view, write).await
}

/// A message.
#[utoipa::path(get, path = "/v1/messages/{id}", tag = "messages", params(("id" = String, Path)),
    responses((status = 200, body = MessageView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<MessageView>, ApiError> {
    let stored = super::stored(&app, &caller, &id).await?;
    Ok(axum::Json(view::whole(&app, &stored, caller.now).await?))
}

/// Changes a draft; what is left out stays as it is.
#[utoipa::path(patch, path = "/v1/messages/{id}", tag = "messages", params(("id" = String, Path)), request_body = MessageInput,
    responses((status = 200, body = MessageView), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn patch(
    State(app): Shared,
    caller: Caller,
    Path(id): Path<String>,
    Json(input): Json<MessageInput>,
) -> Result<axum::Json<MessageView>, ApiError> {
    let before = super::stored(&app, &caller, &id).await?.message;
    let change = input.check()?;
    if before.state != MessageState::Draft {
        return Err(ApiError::not_editable());
    }
    let message = changed(&app, &caller, &before, change).await?;
    let known = |recipient: &Recipient| before.recipients.iter().any(|b| b.mailbox.email == recipient.mailbox.email);
    let new: Vec<Recipient> = message.recipients.iter().filter(|recipient| !known(recipient)).cloned().collect();
    app.store.note_recipients(&message, &new).await?;
    app.store.update_message(&before, &message).await?;
    let stored = StoredMessage { message, copies: Vec::new() };
    Ok(axum::Json(view::whole(&app, &stored, caller.now).await?))
}

async fn changed(app: &App, caller: &Caller, before: &Message, mut change: Change) -> Result<Message, ApiError> {
    let mut recipients = replace_recipients(&before.recipients, &change.recipients)?;
    if !change.recipients.is_empty() {
        let standings = standing::of(app, before.org, &recipients).await?;
        standing::name_records(&mut recipients, &standings);
    }
    let regarding = change.regarding.take().unwrap_or_else(|| before.regarding.clone());
    let template = change.fill(app, caller, &recipients, regarding.as_ref()).await?;
    let body = match change.body {
        Some(body) => app.blobs.put_body(before.id, &body).await?,
        None => before.body.clone(),
    };
    let thread = match change.in_reply_to {
        Some(answered) => thread::of(app, before.org, answered).await?,
        None => before.thread.clone(),
    };
    Ok(Message {
        recipients,
        thread,
        body,
        subject: change.subject.unwrap_or_else(|| before.subject.clone()),
        regarding,
        template: template.unwrap_or(before.template),
        tracking_requested: change.tracking.unwrap_or(before.tracking_requested),
        version: before.version + 1,
        ..before.clone()
    })
}

/// Takes a message back while nothing of it has left.
#[utoipa::path(delete, path = "/v1/messages/{id}", tag = "messages", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(State(app): Shared, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let StoredMessage { message, copies } = super::stored(&app, &caller, &id).await?;
    if message.state != MessageState::Cancelled {
        let too_late = || ApiError::conflict("already_sent", "at least one copy has left, or is leaving right now");
        let copies = copies.iter().filter(|copy| !copy.is_forgotten()).map(Copy::cancelled).collect::<Result<_, _>>();
        let copies = copies.map_err(|_| too_late())?;
        let cancelled = Message { state: MessageState::Cancelled, version: message.version + 1, ..message.clone() };
        app.store.change_message(&message, &StoredMessage { message: cancelled, copies }, None).await?;
        app.store.delete_reminder(message.id).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
