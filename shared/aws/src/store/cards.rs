//! Cards of the assistant, by their owner.

use domain::ground::id::{CardId, MessageId, OrgId, UserId};
use domain::message::Message;
use domain::signs::card::Card;
use domain::signs::card::fact::{CardAbout, Fact};
use jiff::Timestamp;

use super::table::{Item, Range};
use super::write::succeed;
use super::{Error, Next, Store, Write, keys};

impl Next<Card> {
    fn new_card(org: OrgId, owner: UserId, card: Card) -> Result<Self, Error> {
        Self::version(&keys::card(org, owner, card.id), None, card)
    }

    /// The next version of a card.
    ///
    /// # Errors
    /// When the card cannot be serialized.
    pub fn card(org: OrgId, owner: UserId, before: &Card, after: Card) -> Result<Self, Error> {
        let (card, condition) = succeed(Some(before), after);
        let item = Item::new(&keys::card(org, owner, before.id), &card)?;
        let item = match card.ends_at() {
            Some(end) => item.expiring(end),
            None => item,
        };
        Ok(Self::of(card, vec![Write::item(item, condition)]))
    }
}

impl Store {
    /// Announces what happened to a message at `at`: a card goes before its author. Idempotent: the id of the card follows
    /// from the fact, so the same fact makes the same card, and one that the author changed stays.
    pub async fn announce(&self, message: &Message, fact: Fact<'_>, at: Timestamp) -> Result<(), Error> {
        let card = Card::of(CardAbout::of(message), fact, at);
        match self.write(Next::new_card(message.org, message.owner, card)?).await {
            Err(Error::Conflict) => Ok(()),
            other => other.map(drop),
        }
    }

    /// One card.
    pub async fn card(&self, org: OrgId, owner: UserId, card: CardId) -> Result<Option<Card>, Error> {
        self.table.get(&keys::card(org, owner, card)).await
    }

    /// All cards of a message, and of no other.
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
    pub async fn delete_card(&self, org: OrgId, owner: UserId, card: CardId) -> Result<(), Error> {
        self.table.delete(&keys::card(org, owner, card)).await
    }

    /// All cards of an owner. A card's place follows from its message and not from its fact, so the newest are everywhere.
    pub async fn cards(&self, org: OrgId, owner: UserId) -> Result<Vec<Card>, Error> {
        let items = self.table.query(&keys::cards(org, owner), &Range::prefix(CardId::PREFIX)).await?;
        items.into_iter().map(Item::read).collect()
    }
}
