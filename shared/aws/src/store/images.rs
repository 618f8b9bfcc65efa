//! Hosted images of an organisation.

use domain::ground::id::{ImageId, OrgId};
use domain::message::image::Image;

use super::table::{Condition, Item, Range};
use super::{Error, Next, Store, Write, keys};

impl Next<Image> {
    /// A new image.
    ///
    /// # Errors
    /// When the image cannot be serialized.
    pub fn new_image(org: OrgId, image: Image) -> Result<Self, Error> {
        let write = Write::put(&keys::image(org, image.id), &image, Condition::Absent)?;
        Ok(Self::of(image, vec![write]))
    }
}

impl Store {
    /// Notes that the bytes of an image arrived.
    pub async fn put_image(&self, org: OrgId, image: &Image) -> Result<(), Error> {
        self.table.put(Item::new(&keys::image(org, image.id), image)?, Condition::Any).await
    }

    /// An image.
    pub async fn image(&self, org: OrgId, image: ImageId) -> Result<Option<Image>, Error> {
        self.table.get(&keys::image(org, image)).await
    }

    /// The images of an organisation, the newest first, after one of them.
    pub async fn images(&self, org: OrgId, after: Option<ImageId>, limit: i32) -> Result<Vec<Image>, Error> {
        let all = Range::prefix(ImageId::PREFIX);
        // The image itself is read again.
        let to = after.map_or(all.to.clone(), |after| after.to_string());
        let limit = limit.saturating_add(i32::from(after.is_some()));
        let range = Range { to, backward: true, limit: Some(limit), ..all };
        let items = self.table.query(&keys::images(org), &range).await?;
        let images = items.into_iter().map(Item::read::<Image>).collect::<Result<Vec<_>, _>>()?;
        Ok(images.into_iter().filter(|image| Some(image.id) != after).collect())
    }

    /// Forgets an image.
    pub async fn delete_image(&self, org: OrgId, image: ImageId) -> Result<(), Error> {
        self.table.delete(&keys::image(org, image)).await
    }
}
