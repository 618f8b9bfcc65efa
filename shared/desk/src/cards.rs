//! Cards of the assistant: shown to their owner, and acted on.

use aws::store::Next;
use domain::ground::id::{ActivityId, CardId, UserId};
use domain::ground::name;
use domain::people::activity::{Activity, ActivityKind};
use domain::signs::card::{Card, CardRefusal, CardState};
use domain::team::permission::Permission;
use domain::time::due::{Due, Work};
use jiff::Timestamp;

use crate::{Actor, Code, Desk, Prepared, Refused};

/// The states of cards that a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CardFilter {
    /// Those to be seen now.
    #[default]
    Active,
    /// Those that come back later.
    Snoozed,
    /// Those that are done with.
    Dismissed,
    /// All of them.
    All,
}

/// A page of cards: highest priority first, then newest.
#[derive(Debug)]
pub struct CardPage {
    /// The cards.
    pub items: Vec<Card>,
    /// The card at which the next page begins; `None` on the last one.
    pub next: Option<CardId>,
}

/// A phone call that follows from a card.
#[derive(Debug, Clone, Default)]
pub struct PhoneCallInput {
    /// In one line; the card's title when left out.
    pub subject: Option<String>,
    /// When the call is due.
    pub due: Option<Timestamp>,
}

/// What an owner does with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardChange {
    /// Be done with it.
    Dismiss,
    /// Put it away, until an instant or for as long as is usual for its priority.
    Snooze(Option<Timestamp>),
    /// Take the last of these back.
    Undo,
}

impl CardFilter {
    fn lets(self, state: CardState) -> bool {
        match self {
            Self::Active => state == CardState::Active,
            Self::Snoozed => matches!(state, CardState::Snoozed { .. }),
            Self::Dismissed => state == CardState::Dismissed,
            Self::All => true,
        }
    }
}

impl Desk {
    /// A page of cards behind `after`: the actor's own, or for a manager those of `owner`.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub async fn cards(
        &self,
        actor: &Actor,
        owner: Option<UserId>,
        filter: CardFilter,
        after: Option<CardId>,
        limit: usize,
    ) -> Result<CardPage, Refused> {
        let owner = match owner {
            Some(owner) => owner,
            None => actor.user()?.id,
        };
        actor.require_owner(Permission::CardsRead, owner)?;
        let mut cards = self.store.cards(actor.org, owner).await?;
        cards.retain(|card| card.ends_at().is_none_or(|end| actor.now < end));
        cards.sort_by_key(Card::rank);
        let start = after.and_then(|after| cards.iter().position(|card| card.id == after)).map_or(0, |at| at + 1);
        let mut rest = cards.drain(start..).filter(|card| filter.lets(card.state.at(actor.now)));
        let items: Vec<Card> = rest.by_ref().take(limit).collect();
        let more = rest.next().is_some();
        let last = items.last().map(|card| card.id);
        Ok(CardPage { items, next: if more { last } else { None } })
    }

    /// One of the actor's cards.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn card(&self, actor: &Actor, id: CardId) -> Result<Card, Refused> {
        self.store.card(actor.org, actor.user()?.id, id).await?.ok_or_else(Refused::not_found)
    }

    /// Prepares what the actor does with a card. A hint is filed for one that is to come back.
    ///
    /// # Errors
    /// [`Code::NotFound`], and what the card's state does not allow.
    pub async fn change_card(&self, actor: &Actor, id: CardId, change: CardChange) -> Result<Prepared<Card>, Refused> {
        let before = self.card(actor, id).await?;
        let after = match change {
            CardChange::Dismiss => before.dismissed(),
            CardChange::Snooze(until) => before.snoozed(until, actor.now)?,
            CardChange::Undo => before.undone(actor.now)?,
        };

        let owner = actor.user()?.id;
        let wake = after.snoozed_until().map(|at| {
            let work = Work::Wake { org: actor.org, owner, card: after.id };
            Due { at, message: after.message, work }
        });
        let prepared = if after == before {
            Prepared::nothing(actor, after)
        } else {
            Prepared::of(actor, Next::card(actor.org, owner, &before, after)?)
        };
        Ok(match wake {
            Some(wake) => prepared.hint(wake),
            None => prepared,
        })
    }

    /// Prepares a phone call for the record that the card's message is about, or else the first record it links to.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::InvalidText`], [`Code::NoRecord`].
    pub async fn call_from_card(
        &self,
        actor: &Actor,
        id: CardId,
        input: PhoneCallInput,
    ) -> Result<Prepared<Activity>, Refused> {
        let card = self.card(actor, id).await?;
        let subject = input.subject.unwrap_or_else(|| card.title.clone());
        name::subject(&subject).map_err(|error| Refused::field("/subject", Code::InvalidText, error))?;
        let none = || Refused::because(Code::NoRecord, "the message is about no record, and no recipient is one");
        let record = card.records.first().ok_or_else(none)?;
        let activity = Activity {
            id: ActivityId::new(actor.now, self.ids.next()),
            kind: ActivityKind::PhoneCall,
            subject,
            due: input.due,
            done_at: None,
            message: Some(card.message),
            owner: actor.user()?.id,
            created_at: actor.now,
            version: 0,
        };
        let next = Next::new_activity(actor.org, record, activity)?;
        Ok(Prepared::of(actor, next))
    }
}

impl From<CardRefusal> for Refused {
    fn from(refusal: CardRefusal) -> Self {
        match refusal {
            CardRefusal::InThePast => Self::field("/until", Code::InThePast, refusal),
            CardRefusal::TooFar => Self::field("/until", Code::TooFar, refusal),
            CardRefusal::Dismissed => Self::because(Code::CardDismissed, refusal.to_string()),
            CardRefusal::NothingToUndo => Self::because(Code::NothingToUndo, refusal.to_string()),
        }
    }
}
