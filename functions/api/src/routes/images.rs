//! Hosted images: uploaded once, shown by any number of messages.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use domain::ground::id::ImageId;
use domain::ground::name;
use domain::message::attachment::UPLOAD_TIME;
use domain::message::image::{self, Image, MAX_SIZE, TYPES};
use domain::time::instant;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::caller::Caller;
use crate::idempotency::Post;
use crate::input::Checks;
use crate::paging::{self, PageQuery, Query};
use crate::problem::{ApiError, Problem};
use crate::view::UploadView;
use crate::{App, Shared, cursor};

/// How many images are looked after at once.
const AT_ONCE: usize = 10;

/// An image that will be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageInput {
    /// A plain file name, up to 200 octets.
    filename: String,
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    content_type: String,
    /// In bytes, 1 to 2 MiB. Exactly this many are let in.
    size: u64,
}

/// An image.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageView {
    id: String,
    filename: String,
    content_type: String,
    size: u64,
    /// `pending` or `ready`.
    #[schema(value_type = String)]
    status: &'static str,
    /// What the HTML of a message shows it by: `<img src="…">`. In a copy that is followed, an address of the recipient's
    /// own takes its place.
    url: String,
    created_at: String,
    /// How to send the bytes, while they are awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadView>,
}

/// A page of images, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImagePage {
    items: Vec<ImageView>,
    /// Where the next page begins; null on the last one.
    next_cursor: Option<String>,
}

impl ImageInput {
    fn check(&self) -> Result<(), ApiError> {
        let mut checks = Checks::default();
        checks.keep("/filename", "invalid_filename", name::filename(&self.filename));
        if !TYPES.contains(&self.content_type.as_str()) {
            checks.add("/content_type", "invalid_content_type", "one of image/png, image/jpeg, image/gif, image/webp");
        }
        if !(1..=MAX_SIZE).contains(&self.size) {
            checks.add("/size", "invalid_size", "from 1 byte to 2 MiB");
        }
        checks.finish()
    }
}

/// Announces an image and says how to upload it.
#[utoipa::path(post, path = "/v1/images", tag = "images",
    params(("Idempotency-Key" = Option<String>, Header, description = "Makes the request repeatable for 48 hours")),
    request_body = ImageInput,
    responses((status = 201, body = ImageView), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn create(
    State(app): Shared,
    headers: HeaderMap,
    post: Post<ImageInput>,
) -> Result<Response, ApiError> {
    let Post { caller, input, once } = post;
    input.check()?;
    let image = Image {
        id: ImageId::new(caller.now, app.ids.next()),
        filename: input.filename,
        content_type: input.content_type,
        size: input.size,
        ready: false,
        created_at: caller.now,
    };
    let view = view(&app, &caller, &headers, &image).await?;
    let write = async |answer: Option<&_>| app.store.create_image(caller.org, &image, answer).await;
    once.answer(&app, StatusCode::CREATED, &view, write).await
}

/// An image, and how to upload it while it is awaited.
#[utoipa::path(get, path = "/v1/images/{id}", tag = "images", params(("id" = String, Path)),
    responses((status = 200, body = ImageView), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn get(
    State(app): Shared,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<axum::Json<ImageView>, ApiError> {
    let image = find(&app, &caller, &id).await?;
    let image = arrived(&app, &caller, image).await?;
    Ok(axum::Json(view(&app, &caller, &headers, &image).await?))
}

/// The images of the organisation, the newest first.
#[utoipa::path(get, path = "/v1/images", tag = "images", params(PageQuery),
    responses((status = 200, body = ImagePage), (status = 422, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(app): Shared,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<ImagePage>, ApiError> {
    let limit = paging::limit(query.limit)?;
    let list = format!("{}|images", caller.org);
    let after = paging::after::<ImageId>(&app.keys, &list, query.cursor.as_deref())?;
    let ask = i32::try_from(limit + 1).unwrap_or(i32::MAX);
    let mut images = app.store.images(caller.org, after, ask).await?;
    let more = images.len() > limit;
    images.truncate(limit);
    let end = images.last().filter(|_| more).map(|image| image.id);
    let read = |image| async {
        let image = arrived(&app, &caller, image).await?;
        view(&app, &caller, &headers, &image).await
    };
    let items = stream::iter(images).map(read).buffered(AT_ONCE).try_collect().await?;
    let next_cursor = end.and_then(|end| cursor::write(&app.keys, &list, &end));
    Ok(axum::Json(ImagePage { items, next_cursor }))
}

/// Deletes an image. Messages that show it then show nothing in its place.
#[utoipa::path(delete, path = "/v1/images/{id}", tag = "images", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn delete(State(app): Shared, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let image = find(&app, &caller, &id).await?;
    app.blobs.delete_image(image.id).await?;
    app.store.delete_image(caller.org, image.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn find(app: &App, caller: &Caller, id: &str) -> Result<Image, ApiError> {
    let id: ImageId = id.parse().map_err(|_| ApiError::not_found())?;
    app.store.image(caller.org, id).await?.ok_or_else(ApiError::not_found)
}

/// Notes the arrival of the bytes.
async fn arrived(app: &App, caller: &Caller, image: Image) -> Result<Image, ApiError> {
    if image.ready || app.blobs.uploaded_image(image.id).await?.is_none() {
        return Ok(image);
    }
    let image = Image { ready: true, ..image };
    app.store.put_image(caller.org, &image).await?;
    Ok(image)
}

async fn view(app: &App, caller: &Caller, headers: &HeaderMap, image: &Image) -> Result<ImageView, ApiError> {
    let upload = if image.ready {
        None
    } else {
        let request = app.blobs.presign_image(image).await?;
        let headers = request.headers.into_iter().collect();
        let expires_at = instant::format(caller.now + UPLOAD_TIME);
        Some(UploadView { method: "PUT", url: request.url, headers, expires_at })
    };
    Ok(ImageView {
        id: image.id.to_string(),
        filename: image.filename.clone(),
        content_type: image.content_type.clone(),
        size: image.size,
        status: if image.ready { "ready" } else { "pending" },
        url: format!("{}{}", here(headers), image::path(image.id)),
        created_at: instant::format(image.created_at),
        upload,
    })
}

/// Where this request came in: API and images stand behind the same door, and which address that has, the function
/// cannot be told by a template that makes both.
fn here(headers: &HeaderMap) -> String {
    let header = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = header(header::HeaderName::from_static("x-forwarded-proto")).unwrap_or("https");
    format!("{scheme}://{}", header(header::HOST).unwrap_or_default())
}
