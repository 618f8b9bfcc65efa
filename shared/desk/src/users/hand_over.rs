//! Open work of somebody who leaves, and its way into other hands.

use aws::store::OwnedMessage;
use domain::ground::id::{MessageId, UserId};
use domain::message::{MessageState, MessageWithCopies};
use domain::signs::card::CardState;
use domain::team::audit::AuditAction;
use domain::team::user::{User, UserChange, UserStatus};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::{Actor, Checks, Code, Desk, Prepared, Refused, TRIES};

/// How many messages and cards change hands at once.
const AT_ONCE: usize = 5;

/// The open work of a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenWork {
    /// Messages that are being written.
    pub drafts: usize,
    /// Messages that wait for their time.
    pub scheduled: usize,
    /// Reminders that are pending.
    pub reminders: usize,
    /// Cards that were not dismissed.
    pub cards: usize,
}

impl OpenWork {
    fn is_none(self) -> bool {
        self == Self::default()
    }
}

impl Desk {
    /// Gives a message to another owner, with its cards. A message that nothing has left of leaves as theirs.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::UnknownUser`].
    pub async fn reassign(&self, actor: &Actor, id: MessageId, owner: &str) -> Result<MessageWithCopies, Refused> {
        self.message(actor, id).await?;
        let mut checks = Checks::default();
        let owner = self.named_user(actor, owner, "/owner", &mut checks).await?;
        checks.finish()?;
        let owner = self.colleague(actor, owner.ok_or_else(Refused::not_found)?).await?;
        self.hand_message(actor, id, &owner).await?;
        self.message(actor, id).await
    }

    /// Deactivates a user: their keys and sessions are refused from now on. Open work goes to `hand_over_to`. An
    /// interrupted call can simply be made again.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::HasOpenWork`] when nobody is named, [`Code::UnknownUser`],
    /// [`Code::LastAdministrator`].
    pub async fn deactivate_user(
        &self,
        actor: &Actor,
        id: UserId,
        hand_over_to: Option<&str>,
    ) -> Result<User, Refused> {
        let user = self.colleague(actor, id).await?;
        let mut checks = Checks::default();
        let heir = match hand_over_to {
            Some(heir) => self.named_user(actor, heir, "/hand_over_to", &mut checks).await?,
            None => None,
        };
        if heir == Some(id) {
            checks.add("/hand_over_to", Code::InvalidValue, "expected somebody else");
        }
        checks.finish()?;

        let Some(heir) = heir else {
            let (_, work) = self.open_work(actor, id).await?;
            if !work.is_none() {
                return Err(has_open_work(work));
            }
            return self.set_inactive(actor, &user).await;
        };
        let heir = self.colleague(actor, heir).await?;
        let user = self.set_inactive(actor, &user).await?;
        self.hand_over(actor, id, &heir).await?;
        Ok(user)
    }

    async fn set_inactive(&self, actor: &Actor, user: &User) -> Result<User, Refused> {
        if !user.is_active() {
            return Ok(user.clone());
        }
        let change = UserChange { status: Some(UserStatus::Deactivated), ..UserChange::default() };
        self.save_user(actor, user.id, change, AuditAction::UserDeactivated).await
    }

    /// The messages that a user has still to do with, and the counts of all open work.
    async fn open_work(&self, actor: &Actor, user: UserId) -> Result<(Vec<MessageId>, OpenWork), Refused> {
        let mut work = OpenWork::default();
        let mut open = Vec::new();
        for OwnedMessage { message, reminds } in self.store.owned_messages(actor.org, user).await? {
            let is_draft = message.state == MessageState::Draft;
            let waits = message.state == MessageState::Released && message.send_at.is_some_and(|at| actor.now < at);
            work.drafts += usize::from(is_draft);
            work.scheduled += usize::from(waits);
            work.reminders += usize::from(reminds);
            if is_draft || waits || reminds {
                open.push(message.id);
            }
        }
        let cards = self.store.cards(actor.org, user).await?;
        work.cards = cards.iter().filter(|card| card.state != CardState::Dismissed).count();
        Ok((open, work))
    }

    async fn hand_over(&self, actor: &Actor, from: UserId, heir: &User) -> Result<(), Refused> {
        let (open, _) = self.open_work(actor, from).await?;
        let hand = |id| self.hand_message(actor, id, heir);
        stream::iter(open).map(hand).buffer_unordered(AT_ONCE).try_collect::<()>().await?;

        let cards = self.store.cards(actor.org, from).await?;
        let open = cards.into_iter().filter(|card| card.state != CardState::Dismissed);
        let hand = |card: domain::signs::card::Card| self.store.move_card(actor.org, from, heir.id, card.id);
        stream::iter(open.collect::<Vec<_>>()).map(hand).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        Ok(())
    }

    /// The cards go first: when the process dies in between, the message still has its old owner, and the next call does
    /// the rest.
    async fn hand_message(&self, actor: &Actor, id: MessageId, owner: &User) -> Result<(), Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let stored = self.store.message(id).await?.filter(|stored| stored.message.org == actor.org);
            let stored = stored.ok_or_else(Refused::not_found)?;
            let before = stored.message.clone();
            if before.owner == owner.id {
                return Ok(());
            }
            for card in self.store.cards_of(actor.org, before.owner, id).await? {
                self.store.move_card(actor.org, before.owner, owner.id, card.id).await?;
            }
            let after = before.handed_to(owner, stored.may_have_left());
            let next = self.store.handed_over(&before, after).await?;
            let line = self.audited(actor, AuditAction::MessageReassigned, id).await?;
            match self.commit(Prepared::of(actor, next).with([line]), None).await {
                Err(aws::store::Error::Conflict) if tries < TRIES => {}
                done => return Ok(done.map(drop)?),
            }
        }
    }
}

fn has_open_work(work: OpenWork) -> Refused {
    let OpenWork { drafts, scheduled, reminders, cards } = work;
    let detail = format!(
        "there are {drafts} drafts, {scheduled} scheduled messages, {reminders} reminders and {cards} cards: \
         say in hand_over_to who gets them"
    );
    Refused { counts: Some(work), ..Refused::because(Code::HasOpenWork, detail) }
}
