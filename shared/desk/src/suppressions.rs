//! Addresses that the organisation no longer sends to.

use aws::store::Write;
use domain::people::address::EmailAddress;
use domain::people::suppression::Suppression;
use domain::team::audit::AuditAction;

use crate::{Actor, Desk, Refused};

/// A page of suppressions, in an order that stays.
#[derive(Debug)]
pub struct SuppressionPage {
    /// The suppressions.
    pub items: Vec<Suppression>,
    /// The place at which the next page begins; `None` on the last one.
    pub next: Option<String>,
}

impl Desk {
    /// A page of suppressions behind a place.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn suppressions(
        &self,
        actor: &Actor,
        after: Option<&str>,
        limit: usize,
    ) -> Result<SuppressionPage, Refused> {
        let ask = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let mut entries = self.store.suppressions(actor.org, after, ask).await?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let last = entries.last().map(|(place, _)| place.clone());
        let items = entries.into_iter().map(|(_, entry)| entry).collect();
        Ok(SuppressionPage { items, next: if more { last } else { None } })
    }

    /// Why the organisation no longer sends to an address.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn suppression(&self, actor: &Actor, email: &str) -> Result<Suppression, Refused> {
        let email = EmailAddress::parse(email).map_err(|_| Refused::not_found())?;
        self.store.suppression(actor.org, &email).await?.ok_or_else(Refused::not_found)
    }

    /// Lets mail go to an address again.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`].
    pub async fn lift_suppression(&self, actor: &Actor, email: &str) -> Result<(), Refused> {
        self.suppression(actor, email).await?;
        let email = EmailAddress::parse(email).map_err(|_| Refused::not_found())?;
        // The address is personal, so the line does not name it.
        let line = self.audited(actor, AuditAction::SuppressionRemoved, "suppression").await?;
        let gone = Write::no_suppression(actor.org, &email);
        Ok(self.store.commit(vec![gone, line], None).await?)
    }
}
