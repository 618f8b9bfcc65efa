//! `Idempotency-Key`: a request that is repeated is done once and answered alike.
//!
//! The answer is written in one transaction with the change, so there is no moment in which one is there without the
//! other. Answers that are too long for the table lie in storage.

use data_encoding::HEXLOWER;
use std::sync::Arc;

use aws::store::{Idempotency, StoredAnswer};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::{Actor, Prepared, Refused};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use super::body;
use super::caller::Caller;
use super::problem::{ApiError, HttpCode};
use crate::App;

/// The longest key, in characters.
const MAX_KEY: usize = 255;
/// Answers longer than this, in bytes, do not go into the table: a transaction costs two units a kilobyte.
const MAX_INLINE: usize = 4096;

/// The header that makes a POST repeatable, for the document.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "the shape of a header for the document")]
pub(crate) struct IdempotencyKey {
    /// The same key and body give the same answer for 48 hours, with `Idempotent-Replayed: true`. Another body with the same
    /// key is refused. A key belongs to one path.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

/// A POST: the caller, the input, and whether it may come again.
pub(crate) struct Post<T> {
    /// The caller.
    pub(crate) actor: Actor,
    /// The input.
    pub(crate) input: T,
    /// How often it is done.
    pub(crate) once: Once,
}

/// A POST whose body may be left out.
pub(crate) struct PostOrEmpty<T>(pub(crate) Post<T>);

/// How often a request is done: once for each key, or each time when it has none.
pub(crate) struct Once {
    actor: Actor,
    key: Option<Key>,
}

struct Key {
    hash: String,
    fingerprint: String,
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Post<T> {
    /// Also the answer that was given before: nothing more is to be done then.
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        read(request, app, false).await
    }
}

impl<T: DeserializeOwned> FromRequest<Arc<App>> for PostOrEmpty<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        read(request, app, true).await.map(Self)
    }
}

async fn read<T: DeserializeOwned>(request: Request, app: &Arc<App>, may_be_empty: bool) -> Result<Post<T>, Response> {
    let caller = request.extensions().get::<Caller>().cloned();
    let Caller(actor) = caller.ok_or_else(|| ApiError::unauthenticated().into_response())?;
    let key = key(request.headers()).map_err(IntoResponse::into_response)?;
    let path = request.uri().path().to_owned();
    let bytes = body::bytes(request).await.map_err(IntoResponse::into_response)?;
    let user = actor.id().map_err(|error| ApiError::from(error).into_response())?.to_string();
    let key = key.map(|key| Key { hash: hash(&[&user, &key, &path]), fingerprint: hash(&[&bytes]) });
    let once = Once { actor: actor.clone(), key };
    if let Some(answer) = once.replay(app).await.map_err(IntoResponse::into_response)? {
        return Err(answer);
    }
    let json = if bytes.is_empty() && may_be_empty { b"{}" } else { bytes.as_ref() };
    let input = body::parse(json).map_err(IntoResponse::into_response)?;
    Ok(Post { actor, input, once })
}

fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let invalid = || {
        let detail = "Idempotency-Key has 1 to 255 visible ASCII characters";
        ApiError::http(HttpCode::InvalidIdempotencyKey, detail)
    };
    let key = value.to_str().map_err(|_| invalid())?;
    if key.is_empty() || key.len() > MAX_KEY { Err(invalid()) } else { Ok(Some(key.to_owned())) }
}

fn hash(parts: &[&(impl AsRef<[u8]> + ?Sized)]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.as_ref().len() as u64).to_be_bytes());
        hash.update(part.as_ref());
    }
    HEXLOWER.encode(&hash.finalize()[..16])
}

impl Once {
    /// The answer that was given before, if any.
    async fn replay(&self, app: &App) -> Result<Option<Response>, ApiError> {
        let Some(key) = &self.key else { return Ok(None) };
        let stored = app.desk.store.answered(self.actor.org, &key.hash, self.actor.now).await?;
        let Some(stored) = stored else { return Ok(None) };
        if stored.fingerprint != key.fingerprint {
            let detail = "this Idempotency-Key was used for another request";
            return Err(ApiError::http(HttpCode::IdempotencyKeyReused, detail));
        }
        let body = match stored.answer {
            StoredAnswer { stored_apart: true, body, .. } => app.desk.blobs.answer(self.actor.org, &body).await?,
            StoredAnswer { body, .. } => body.into_bytes(),
        };
        let status = StatusCode::from_u16(stored.answer.status).unwrap_or(StatusCode::OK);
        let mut answer = json(status, body, stored.answer.location.as_deref());
        answer.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
        Ok(Some(answer))
    }

    /// Makes a prepared change together with its answer, and gives the answer. When somebody with the same key was faster,
    /// gives theirs.
    pub(crate) async fn commit<T, V: Serialize>(
        &self,
        app: &App,
        status: StatusCode,
        prepared: Prepared<T>,
        view: &V,
    ) -> Result<Response, ApiError> {
        self.answer(app, (status, None), prepared, view, view).await
    }

    /// The same for a new thing, which lies at `location` from then on.
    pub(crate) async fn created<T, V: Serialize>(
        &self,
        app: &App,
        prepared: Prepared<T>,
        view: &V,
        location: String,
    ) -> Result<Response, ApiError> {
        self.answer(app, (StatusCode::CREATED, Some(location)), prepared, view, view).await
    }

    /// The same where the first answer shows what no other may: only `stored` is kept, and replayed.
    pub(crate) async fn created_once<T, V: Serialize>(
        &self,
        app: &App,
        prepared: Prepared<T>,
        stored: &V,
        shown: &V,
        location: String,
    ) -> Result<Response, ApiError> {
        self.answer(app, (StatusCode::CREATED, Some(location)), prepared, stored, shown).await
    }

    async fn answer<T, V: Serialize>(
        &self,
        app: &App,
        (status, location): (StatusCode, Option<String>),
        prepared: Prepared<T>,
        stored: &V,
        shown: &V,
    ) -> Result<Response, ApiError> {
        let body = serde_json::to_vec(stored).unwrap_or_default();
        let record = self.record(app, status, &body, location.clone()).await?;
        match app.desk.commit(prepared, record.as_ref()).await {
            Ok(_) => Ok(json(status, serde_json::to_vec(shown).unwrap_or_default(), location.as_deref())),
            Err(aws::store::Error::Conflict) => {
                let conflict = ApiError::from(Refused::changed_meanwhile());
                self.replay(app).await?.ok_or(conflict)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn record(
        &self,
        app: &App,
        status: StatusCode,
        body: &[u8],
        location: Option<String>,
    ) -> Result<Option<Idempotency>, ApiError> {
        let Some(key) = &self.key else { return Ok(None) };
        let apart = body.len() > MAX_INLINE;
        let body = if apart {
            // Named by its content: of two requests at once, only one answer becomes the answer.
            let name = format!("{}-{}", key.hash, hash(&[body]));
            app.desk.blobs.put_answer(self.actor.org, &name, body.to_vec()).await?;
            name
        } else {
            String::from_utf8_lossy(body).into_owned()
        };
        let answer = StoredAnswer { status: status.as_u16(), body, stored_apart: apart, location };
        Ok(Some(Idempotency::new(key.hash.clone(), key.fingerprint.clone(), answer, self.actor.now)))
    }
}

/// An answer of JSON bytes.
fn json(status: StatusCode, body: Vec<u8>, location: Option<&str>) -> Response {
    let mut answer = (status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
    if let Some(location) = location.and_then(|location| HeaderValue::from_str(location).ok()) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer
}
