//! Hosted images: uploaded once, shown by any number of messages.

use aws::blobs::Presigned;
use aws::store::Next;
use domain::ground::id::ImageId;
use domain::ground::name;
use domain::message::attachment::UPLOAD_TIME;
use domain::message::image::{Image, MAX_SIZE, TYPES};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;

use crate::{Actor, Checks, Code, Desk, Prepared, Refused};

/// How many images are looked after at once.
const AT_ONCE: usize = 10;

/// An image that will be uploaded.
#[derive(Debug, Clone)]
pub struct ImageAnnouncement {
    /// A plain file name, up to 200 octets.
    pub filename: String,
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`.
    pub content_type: String,
    /// In bytes, 1 to 2 MiB. Exactly this many are let in.
    pub size: u64,
}

/// An image, and how to upload it while its bytes are awaited.
#[derive(Debug, Clone)]
pub struct ImageDetails {
    /// The image.
    pub image: Image,
    /// The request that uploads it, and until when it is valid.
    pub upload: Option<(Presigned, Timestamp)>,
}

/// A page of images, newest first.
#[derive(Debug)]
pub struct ImagePage {
    /// The images.
    pub items: Vec<ImageDetails>,
    /// The image behind which the next page begins; `None` on the last one.
    pub next: Option<ImageId>,
}

impl ImageAnnouncement {
    fn check(&self) -> Result<(), Refused> {
        let mut checks = Checks::default();
        checks.keep("/filename", Code::InvalidFilename, name::filename(&self.filename));
        if !TYPES.contains(&self.content_type.as_str()) {
            let detail = "one of image/png, image/jpeg, image/gif, image/webp";
            checks.add("/content_type", Code::InvalidContentType, detail);
        }
        if !(1..=MAX_SIZE).contains(&self.size) {
            checks.add("/size", Code::InvalidSize, "from 1 byte to 2 MiB");
        }
        checks.finish()
    }
}

impl Desk {
    /// Prepares an image and the request that uploads it.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub async fn announce_image(
        &self,
        actor: &Actor,
        input: ImageAnnouncement,
    ) -> Result<Prepared<ImageDetails>, Refused> {
        input.check()?;
        let image = Image {
            id: ImageId::new(actor.now, self.ids.next()),
            filename: input.filename,
            content_type: input.content_type,
            size: input.size,
            ready: false,
            created_at: actor.now,
        };
        let details = self.image_details(actor, image).await?;
        let next = Next::new_image(actor.org, details.image.clone())?;
        Ok(Prepared::of(actor, next).map(|_| details))
    }

    /// An image. The arrival of its bytes is noted.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn image(&self, actor: &Actor, id: ImageId) -> Result<ImageDetails, Refused> {
        let image = self.find_image(actor, id).await?;
        let image = self.arrived_image(actor, image).await?;
        self.image_details(actor, image).await
    }

    /// A page of images behind `after`.
    ///
    /// # Errors
    /// When the table or storage does not answer.
    pub async fn images(&self, actor: &Actor, after: Option<ImageId>, limit: usize) -> Result<ImagePage, Refused> {
        let ask = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let mut images = self.store.images(actor.org, after, ask).await?;
        let more = images.len() > limit;
        images.truncate(limit);
        let last = images.last().map(|image| image.id);
        let read = |image| async {
            let image = self.arrived_image(actor, image).await?;
            self.image_details(actor, image).await
        };
        let items = stream::iter(images).map(read).buffered(AT_ONCE).try_collect().await?;
        Ok(ImagePage { items, next: if more { last } else { None } })
    }

    /// Deletes an image. Messages that show it then show nothing in its place.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn delete_image(&self, actor: &Actor, id: ImageId) -> Result<(), Refused> {
        let image = self.find_image(actor, id).await?;
        self.blobs.delete_image(image.id).await?;
        Ok(self.store.delete_image(actor.org, image.id).await?)
    }

    async fn find_image(&self, actor: &Actor, id: ImageId) -> Result<Image, Refused> {
        self.store.image(actor.org, id).await?.ok_or_else(Refused::not_found)
    }

    async fn arrived_image(&self, actor: &Actor, image: Image) -> Result<Image, Refused> {
        if image.ready || self.blobs.uploaded_image(image.id).await?.is_none() {
            return Ok(image);
        }
        let image = Image { ready: true, ..image };
        self.store.put_image(actor.org, &image).await?;
        Ok(image)
    }

    async fn image_details(&self, actor: &Actor, image: Image) -> Result<ImageDetails, Refused> {
        let upload =
            if image.ready { None } else { Some((self.blobs.presign_image(&image).await?, actor.now + UPLOAD_TIME)) };
        Ok(ImageDetails { image, upload })
    }
}
