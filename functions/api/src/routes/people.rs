//! The person behind a record: everything that is held about them in one document, and its erasure.

use std::collections::BTreeSet;

use aws::blobs;
use aws::store::StoredMessage;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ground::id::{EventId, MessageId};
use domain::people::activity::{Activity, ActivityKind};
use domain::people::erasure::Person;
use domain::people::record::{Record, RecordRef};
use domain::time::instant;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::Serialize;
use utoipa::ToSchema;

use super::activities::ActivityView;
use super::consent::EntryView;
use super::records::{FullRecordView, reference};
use super::suppressions::SuppressionView;
use super::timeline::{self, EventView, Happened, Scope};
use crate::caller::Caller;
use crate::compose::RecordView;
use crate::problem::{ApiError, Problem};
use crate::view::{self, MessageView};
use crate::{App, Shared, erase};

/// How many messages are read or changed at once.
const AT_ONCE: usize = 5;
/// How many messages one request changes. A request has less than 30 seconds.
const PER_REQUEST: usize = 200;
/// Longer documents do not fit into an answer of Lambda (6 MB) and lie in storage, in bytes.
const MAX_ANSWER: usize = 5_000_000;

/// Everything that is held about the person behind a record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Export {
    exported_at: String,
    record: FullRecordView,
    /// What they allowed and refused, the newest first.
    consent: Vec<EntryView>,
    /// What was done for them, the newest first.
    activities: Vec<ActivityView>,
    /// Their addresses to which nothing is sent.
    suppressions: Vec<SuppressionView>,
    /// Messages to them, and what they did with them, oldest first.
    messages: Vec<ExportedMessage>,
}

/// A message to a person, and what became of their copy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExportedMessage {
    #[serde(flatten)]
    message: MessageView,
    /// The newest first.
    events: Vec<EventView>,
    /// Their mail as it came (RFC 5322), for as long as it is kept.
    received: Vec<String>,
}

/// What became of an erasure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Erasure {
    /// `erased`, or `erasing` when there is more than one request can do: send it again.
    #[schema(value_type = String)]
    status: &'static str,
    record: RecordView,
    /// Null while there is more to do.
    erased_at: Option<String>,
    /// How many messages this request dealt with.
    messages: usize,
    /// Other records with one of the addresses. They stay: if they are the same person, erase them too.
    shares_address_with: Vec<RecordView>,
}

/// Everything that is held about the person behind a record, as one JSON document. Of messages to several people it holds
/// what this person could see and did. A document of more than 5 MB lies in storage: the answer leads there.
#[utoipa::path(post, path = "/v1/records/{type}/{id}/export", tag = "records", params(("type" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Export), (status = 303, description = "Where the document lies, for five minutes"),
        (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn export(
    State(app): Shared,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let reference = reference(&kind, &id)?;
    let record = app.store.record(caller.org, &reference).await?.ok_or_else(ApiError::not_found)?;
    let export = collect(&app, &caller, record).await?;
    let document = serde_json::to_vec(&export).unwrap_or_default();
    if document.len() <= MAX_ANSWER {
        return Ok(([(header::CONTENT_TYPE, "application/json")], document).into_response());
    }
    let name = format!("export-{}", EventId::new(caller.now, app.ids.next()));
    app.blobs.put_answer(caller.org, &name, document).await?;
    let url = app.blobs.presign_answer(caller.org, &name).await?;
    let location = HeaderValue::try_from(url).map_err(|_| ApiError::not_found())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

async fn collect(app: &App, caller: &Caller, record: Record) -> Result<Export, ApiError> {
    let (org, person) = (caller.org, Person::of(&record));
    let activities = app.store.activities(org, &record.reference, None, usize::MAX).await?;
    let ids = messages(app, caller, &person, &activities).await?;
    let read = |id| message(app, caller, &person, id);
    let found = stream::iter(ids).map(read).buffered(AT_ONCE);
    let messages = found.try_filter_map(|found| async move { Ok(found) }).try_collect().await?;
    let mut suppressions = Vec::new();
    for email in &person.emails {
        suppressions.extend(app.store.suppression(org, email).await?.map(Into::into));
    }
    let consent = app.store.consent(org, &record.reference).await?;
    Ok(Export {
        exported_at: instant::format(caller.now),
        consent: consent.into_iter().map(Into::into).collect(),
        activities: activities.iter().map(Into::into).collect(),
        suppressions,
        messages,
        record: record.into(),
    })
}

/// The messages that may concern a person: to or from their addresses, or listed with their record.
async fn messages(
    app: &App,
    caller: &Caller,
    person: &Person,
    activities: &[Activity],
) -> Result<BTreeSet<MessageId>, ApiError> {
    let mut ids = app.store.mails_with(caller.org, &person.emails).await?;
    ids.extend(activities.iter().filter(|one| one.kind == ActivityKind::Mail).filter_map(|one| one.message));
    Ok(ids)
}

/// A message as its recipient may know it; none when it went to others and nothing came back from them.
async fn message(
    app: &App,
    caller: &Caller,
    person: &Person,
    id: MessageId,
) -> Result<Option<ExportedMessage>, ApiError> {
    let stored = app.store.message(id).await?.filter(|stored| stored.message.org == caller.org);
    let Some(stored) = stored else { return Ok(None) };
    let settings = app.store.settings(caller.org).await?;
    let expired = stored.message.is_expired(&settings, caller.now);
    let scope = Scope { enabled: true, expired, only: Some(person.clone()) };
    let Happened { kpis, events, .. } = timeline::read(app, &stored, &scope).await?;
    if person.places(&stored.message).is_empty() && events.is_empty() {
        return Ok(None);
    }
    let received = received(app, person, &stored).await?;
    let theirs = own_addresses(person, &stored);
    let view = view::whole(app, &stored, caller.now).await?;
    let summary = stored.message.summary(view.status(), &kpis, caller.now);
    let message = view.told_to(|email| theirs.contains(email), &kpis, summary);
    Ok(Some(ExportedMessage { message, events, received }))
}

/// Their mails, of which storage keeps the bytes for a while.
async fn received(app: &App, person: &Person, stored: &StoredMessage) -> Result<Vec<String>, ApiError> {
    let places = person.places(&stored.message);
    let mut mails = Vec::new();
    for reply in app.store.replies(stored.message.id).await?.iter().filter(|reply| person.wrote(reply, &places)) {
        match app.blobs.received(reply.stored.as_deref().unwrap_or_default()).await {
            Ok(bytes) => mails.push(String::from_utf8_lossy(&bytes).into_owned()),
            Err(blobs::Error::Missing) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(mails)
}

/// Their addresses as the message has them.
fn own_addresses(person: &Person, stored: &StoredMessage) -> BTreeSet<String> {
    let recipients = &stored.message.recipients;
    let places = person.places(&stored.message);
    let own = places.iter().filter_map(|n| recipients.get(usize::from(*n)));
    own.map(|recipient| recipient.mailbox.email.as_str().to_owned()).collect()
}

/// Forgets the person behind a record: the record with its ledger and activities, and in every message to them who they
/// are and what they did. A message to nobody else loses its text and its files. Links in mail that was sent go on to
/// work, and what comes late is dropped. May be sent again at any time.
#[utoipa::path(post, path = "/v1/records/{type}/{id}/erase", tag = "records", params(("type" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Erasure), (status = 202, body = Erasure),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn erase(
    State(app): Shared,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let reference = reference(&kind, &id)?;
    let record = app.store.stored_record(caller.org, &reference).await?.ok_or_else(ApiError::not_found)?;
    if let Some(at) = record.erased_at.filter(|_| record.deleted) {
        return Ok(done(&reference, Some(instant::format(at)), 0, Vec::new()));
    }
    let (now, person) = (app.clock.now(), Person::of(&record));
    let shared = others(&app, &caller, &person).await?;
    app.store.remember_objections(caller.org, &record, now).await?;
    for email in &person.emails {
        app.store.forget_address(caller.org, email, now).await?;
        app.store.mute_suppression(caller.org, email).await?;
    }
    let activities = app.store.activities(caller.org, &reference, None, usize::MAX).await?;
    let ids = messages(&app, &caller, &person, &activities).await?;
    let (all, some): (usize, Vec<MessageId>) = (ids.len(), ids.into_iter().take(PER_REQUEST).collect());
    let dealt_with = some.len();
    let each = stream::iter(some.into_iter().map(Ok::<_, ApiError>));
    each.try_for_each_concurrent(AT_ONCE, |id| forget_in(&app, &caller, &person, id, &activities)).await?;
    if dealt_with < all {
        return Ok(done(&reference, None, dealt_with, shared));
    }
    let empty = Record::empty(reference.clone());
    let erased = Record { deleted: true, erased_at: Some(now), version: record.version + 1, ..empty };
    app.store.erase_record(caller.org, &record, &erased).await?;
    // After a restore of the table, these lines tell whom to erase again.
    tracing::info!(org = %caller.org, record = %reference, "person erased");
    Ok(done(&reference, Some(instant::format(now)), dealt_with, shared))
}

/// Forgets them in a message, then that the message has to do with them.
async fn forget_in(
    app: &App,
    caller: &Caller,
    person: &Person,
    id: MessageId,
    activities: &[Activity],
) -> Result<(), ApiError> {
    erase::from_message(app, caller, person, id).await?;
    for email in &person.emails {
        app.store.forget_mail(caller.org, email, id).await?;
    }
    for activity in activities.iter().filter(|activity| activity.message == Some(id)) {
        app.store.delete_activity(caller.org, &person.record, activity).await?;
    }
    Ok(())
}

/// Other records with one of their addresses.
async fn others(app: &App, caller: &Caller, person: &Person) -> Result<Vec<RecordView>, ApiError> {
    let mut others: BTreeSet<RecordRef> = BTreeSet::new();
    for email in &person.emails {
        let records = app.store.records_with(caller.org, email).await?;
        others.extend(records.into_iter().map(|record| record.reference));
    }
    others.remove(&person.record);
    Ok(others.iter().map(Into::into).collect())
}

fn done(record: &RecordRef, erased_at: Option<String>, messages: usize, shared: Vec<RecordView>) -> Response {
    let status = if erased_at.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let word = if erased_at.is_some() { "erased" } else { "erasing" };
    let (record, shares_address_with) = (record.into(), shared);
    let erasure = Erasure { status: word, record, erased_at, messages, shares_address_with };
    (status, axum::Json(erasure)).into_response()
}
