//! Cards of the assistant, by their owner.

use domain::ground::id::{CardId, MessageId, OrgId, UserId};
use domain::signs::card::Card;

use super::idempotency::{self, Idempotency};
use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

impl Store {
    /// Puts a card before its owner, unless it is there: a fact has one card, however often it is told.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn put_card(&self, org: OrgId, owner: UserId, card: &Card) -> Result<(), Error> {
        match self.table.put(Item::new(&keys::card(org, owner, card.id), card)?, Condition::Absent).await {
            Err(Error::Conflict) => Ok(()),
            other => other,
        }
    }

    /// One card.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn card(&self, org: OrgId, owner: UserId, card: CardId) -> Result<Option<Card>, Error> {
        self.table.get(&keys::card(org, owner, card)).await
    }

    /// Writes the next version of a card, and the answer that was given.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was changed since it was read, or the request was answered before.
    pub async fn replace_card(
        &self,
        org: OrgId,
        owner: UserId,
        card: &Card,
        answer: Option<&Idempotency>,
    ) -> Result<(), Error> {
        let (item, condition) =
            (Item::new(&keys::card(org, owner, card.id), card)?, Condition::Version(card.version - 1));
        match answer {
            None => self.table.put(item, condition).await,
            Some(answer) => self.table.transact(vec![(item, condition), idempotency::write(org, answer)?]).await,
        }
    }

    /// All cards of a message, and of no other.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn cards_of(&self, org: OrgId, owner: UserId, message: MessageId) -> Result<Vec<Card>, Error> {
        // Ids sort by time, and no card is older than its message.
        let all = Range::prefix(CardId::PREFIX);
        let time = &message.to_string()[MessageId::PREFIX.len()..][..12];
        let range = Range { from: format!("{}{time}", CardId::PREFIX), ..all };
        let items = self.table.query(&keys::cards(org, owner), &range).await?;
        let cards = items.into_iter().map(Item::read::<Card>).collect::<Result<Vec<_>, _>>()?;
        Ok(cards.into_iter().filter(|card| card.message == message).collect())
    }

    /// Takes a card away; not an error when it is not there.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn delete_card(&self, org: OrgId, owner: UserId, card: CardId) -> Result<(), Error> {
        self.table.delete(&keys::card(org, owner, card)).await
    }

    /// The newest cards of an owner.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn cards(&self, org: OrgId, owner: UserId, limit: i32) -> Result<Vec<Card>, Error> {
        let range = Range { backward: true, limit: Some(limit), ..Range::prefix(CardId::PREFIX) };
        let items = self.table.query(&keys::cards(org, owner), &range).await?;
        items.into_iter().map(Item::read).collect()
    }
}
