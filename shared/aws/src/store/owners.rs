//! Messages and cards that go to another owner.

use domain::ground::id::{CardId, MessageId, OrgId, UserId};
use domain::message::Message;
use domain::message::reminder::{Reminder, ReminderStatus};
use domain::people::activity::Activity;

use super::hits::Figures;
use super::table::{Condition, Item};
use super::{Error, ListPart, Next, Store, Write, keys};

/// How many messages are read at once.
const AT_ONCE: usize = 50;

/// An owner's message, and whether its reminder is pending.
#[derive(Debug, Clone)]
pub struct OwnedMessage {
    /// The message.
    pub message: Message,
    /// Its reminder is pending.
    pub reminds: bool,
}

impl Store {
    /// The writes that give a message to another owner: with it go its figures and its places in the lists of records. The
    /// old owner keeps a mark that they moved: whoever records meanwhile meets it, and looks whose the message is now.
    pub async fn handed_over(&self, before: &Message, after: Message) -> Result<Next<Message>, Error> {
        let (org, id) = (before.org, before.id);
        let figures = self.figures(org, before.owner, id).await?;
        let there = self.figures_or_moved(org, after.owner, id).await?;
        let mut next = Next::message(before, after)?;
        let message = &next.value;
        if let Some(at) = message.send_at {
            let activity = Activity::mail(message, at);
            let places = message.records().into_iter().map(|record| Write::mail_activity(org, &record, &activity));
            next.writes.extend(places.collect::<Result<Vec<_>, _>>()?);
            let emptied = Figures { moved: true, ..Figures::default() };
            next.writes.push(Figures::written(&keys::figures(org, before.owner, id), &figures, emptied)?);
            next.writes.push(Figures::written(&keys::figures(org, next.value.owner, id), &there, figures)?);
        }
        Ok(next)
    }

    /// All messages of an owner, page by page, with what they wait for; may lag behind the last write.
    pub async fn owned_messages(&self, org: OrgId, owner: UserId) -> Result<Vec<OwnedMessage>, Error> {
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let part = ListPart { newest_first: true, after, limit: AT_ONCE };
            let listed = self.messages_of_owner(org, owner, part).await?;
            let Some(last) = listed.last().copied() else { return Ok(found) };
            let ids: Vec<MessageId> = listed.iter().map(|listed| listed.message).collect();
            found.extend(self.owned(&ids).await?.into_iter().filter(|owned| owned.message.owner == owner));
            after = Some(last);
        }
    }

    async fn owned(&self, ids: &[MessageId]) -> Result<Vec<OwnedMessage>, Error> {
        let both = ids.iter().flat_map(|id| [keys::message(*id), keys::reminder(*id)]).collect::<Vec<_>>();
        let (messages, reminders): (Vec<Item>, Vec<Item>) =
            self.table.get_many(&both).await?.into_iter().partition(|item| item.sk() == keys::META);
        let mut pending = Vec::new();
        for item in reminders {
            let pk = item.key().pk;
            if item.read::<Reminder>()?.status == ReminderStatus::Pending {
                pending.push(pk);
            }
        }
        let read = |item: Item| {
            let reminds = pending.contains(&item.key().pk);
            Ok(OwnedMessage { message: item.read()?, reminds })
        };
        messages.into_iter().map(read).collect()
    }

    /// Puts a card before another owner. Done twice it is the same as once.
    pub async fn move_card(&self, org: OrgId, from: UserId, to: UserId, card: CardId) -> Result<(), Error> {
        let Some(there) = self.card(org, from, card).await? else { return Ok(()) };
        let put = Write::put(&keys::card(org, to, card), &there, Condition::Any)?;
        self.table.commit(vec![put, Write::delete(keys::card(org, from, card))]).await
    }
}
