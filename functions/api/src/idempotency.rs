//! `Idempotency-Key`: a request that is repeated is done once and answered alike.
//!
//! The answer is written in one transaction with what the request did, so there is no moment in which one is there
//! without the other. Answers that are too long for the table lie in storage.

use std::sync::Arc;

use aws::store::{Idempotency, StoredAnswer};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ground::hex;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::App;
use crate::caller::Caller;
use crate::input;
use crate::problem::ApiError;

/// The longest key, in characters.
const MAX_KEY: usize = 255;
/// Answers longer than this, in bytes, do not go into the table: a transaction costs two units a kilobyte.
const MAX_INLINE: usize = 4096;

/// A POST: who sends it, what, and whether it may come again.
pub(crate) struct Post<T> {
    /// Who.
    pub(crate) caller: Caller,
    /// What.
    pub(crate) input: T,
    /// How often it is done.
    pub(crate) once: Once,
}

/// How often a request is done: once for each key, or each time when it has none.
pub(crate) struct Once {
    caller: Caller,
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
        let caller = Caller::of(app, request.headers()).await.map_err(IntoResponse::into_response)?;
        let key = key(request.headers()).map_err(IntoResponse::into_response)?;
        let path = request.uri().path().to_owned();
        let bytes = input::bytes(request, app).await.map_err(IntoResponse::into_response)?;
        let key = key.map(|key| Key { hash: hash(&[&key, &path]), fingerprint: hash(&[&bytes]) });
        let once = Once { caller: caller.clone(), key };
        if let Some(answer) = once.replay(app).await.map_err(IntoResponse::into_response)? {
            return Err(answer);
        }
        let input = input::parse(&bytes).map_err(IntoResponse::into_response)?;
        Ok(Self { caller, input, once })
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let invalid =
        || ApiError::unprocessable("invalid_idempotency_key", "Idempotency-Key has 1 to 255 visible ASCII characters");
    let key = value.to_str().map_err(|_| invalid())?;
    if key.is_empty() || key.len() > MAX_KEY { Err(invalid()) } else { Ok(Some(key.to_owned())) }
}

fn hash(parts: &[&(impl AsRef<[u8]> + ?Sized)]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.as_ref().len() as u64).to_be_bytes());
        hash.update(part.as_ref());
    }
    hex::encode(&hash.finalize()[..16])
}

impl Once {
    /// The answer that was given before, if any.
    pub(crate) async fn replay(&self, app: &App) -> Result<Option<Response>, ApiError> {
        let Some(key) = &self.key else { return Ok(None) };
        let Some(stored) = app.store.answered(self.caller.org, &key.hash, self.caller.now).await? else {
            return Ok(None);
        };
        if stored.fingerprint != key.fingerprint {
            let detail = "this Idempotency-Key was used for another request";
            return Err(ApiError::unprocessable("idempotency_key_reused", detail));
        }
        let body = match stored.answer {
            StoredAnswer { stored_apart: true, body, .. } => app.blobs.answer(self.caller.org, &body).await?,
            StoredAnswer { body, .. } => body.into_bytes(),
        };
        let mut answer = json(StatusCode::from_u16(stored.answer.status).unwrap_or(StatusCode::OK), body);
        answer.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
        Ok(Some(answer))
    }

    /// Prepares an answer, does what it answers to, and gives it. When somebody with the same key was faster, gives
    /// theirs.
    pub(crate) async fn answer<V: Serialize>(
        &self,
        app: &App,
        status: StatusCode,
        view: &V,
        write: impl AsyncFnOnce(Option<&Idempotency>) -> Result<(), aws::store::Error>,
    ) -> Result<Response, ApiError> {
        let body = serde_json::to_vec(view).unwrap_or_default();
        let record = self.record(app, status, &body).await?;
        match write(record.as_ref()).await {
            Ok(()) => Ok(json(status, body)),
            Err(aws::store::Error::Conflict) => {
                let conflict = ApiError::from(aws::store::Error::Conflict);
                self.replay(app).await?.ok_or(conflict)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn record(&self, app: &App, status: StatusCode, body: &[u8]) -> Result<Option<Idempotency>, ApiError> {
        let Some(key) = &self.key else { return Ok(None) };
        let apart = body.len() > MAX_INLINE;
        let body = if apart {
            // Named by its content: of two requests at once, only one answer becomes the answer.
            let name = format!("{}-{}", key.hash, hash(&[body]));
            app.blobs.put_answer(self.caller.org, &name, body.to_vec()).await?;
            name
        } else {
            String::from_utf8_lossy(body).into_owned()
        };
        let answer = StoredAnswer { status: status.as_u16(), body, stored_apart: apart };
        Ok(Some(Idempotency::new(key.hash.clone(), key.fingerprint.clone(), answer, self.caller.now)))
    }
}

/// An answer of JSON bytes.
fn json(status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
