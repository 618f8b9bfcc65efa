//! S3: what is too large for the table. Bodies of messages by the hash of their content, files, images, received mail.

use data_encoding::HEXLOWER;
use std::time::Duration;

use aws_sdk_s3::error::DisplayErrorContext;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use domain::ground::id::{MessageId, OrgId};
use domain::message::Body;
use sha2::{Digest, Sha256};

use crate::config::{self, ConfigError, names};

mod files;
mod images;
mod replies;

/// How long the address of a download is valid: long enough to start it, too short to pass it on.
const DOWNLOAD_TIME: Duration = Duration::from_mins(5);

/// What the names of received mails begin with.
const RECEIVED: &str = "inbound/";

/// The bucket.
#[derive(Clone, Debug)]
pub struct Blobs {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// Why an object could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such object.
    #[error("no such object")]
    Missing,
    /// It does not have the form it was written with.
    #[error("object is corrupt: {0}")]
    Corrupt(String),
    /// Storage did not answer.
    #[error("storage unavailable: {0}")]
    Unavailable(String),
}

/// What storage knows of an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// In bytes.
    pub size: u64,
    /// Where storage keeps versions, the newest.
    pub version: Option<String>,
}

/// A request that a client makes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presigned {
    /// Where to.
    pub url: String,
    /// With which headers, besides those of every request.
    pub headers: Vec<(String, String)>,
}

impl Blobs {
    /// The bucket of this name.
    pub fn new(client: aws_sdk_s3::Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// The bucket whose name is in the environment.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(client: aws_sdk_s3::Client) -> Result<Self, ConfigError> {
        Ok(Self::new(client, config::required(names::BUCKET)?))
    }

    /// Stores a body and gives its name. The same content has the same name.
    ///
    /// # Errors
    /// When storage did not confirm it.
    pub async fn put_body(&self, message: MessageId, body: &Body) -> Result<String, Error> {
        let bytes = serde_json::to_vec(body).map_err(|error| Error::Corrupt(error.to_string()))?;
        let name = HEXLOWER.encode(&Sha256::digest(&bytes)[..16]);
        self.put(body_key(message, &name), bytes, "application/json").await?;
        Ok(name)
    }

    /// The body of that name.
    ///
    /// # Errors
    /// When it is missing or storage does not answer.
    pub async fn body(&self, message: MessageId, name: &str) -> Result<Body, Error> {
        let bytes = self.get(body_key(message, name), None).await?;
        serde_json::from_slice(&bytes).map_err(|error| Error::Corrupt(error.to_string()))
    }

    /// Stores the answer of a request that may be repeated.
    ///
    /// # Errors
    /// When storage did not confirm it.
    pub async fn put_answer(&self, org: OrgId, name: &str, answer: Vec<u8>) -> Result<(), Error> {
        self.put(answer_key(org, name), answer, "application/json").await
    }

    /// The answer of that name.
    ///
    /// # Errors
    /// When it is missing or storage does not answer.
    pub async fn answer(&self, org: OrgId, name: &str) -> Result<Vec<u8>, Error> {
        self.get(answer_key(org, name), None).await
    }

    /// The address of an answer, valid for five minutes.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub async fn presign_answer(&self, org: OrgId, name: &str) -> Result<String, Error> {
        let request = self.client.get_object().bucket(&self.bucket).key(answer_key(org, name));
        let signed = request.presigned(presigning(DOWNLOAD_TIME)?).await.map_err(|error| unavailable(&error))?;
        Ok(signed.uri().to_owned())
    }

    async fn presign_put(&self, key: String, size: u64, content_type: &str) -> Result<Presigned, Error> {
        let valid = Duration::from_secs(domain::message::attachment::UPLOAD_TIME.as_secs().unsigned_abs());
        let size = i64::try_from(size).map_err(|error| Error::Corrupt(error.to_string()))?;
        let request = self.client.put_object().bucket(&self.bucket).key(key);
        // What arrived once is never replaced: the address could otherwise exchange a file that was checked.
        let request = request.content_length(size).content_type(content_type).if_none_match("*");
        let signed = request.presigned(presigning(valid)?).await.map_err(|error| unavailable(&error))?;
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Presigned { url: signed.uri().to_owned(), headers })
    }

    async fn head(&self, key: String) -> Result<Option<Uploaded>, Error> {
        let call = self.client.head_object().bucket(&self.bucket).key(key).send();
        match call.await {
            Ok(head) => {
                let size = head.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or(0);
                Ok(Some(Uploaded { size, version: head.version_id }))
            }
            Err(error) if error.as_service_error().is_some_and(HeadObjectError::is_not_found) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// The bytes of a mail that came in, as its notification names it.
    ///
    /// # Errors
    /// When it is missing or storage does not answer. What does not lie with received mail is missing.
    pub async fn received(&self, key: &str) -> Result<Vec<u8>, Error> {
        if !key.starts_with(RECEIVED) {
            return Err(Error::Missing);
        }
        self.get(key.to_owned(), None).await
    }

    /// Removes all bodies of a message but the one of this name.
    pub async fn delete_bodies(&self, message: MessageId, keep: &str) -> Result<(), Error> {
        self.delete_all(format!("messages/{message}/body/"), Some(body_key(message, keep))).await
    }

    /// Removes all bodies and files of a message.
    pub async fn delete_message(&self, message: MessageId) -> Result<(), Error> {
        self.delete_all(format!("messages/{message}/"), None).await
    }

    async fn delete_all(&self, prefix: String, keep: Option<String>) -> Result<(), Error> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let mut pages = list.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| unavailable(&error))?;
            let keys = page.contents().iter().filter_map(|object| object.key());
            for key in keys.filter(|key| Some(*key) != keep.as_deref()) {
                self.delete(key).await?;
            }
        }
        Ok(())
    }

    /// Removes a mail that came in; not an error when it is not there. What does not lie with received mail stays.
    pub async fn delete_received(&self, key: &str) -> Result<(), Error> {
        if key.starts_with(RECEIVED) { self.delete(key).await } else { Ok(()) }
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        let call = self.client.delete_object().bucket(&self.bucket).key(key).send();
        call.await.map(drop).map_err(|error| unavailable(&error))
    }

    async fn put(&self, key: String, bytes: Vec<u8>, content_type: &str) -> Result<(), Error> {
        let request = self.client.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        request.body(ByteStream::from(bytes)).send().await.map(drop).map_err(|error| unavailable(&error))
    }

    async fn get(&self, key: String, version: Option<String>) -> Result<Vec<u8>, Error> {
        bytes(self.object(key, version).await?).await
    }

    async fn object(&self, key: String, version: Option<String>) -> Result<GetObjectOutput, Error> {
        let call = self.client.get_object().bucket(&self.bucket).key(key).set_version_id(version).send();
        call.await.map_err(|error| match error.as_service_error() {
            Some(service) if service.is_no_such_key() => Error::Missing,
            _ => unavailable(&error),
        })
    }
}

async fn bytes(object: GetObjectOutput) -> Result<Vec<u8>, Error> {
    let bytes = object.body.collect().await.map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(bytes.to_vec())
}

fn body_key(message: MessageId, name: &str) -> String {
    format!("messages/{message}/body/{name}.json")
}

fn answer_key(org: OrgId, name: &str) -> String {
    format!("answers/{org}/{name}.json")
}

fn presigning(valid: Duration) -> Result<PresigningConfig, Error> {
    PresigningConfig::expires_in(valid).map_err(|error| Error::Unavailable(error.to_string()))
}

fn unavailable<E: std::error::Error>(error: &E) -> Error {
    Error::Unavailable(DisplayErrorContext(error).to_string())
}
