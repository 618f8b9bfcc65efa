//! Hosted images.

use domain::ground::id::ImageId;
use domain::message::image::Image;

use super::{Blobs, Error, Presigned, Uploaded, bytes};

impl Blobs {
    /// A request with which the author uploads a picture, likewise.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub async fn presign_image(&self, image: &Image) -> Result<Presigned, Error> {
        self.presign_put(image_key(image.id), image.size, &image.content_type).await
    }

    /// What arrived of a picture; `None` when nothing did.
    pub async fn uploaded_image(&self, image: ImageId) -> Result<Option<Uploaded>, Error> {
        self.head(image_key(image)).await
    }

    /// A picture, with its type.
    ///
    /// # Errors
    /// When it is missing or storage does not answer.
    pub async fn image(&self, image: ImageId) -> Result<(String, Vec<u8>), Error> {
        let object = self.object(image_key(image), None).await?;
        let content_type = object.content_type().unwrap_or_default().to_owned();
        Ok((content_type, bytes(object).await?))
    }

    /// Removes a picture; not an error when it is not there.
    pub async fn delete_image(&self, image: ImageId) -> Result<(), Error> {
        self.delete(&image_key(image)).await
    }
}

fn image_key(image: ImageId) -> String {
    format!("images/{image}")
}
