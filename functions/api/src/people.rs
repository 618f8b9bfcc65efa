//! The person behind a record: everything that is held about them in one document, and its erasure.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::people::{Erasure, ExportedMessage, PersonExport};
use domain::ground::id::EventId;
use domain::people::record::RecordRef;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Shared;
use crate::activities::ActivityView;
use crate::http::caller::Caller;
use crate::http::path::{At, RecordPath};
use crate::http::problem::{ActRefusals, ApiError, ReadRefusals};
use crate::http::schema::{ErasureWord, Instant};
use crate::messages::timeline::{self, EventView};
use crate::messages::view::{MessageView, RecordView};
use crate::records::FullRecordView;
use crate::records::consent::EntryView;
use crate::suppressions::SuppressionView;

/// Longer documents do not fit into an answer of Lambda (6 MB) and lie in storage, in bytes.
const MAX_ANSWER: usize = 5_000_000;

/// Everything that is held about the person behind a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Export)]
pub(crate) struct ExportView {
    exported_at: Instant,
    record: FullRecordView,
    /// The ledger of their preference, newest first.
    consent: Vec<EntryView>,
    /// The activities of their record, newest first.
    activities: Vec<ActivityView>,
    /// Their addresses that the organisation no longer sends to.
    suppressions: Vec<SuppressionView>,
    /// Messages to them, and what they did with them, oldest first.
    messages: Vec<ExportedMessageView>,
}

/// A message to a person, and what became of their copy.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExportedMessage)]
pub(crate) struct ExportedMessageView {
    #[serde(flatten)]
    message: MessageView,
    /// The newest first.
    events: Vec<EventView>,
    /// Their mail as it came (RFC 5322), for as long as it is kept.
    received: Vec<String>,
}

/// What became of an erasure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erasure)]
pub(crate) struct ErasureView {
    /// `erasing` when there is more than one request can do: send it again.
    #[schema(value_type = ErasureWord)]
    status: &'static str,
    record: RecordView,
    /// Null while there is more to do.
    erased_at: Option<Instant>,
    /// How many messages this request dealt with.
    messages: usize,
    /// Other records with one of the addresses. They stay: if they are the same person, erase them too.
    shares_address_with: Vec<RecordView>,
}

impl ExportView {
    fn of(export: PersonExport, now: Timestamp) -> Self {
        let PersonExport { record, consent, activities, suppressions, messages } = export;
        Self {
            exported_at: now.into(),
            record: record.into(),
            consent: consent.into_iter().map(Into::into).collect(),
            activities: activities.iter().map(Into::into).collect(),
            suppressions: suppressions.into_iter().map(Into::into).collect(),
            messages: messages.into_iter().map(|message| ExportedMessageView::of(message, now)).collect(),
        }
    }
}

impl ExportedMessageView {
    fn of(exported: ExportedMessage, now: Timestamp) -> Self {
        let ExportedMessage { details, timeline, own_addresses, received } = exported;
        let events = timeline::events(&details.stored.message, timeline);
        let message = MessageView::of(details, now).told_to(&own_addresses);
        Self { message, events, received }
    }
}

impl ErasureView {
    fn of(record: &RecordRef, erasure: Erasure) -> Self {
        let Erasure { erased_at, messages, shares_address_with } = erasure;
        Self {
            status: if erased_at.is_some() { "erased" } else { "erasing" },
            record: record.into(),
            erased_at: erased_at.map(Instant),
            messages,
            shares_address_with: shares_address_with.iter().map(Into::into).collect(),
        }
    }
}

/// Everything that is held about the person behind a record, as one JSON document. Of messages to several people it holds
/// what this person could see and did. A document of more than 5 MB lies in storage: the answer leads there.
#[utoipa::path(
    post,
    path = "/v1/records/{type}/{id}/export",
    operation_id = "people_export",
    tag = "records",
    params(RecordPath),
    responses(
        (status = 200, description = "The document", body = ExportView),
        (status = 303, description = "The document lies at `Location`, for five minutes"),
        ReadRefusals
    )
)]
pub(crate) async fn export(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
) -> Result<Response, ApiError> {
    let export = app.desk.export_person(&actor, &path.reference()).await?;
    let document = serde_json::to_vec(&ExportView::of(export, actor.now)).unwrap_or_default();
    if document.len() <= MAX_ANSWER {
        return Ok(([(header::CONTENT_TYPE, "application/json")], document).into_response());
    }
    let name = format!("export-{}", EventId::new(actor.now, app.desk.ids.next()));
    app.desk.blobs.put_answer(actor.org, &name, document).await?;
    let url = app.desk.blobs.presign_answer(actor.org, &name).await?;
    let location = HeaderValue::try_from(url).map_err(|_| ApiError::not_found())?;
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response())
}

/// Forgets the person behind a record: the record with its ledger and activities, and in every message to them who they
/// are and what they did. A message to nobody else loses its text and its files. Links in mail that was sent go on to
/// work, and late hits are dropped. May be sent again at any time.
#[utoipa::path(
    post,
    path = "/v1/records/{type}/{id}/erase",
    operation_id = "people_erase",
    tag = "records",
    params(RecordPath),
    responses(
        (status = 200, description = "The person is erased", body = ErasureView),
        (status = 202, description = "There is more to do: send the request again", body = ErasureView),
        ActRefusals
    )
)]
pub(crate) async fn erase(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
) -> Result<Response, ApiError> {
    let record = path.reference();
    let erasure = app.desk.erase_person(&actor, &record).await?;
    let status = if erasure.erased_at.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, axum::Json(ErasureView::of(&record, erasure))).into_response())
}
