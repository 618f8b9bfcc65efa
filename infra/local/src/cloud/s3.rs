//! S3: objects in the cloud's file, behind the real protocol and its signatures.
//!
//! `s3s` parses requests, verifies header signatures and presigned URLs (each signed header included, so a presigned `PUT` takes exactly
//! the announced size and type) and writes answers. Signatures are checked against the system's time, as SDKs make them with it.

mod storage;

use aws::clock::Clock;
use bytes::Bytes;
use futures::TryStreamExt;
use http_body_util::BodyExt;
use s3s::auth::SimpleAuth;
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
    ListObjectsV2Input, ListObjectsV2Output, Object, PutObjectInput, PutObjectOutput, StreamingBlob,
};
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Request, S3Response, S3Result, s3_error};

use crate::cloud::account::{ACCESS_KEY_ID, SECRET_ACCESS_KEY};
use crate::cloud::sqlite::Sqlite;
use crate::cloud::wire::{Refusal, Request, Response, Service};
use storage::Object as Stored;

pub(crate) use storage::SCHEMA;

/// The largest object, in bytes: objects are held in memory on their way.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// How many names a page of a list has at most.
const LISTED: u32 = 1000;

/// The object store. Clones are the same store.
#[derive(Clone)]
pub struct S3 {
    buckets: Buckets,
    service: S3Service,
}

#[derive(Clone)]
struct Buckets {
    sqlite: Sqlite,
    clock: Clock,
}

impl S3 {
    pub(crate) fn new(sqlite: Sqlite, clock: Clock) -> Self {
        let buckets = Buckets { sqlite, clock };
        let mut builder = S3ServiceBuilder::new(buckets.clone());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
        Self { buckets, service: builder.build() }
    }

    /// Makes a bucket, unless it is there already.
    pub fn create_bucket(&self, name: &str) -> Result<(), Refusal> {
        Ok(self.buckets.sqlite.run(|sql| storage::create_bucket(sql, name))?)
    }

    /// The names of all objects in a bucket, sorted.
    pub fn keys(&self, bucket: &str) -> Result<Vec<String>, Refusal> {
        Ok(self.buckets.sqlite.run(|sql| storage::keys(sql, bucket))?)
    }

    /// The bytes of an object.
    pub fn read(&self, bucket: &str, key: &str) -> Result<Option<Bytes>, Refusal> {
        Ok(self.buckets.sqlite.run(|sql| storage::get(sql, bucket, key))?.map(|object| object.body))
    }

    /// Takes an object away as a lifecycle rule does, which needs no signature.
    pub fn expire(&self, bucket: &str, key: &str) -> Result<(), Refusal> {
        Ok(self.buckets.sqlite.run(|sql| storage::delete(sql, bucket, key))?)
    }

    /// Puts an object there as another service does, which needs no signature.
    pub(crate) fn put(&self, bucket: &str, key: &str, content_type: &str, body: &[u8]) -> Result<(), Refusal> {
        let object = Stored {
            content_type: Some(content_type.to_owned()),
            content_disposition: None,
            cache_control: None,
            metadata: std::collections::HashMap::new(),
            etag: format!("{:x}", md5::compute(body)),
            modified: self.buckets.clock.now(),
            body: Bytes::copy_from_slice(body),
        };
        self.buckets.sqlite.run(|sql| storage::put(sql, bucket, key, &object, false)).map(drop)?;
        Ok(())
    }

    pub(crate) async fn handle(&self, request: Request) -> Response {
        if !is_complete(&request) {
            return Service::S3.refuse(&Refusal::new(400, "IncompleteBody", "The body is not as long as announced."));
        }
        let without_body = request.method() == http::Method::HEAD;
        let failed = |reason: String| Service::S3.refuse(&Refusal::new(500, "InternalError", reason));
        let response = match self.service.call(request.map(Body::from)).await {
            Ok(response) => response,
            Err(error) => return failed(format!("{error:?}")),
        };
        let (parts, body) = response.into_parts();
        if without_body {
            return Response::from_parts(parts, Bytes::new());
        }
        match body.collect().await {
            Ok(body) => Response::from_parts(parts, body.to_bytes()),
            Err(error) => failed(error.to_string()),
        }
    }
}

impl Buckets {
    fn object(&self, bucket: &str, key: &str) -> S3Result<Stored> {
        self.check_bucket(bucket)?;
        let found = self.sqlite.run(|sql| storage::get(sql, bucket, key));
        found.map_err(|error| s3_error!(error, InternalError))?.ok_or_else(|| s3_error!(NoSuchKey))
    }

    fn check_bucket(&self, bucket: &str) -> S3Result<()> {
        match self.sqlite.run(|sql| storage::has_bucket(sql, bucket)) {
            Ok(true) => Ok(()),
            Ok(false) => Err(s3_error!(NoSuchBucket)),
            Err(error) => Err(s3_error!(error, InternalError)),
        }
    }
}

#[async_trait::async_trait]
impl s3s::S3 for Buckets {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        self.check_bucket(&input.bucket)?;
        let body = collected(input.body).await?;
        let object = Stored {
            content_type: input.content_type,
            content_disposition: input.content_disposition,
            cache_control: input.cache_control,
            metadata: input.metadata.unwrap_or_default(),
            etag: format!("{:x}", md5::compute(&body)),
            modified: self.clock.now(),
            body,
        };
        let only_new = input.if_none_match.is_some();
        let put = self.sqlite.run(|sql| storage::put(sql, &input.bucket, &input.key, &object, only_new));
        if !put.map_err(|error| s3_error!(error, InternalError))? {
            return Err(s3_error!(PreconditionFailed));
        }
        Ok(S3Response::new(PutObjectOutput { e_tag: Some(ETag::Strong(object.etag)), ..Default::default() }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let object = self.object(&input.bucket, &input.key)?;
        let size = object.body.len() as u64;
        let range = input.range.map(|range| range.check(size)).transpose()?;
        let body = match &range {
            Some(range) => object.body.slice(position(range.start)?..position(range.end)?),
            None => object.body.clone(),
        };
        Ok(S3Response::new(GetObjectOutput {
            content_length: i64::try_from(body.len()).ok(),
            content_range: range.map(|range| format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))),
            body: Some(StreamingBlob::from(Body::from(body))),
            content_type: object.content_type,
            content_disposition: object.content_disposition,
            cache_control: object.cache_control,
            metadata: Some(object.metadata),
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(std::time::SystemTime::from(object.modified).into()),
            ..Default::default()
        }))
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let object = self.object(&input.bucket, &input.key)?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: i64::try_from(object.body.len()).ok(),
            content_type: object.content_type,
            content_disposition: object.content_disposition,
            cache_control: object.cache_control,
            metadata: Some(object.metadata),
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(std::time::SystemTime::from(object.modified).into()),
            ..Default::default()
        }))
    }

    /// Pages of 1,000 names; the token of the next one is the last name of the one before.
    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        self.check_bucket(&input.bucket)?;
        let (prefix, after) = (input.prefix.unwrap_or_default(), input.continuation_token.unwrap_or_default());
        let names = self.sqlite.run(|sql| storage::list(sql, &input.bucket, &prefix, &after, LISTED + 1));
        let mut names = names.map_err(|error| s3_error!(error, InternalError))?;
        let more = names.len() > LISTED as usize;
        names.truncate(LISTED as usize);
        let next = names.last().cloned().filter(|_| more);
        let objects = names.into_iter().map(|key| Object { key: Some(key), ..Default::default() });
        Ok(S3Response::new(ListObjectsV2Output {
            contents: Some(objects.collect()),
            is_truncated: Some(more),
            next_continuation_token: next,
            ..Default::default()
        }))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = request.input;
        self.check_bucket(&input.bucket)?;
        let deleted = self.sqlite.run(|sql| storage::delete(sql, &input.bucket, &input.key));
        deleted.map_err(|error| s3_error!(error, InternalError))?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }
}

/// A socket delivers exactly what was announced; without one it has to be checked.
fn is_complete(request: &Request) -> bool {
    let announced = request.headers().get(http::header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    announced.is_none_or(|length| length == request.body().len().to_string())
}

async fn collected(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let chunks: Vec<Bytes> = body.try_collect().await.map_err(|error| s3_error!(IncompleteBody, "{error}"))?;
    Ok(chunks.concat().into())
}

fn position(at: u64) -> S3Result<usize> {
    usize::try_from(at).map_err(|error| s3_error!(error, InvalidRange))
}
