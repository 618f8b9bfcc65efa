//! Consent: how the preference of a person is known, and the ledger of it.

use axum::Json;
use axum::extract::State;
use desk::records::ConsentInput;
use domain::people::consent::{Consent, ConsentEntry, Preference};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::http::caller::Caller;
use crate::http::page::Page;
use crate::http::path::{At, RecordPath};
use crate::http::problem::{ApiError, ReadRefusals};
use crate::http::schema::{Instant, PreferenceWord};

/// How the preference of a person is known.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentInput)]
pub(crate) struct ConsentBody {
    /// The form, call or letter in which it was said. Up to 256 characters.
    #[schema(max_length = 256, example = "web form")]
    source: String,
    /// When it was said; now when left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// A remark, up to 256 characters.
    #[schema(max_length = 256)]
    note: Option<String>,
}

/// How the preference of a person is known.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consent)]
pub(crate) struct ConsentView {
    source: String,
    at: Instant,
    note: Option<String>,
}

/// A line of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsentEntry)]
pub(crate) struct EntryView {
    /// When it was saved.
    at: Instant,
    /// The user who saved it.
    by: String,
    /// The preference before.
    #[schema(value_type = PreferenceWord)]
    old: Preference,
    /// The preference since.
    #[schema(value_type = PreferenceWord)]
    new: Preference,
    source: Option<String>,
    /// When it was said, by the source.
    consent_at: Option<Instant>,
    note: Option<String>,
}

impl From<ConsentBody> for ConsentInput {
    fn from(body: ConsentBody) -> Self {
        let ConsentBody { source, at, note } = body;
        Self { source, at, note }
    }
}

impl From<&Consent> for ConsentView {
    fn from(consent: &Consent) -> Self {
        Self { source: consent.source.clone(), at: consent.at.into(), note: consent.note.clone() }
    }
}

impl From<ConsentEntry> for EntryView {
    fn from(entry: ConsentEntry) -> Self {
        let consent = entry.consent.as_ref();
        Self {
            at: entry.at.into(),
            by: entry.by.to_string(),
            old: entry.from,
            new: entry.to,
            source: consent.map(|consent| consent.source.clone()),
            consent_at: consent.map(|consent| consent.at.into()),
            note: consent.and_then(|consent| consent.note.clone()),
        }
    }
}

/// The ledger of a record: every change of its preference, newest first.
#[utoipa::path(
    get,
    path = "/v1/records/{type}/{id}/consent",
    operation_id = "consent_list",
    tag = "records",
    params(RecordPath),
    responses((status = 200, description = "All lines of the ledger", body = Page<EntryView>), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<RecordPath>,
) -> Result<Json<Page<EntryView>>, ApiError> {
    let entries = app.desk.ledger(&actor, &path.reference()).await?;
    Ok(Json(Page::only(entries.into_iter().map(Into::into).collect())))
}
