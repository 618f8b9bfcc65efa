//! Hosted images of an organisation.

use domain::ground::id::{ImageId, OrgId};
use domain::message::image::Image;

use super::idempotency::{self, Idempotency};
use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

impl Store {
    /// Saves a new image, and the answer that was given to its author.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the request was answered before.
    pub async fn create_image(&self, org: OrgId, image: &Image, answer: Option<&Idempotency>) -> Result<(), Error> {
        let item = Item::new(&keys::image(org, image.id), image)?;
        match answer {
            None => self.table.put(item, Condition::Absent).await,
            Some(answer) => {
                let answer = idempotency::write(org, answer)?;
                self.table.transact(vec![(item, Condition::Absent), answer]).await
            }
        }
    }

    /// Notes that the bytes of an image arrived.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_image(&self, org: OrgId, image: &Image) -> Result<(), Error> {
        self.table.put(Item::new(&keys::image(org, image.id), image)?, Condition::Any).await
    }

    /// An image.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn image(&self, org: OrgId, image: ImageId) -> Result<Option<Image>, Error> {
        self.table.get(&keys::image(org, image)).await
    }

    /// The images of an organisation, the newest first, after one of them.
    ///
    /// # Errors
    /// When the table does not answer.
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
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn delete_image(&self, org: OrgId, image: ImageId) -> Result<(), Error> {
        self.table.delete(&keys::image(org, image)).await
    }
}
