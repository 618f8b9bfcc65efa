//! Addresses to which an organisation sends no more.

use domain::ground::id::OrgId;
use domain::people::address::EmailAddress;
use domain::people::suppression::Suppression;

use super::table::{Condition, Item, Range};
use super::{Error, Store, Write, keys};

impl Store {
    /// Stops mail to an address. Told twice, it is one entry with the latest reason.
    pub async fn suppress(&self, org: OrgId, entry: &Suppression) -> Result<(), Error> {
        let Some(email) = &entry.email else { return Ok(()) };
        self.table.put(Item::new(&keys::suppression(org, email), entry)?, Condition::Any).await
    }

    /// Why nothing is sent to an address.
    pub async fn suppression(&self, org: OrgId, email: &EmailAddress) -> Result<Option<Suppression>, Error> {
        self.table.get(&keys::suppression(org, email)).await
    }

    /// All entries, in an order that stays, after the place of one. Each comes with its own place.
    pub async fn suppressions(
        &self,
        org: OrgId,
        after: Option<&str>,
        limit: i32,
    ) -> Result<Vec<(String, Suppression)>, Error> {
        // The first key behind another one is that one and the lowest character.
        let from = after.map_or_else(|| "!".to_owned(), |after| format!("{after}\u{1}"));
        let range = Range { from, to: "\u{7f}".to_owned(), limit: Some(limit), ..Range::default() };
        let items = self.table.query(&keys::suppressions(org), &range).await?;
        items.into_iter().map(|item| Ok((item.sk().to_owned(), item.read()?))).collect()
    }

    /// Lets an entry go on to hold without the address: its owner was forgotten.
    pub async fn mute_suppression(&self, org: OrgId, email: &EmailAddress) -> Result<(), Error> {
        let Some(entry) = self.suppression(org, email).await? else { return Ok(()) };
        let mute = Suppression { email: None, detail: String::new(), ..entry };
        self.table.put(Item::new(&keys::suppression(org, email), &mute)?, Condition::Any).await
    }
}

impl Write {
    /// Lets mail go to an address again.
    pub fn no_suppression(org: OrgId, email: &EmailAddress) -> Self {
        Self::delete(keys::suppression(org, email))
    }
}
