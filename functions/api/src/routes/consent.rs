//! What a person allows: how it is known, and the ledger of it.

use axum::extract::{Path, State};
use domain::ground::name;
use domain::people::consent::{Consent, ConsentEntry, Preference};
use domain::time::instant;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::records::reference;
use crate::Shared;
use crate::caller::Caller;
use crate::input::Checks;
use crate::problem::{ApiError, Problem};

/// How it is known what a person allows.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentInput {
    /// Where it was said: a form, a call, a letter. Up to 256 characters.
    source: String,
    /// When; now when left out.
    #[schema(value_type = Option<String>)]
    at: Option<Timestamp>,
    /// What else is to be known, up to 256 characters.
    note: Option<String>,
}

/// How it is known what a person allows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentView {
    source: String,
    at: String,
    note: Option<String>,
}

/// A line of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// When it was saved.
    at: String,
    /// The user who saved it.
    by: String,
    /// `allow`, `deny` or `unknown`, before.
    #[schema(value_type = String)]
    old: Preference,
    /// The same, since.
    #[schema(value_type = String)]
    new: Preference,
    source: Option<String>,
    /// When it was said, by the source.
    consent_at: Option<String>,
    note: Option<String>,
}

/// All lines of a ledger, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerPage {
    items: Vec<EntryView>,
    next_cursor: Option<String>,
}

impl ConsentInput {
    /// Checks every field.
    pub(super) fn read(self, checks: &mut Checks, now: Timestamp) -> Consent {
        if self.source.trim().is_empty() {
            checks.add("/consent/source", "missing_field", "where it was said");
        }
        checks.keep("/consent/source", "invalid_text", name::display_name(&self.source));
        checks.keep("/consent/note", "invalid_text", name::display_name(self.note.as_deref().unwrap_or_default()));
        Consent { source: self.source, at: self.at.unwrap_or(now), note: self.note }
    }
}

impl From<&Consent> for ConsentView {
    fn from(consent: &Consent) -> Self {
        Self { source: consent.source.clone(), at: instant::format(consent.at), note: consent.note.clone() }
    }
}

impl From<ConsentEntry> for EntryView {
    fn from(entry: ConsentEntry) -> Self {
        let consent = entry.consent.as_ref();
        Self {
            at: instant::format(entry.at),
            by: entry.by.to_string(),
            old: entry.from,
            new: entry.to,
            source: consent.map(|consent| consent.source.clone()),
            consent_at: consent.map(|consent| instant::format(consent.at)),
            note: consent.and_then(|consent| consent.note.clone()),
        }
    }
}

/// The ledger of a record: every change of what the person allows.
#[utoipa::path(get, path = "/v1/records/{type}/{id}/consent", tag = "records", params(("type" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = LedgerPage), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    Path((kind, id)): Path<(String, String)>,
) -> Result<axum::Json<LedgerPage>, ApiError> {
    let reference = reference(&kind, &id)?;
    app.store.stored_record(caller.org, &reference).await?.ok_or_else(ApiError::not_found)?;
    let entries = app.store.consent(caller.org, &reference).await?;
    Ok(axum::Json(LedgerPage { items: entries.into_iter().map(Into::into).collect(), next_cursor: None }))
}
