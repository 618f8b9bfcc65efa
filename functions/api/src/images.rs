//! Hosted images: uploaded once, shown by any number of messages.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use desk::images::{ImageAnnouncement, ImageDetails};
use domain::ground::id::ImageId;
use domain::message::image;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Shared;
use crate::http::caller::Caller;
use crate::http::once::{IdempotencyKey, Post};
use crate::http::page::{self, Page, PageQuery, Query};
use crate::http::path::{At, ImagePath};
use crate::http::problem::{ActRefusals, ApiError, ListRefusals, ReadRefusals, WriteRefusals};
use crate::http::schema::{Instant, UploadStatusWord};
use crate::messages::attachments::UploadView;

/// An image that will be uploaded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImageInput)]
pub(crate) struct ImageBody {
    /// A plain file name, up to 200 octets.
    #[schema(example = "logo.png")]
    filename: String,
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    #[schema(example = "image/png")]
    content_type: String,
    /// In bytes, 1 to 2 MiB. Exactly this many are let in.
    #[schema(minimum = 1, maximum = 2_097_152)]
    size: u64,
}

/// An image.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Image)]
pub(crate) struct ImageView {
    id: String,
    filename: String,
    content_type: String,
    /// In bytes.
    size: u64,
    #[schema(value_type = UploadStatusWord)]
    status: &'static str,
    /// The address by which the HTML of a message shows it: `<img src="…">`. In a copy that is tracked, an address of the
    /// recipient's own takes its place.
    #[schema(format = "uri")]
    url: String,
    created_at: Instant,
    /// The request that uploads the bytes, while they are awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<UploadView>,
}

impl ImageView {
    fn of(details: ImageDetails, headers: &HeaderMap) -> Self {
        let ImageDetails { image, upload } = details;
        Self {
            id: image.id.to_string(),
            status: if image.ready { "ready" } else { "pending" },
            url: format!("{}{}", here(headers), image::path(image.id)),
            created_at: image.created_at.into(),
            upload: upload.map(Into::into),
            filename: image.filename,
            content_type: image.content_type,
            size: image.size,
        }
    }
}

/// The address at which this request came in. API and images stand behind the same door, and a template that makes both
/// cannot tell the function which address that door has.
fn here(headers: &HeaderMap) -> String {
    let header = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = header(header::HeaderName::from_static("x-forwarded-proto")).unwrap_or("https");
    format!("{scheme}://{}", header(header::HOST).unwrap_or_default())
}

/// Announces an image and says how to upload it.
#[utoipa::path(
    post,
    path = "/v1/images",
    operation_id = "images_create",
    tag = "images",
    params(IdempotencyKey),
    request_body = ImageBody,
    responses((status = 201, description = "The image, and the request that uploads it", body = ImageView), WriteRefusals)
)]
pub(crate) async fn create(
    State(app): Shared,
    headers: HeaderMap,
    post: Post<ImageBody>,
) -> Result<Response, ApiError> {
    let Post { actor, input, once } = post;
    let ImageBody { filename, content_type, size } = input;
    let prepared = app.desk.announce_image(&actor, ImageAnnouncement { filename, content_type, size }).await?;
    let (details, change) = prepared.take();
    once.commit(&app, StatusCode::CREATED, change, &ImageView::of(details, &headers)).await
}

/// An image, and how to upload it while its bytes are awaited.
#[utoipa::path(
    get,
    path = "/v1/images/{id}",
    operation_id = "images_get",
    tag = "images",
    params(ImagePath),
    responses((status = 200, description = "The image", body = ImageView), ReadRefusals)
)]
pub(crate) async fn get(
    State(app): Shared,
    Caller(actor): Caller,
    headers: HeaderMap,
    At(path): At<ImagePath>,
) -> Result<Json<ImageView>, ApiError> {
    let details = app.desk.image(&actor, path.id).await?;
    Ok(Json(ImageView::of(details, &headers)))
}

/// The images of the organisation, newest first.
#[utoipa::path(
    get,
    path = "/v1/images",
    operation_id = "images_list",
    tag = "images",
    params(PageQuery),
    responses((status = 200, description = "A page of images", body = Page<ImageView>), ListRefusals)
)]
pub(crate) async fn list(
    State(app): Shared,
    Caller(actor): Caller,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ImageView>>, ApiError> {
    let limit = page::limit(query.limit)?;
    let list = format!("{}|images", actor.org);
    let after: Option<ImageId> = page::after(&app.keys, &list, query.cursor.as_deref())?;
    let found = app.desk.images(&actor, after, limit).await?;
    let items = found.items.into_iter().map(|details| ImageView::of(details, &headers)).collect();
    Ok(Json(Page::new(items, &app.keys, &list, found.next.as_ref())))
}

/// Deletes an image. Messages that show it then show nothing in its place.
#[utoipa::path(
    delete,
    path = "/v1/images/{id}",
    operation_id = "images_delete",
    tag = "images",
    params(ImagePath),
    responses((status = 204, description = "The image is deleted"), ActRefusals)
)]
pub(crate) async fn delete(
    State(app): Shared,
    Caller(actor): Caller,
    At(path): At<ImagePath>,
) -> Result<StatusCode, ApiError> {
    app.desk.delete_image(&actor, path.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
