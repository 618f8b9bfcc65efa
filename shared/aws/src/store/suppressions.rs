//! Addresses to which an organisation sends no more.

use domain::address::EmailAddress;
use domain::id::OrgId;
use domain::suppression::Suppression;

use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

impl Store {
    /// Stops mail to an address. Told twice, it is one entry with the latest reason.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn suppress(&self, org: OrgId, entry: &Suppression) -> Result<(), Error> {
        self.table.put(Item::new(&keys::suppression(org, &entry.email), entry)?, Condition::Any).await
    }

    /// Why nothing is sent to an address.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn suppression(&self, org: OrgId, email: &EmailAddress) -> Result<Option<Suppression>, Error> {
        self.table.get(&keys::suppression(org, email)).await
    }

    /// All entries in the order of addresses, after an address.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn suppressions(
        &self,
        org: OrgId,
        after: Option<&EmailAddress>,
        limit: i32,
    ) -> Result<Vec<Suppression>, Error> {
        // The first key behind that of an address is the address and the lowest character.
        let from = after.map_or_else(|| "!".to_owned(), |after| format!("{}\u{1}", after.key()));
        let range = Range { from, to: "\u{7f}".to_owned(), limit: Some(limit), ..Range::default() };
        let items = self.table.query(&keys::suppressions(org), &range).await?;
        items.into_iter().map(Item::read).collect()
    }

    /// Lets mail go to an address again.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn delete_suppression(&self, org: OrgId, email: &EmailAddress) -> Result<(), Error> {
        self.table.delete(&keys::suppression(org, email)).await
    }
}
