//! Erasure of a person from one message.
//!
//! Every step may be done twice, and the index that names the messages goes last, so an interrupted erasure can simply be run
//! again. The figures are written first: a recorder that is at work meanwhile fails on their version, and then knows whom to
//! forget.

use std::collections::BTreeSet;

use aws::store::{Figures, Next};
use domain::ground::id::MessageId;
use domain::message::copy::Copy;
use domain::message::reminder::Reminder;
use domain::message::template::PerCopy;
use domain::message::{Body, Message, MessageState, MessageWithCopies};
use domain::people::erasure::{ERASED, Person, redact};
use domain::signs::card::Card;
use domain::signs::card::fact::{self, Fact};
use domain::signs::engagement::{FoldContext, Kpis, fold};

use crate::{Actor, Desk, Refused};

/// How often a message starts over when somebody else is at work on it.
const TRIES: usize = 5;
/// More often than this, no copy is handed over: a day of retries, and a few decisions of its author.
const SUBMISSIONS: u32 = 200;

impl Desk {
    /// Takes a person out of a message and of everything that belongs to it.
    pub(super) async fn erase_from_message(
        &self,
        actor: &Actor,
        person: &Person,
        id: MessageId,
    ) -> Result<(), Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let stored = self.store.message(id).await?;
            let Some(stored) = stored.filter(|stored| stored.message.org == actor.org) else { return Ok(()) };
            match take_out(self, person, stored).await {
                Err(refused) if refused.is_changed_meanwhile() && tries < TRIES => {}
                other => return other,
            }
        }
    }
}

async fn take_out(desk: &Desk, person: &Person, stored: MessageWithCopies) -> Result<(), Refused> {
    let erased: BTreeSet<u16> = stored.message.erased().union(&person.places(&stored.message)).copied().collect();
    figures(desk, person, &stored, &erased).await?;
    let names = person.called(&stored.message);
    let nobody_left = erased.len() == stored.message.recipients.len();
    let words = |text: &str| if nobody_left { ERASED.to_owned() } else { redact(text, &names) };
    let concerned = !erased.is_empty();
    if concerned {
        reword(desk, &stored.message, words).await?;
    }
    let message = forget(desk, person, stored, &names).await?;
    replies(desk, person, &message).await?;
    if concerned {
        events(desk, &message, nobody_left).await?;
    }
    Ok(())
}

/// Recomputes the message's figures without the erased recipients, and marks them so that the recorder ignores their hits.
async fn figures(
    desk: &Desk,
    person: &Person,
    stored: &MessageWithCopies,
    erased: &BTreeSet<u16>,
) -> Result<(), Refused> {
    let message = &stored.message;
    let before = desk.store.figures(message.org, message.owner, message.id).await?;
    let mut hits = desk.store.hits(message.id).await?;
    hits.retain(|hit| !erased.contains(&hit.recipient));
    let mut came_back = desk.store.replies(message.id).await?;
    came_back.retain(|reply| !person.wrote(reply, erased));
    let logged = u32::try_from(hits.len()).unwrap_or(u32::MAX);
    let nobody_left = erased.len() == message.recipients.len();
    let folded = fold(hits, &FoldContext::of(message, &stored.copies)).kpis.with_replies(&came_back);
    let kpis = Kpis::after_erasure(&before.kpis, folded, nobody_left, message.expired_at.is_some());
    let left = before.left && !nobody_left;
    let left_untracked = before.left_untracked && !nobody_left;
    let mut marked = before.erased.clone();
    marked.extend(may_have_left(&stored.copies).filter(|recipient| erased.contains(recipient)));
    let after = Figures { kpis, logged, left, left_untracked, erased: marked, ..before.clone() };
    if after != before {
        desk.store.replace_figures(message, &before, &after).await?;
    }
    Ok(())
}

/// The places whose copies there may be hits of. The others are free: a draft may give them to somebody else. A copy that
/// waits to be sent again may have left before.
fn may_have_left(copies: &[Copy]) -> impl Iterator<Item = u16> {
    let left = copies.iter().filter(|copy| !copy.is_waiting() || copy.submissions > 0);
    left.filter(|copy| !copy.is_forgotten()).map(|copy| copy.recipient)
}

/// Rewords cards, activities and the reminder of the message.
async fn reword(desk: &Desk, message: &Message, words: impl Fn(&str) -> String) -> Result<(), Refused> {
    for record in message.records() {
        desk.store.reword_activities(message.org, &record, message.id, &words).await?;
    }
    for card in desk.store.cards_of(message.org, message.owner, message.id).await? {
        let title = words(&card.title);
        if title != card.title {
            let reworded = Card { title, ..card.clone() };
            desk.store.write(Next::card(message.org, message.owner, &card, reworded)?).await?;
        }
    }
    if let Some(reminder) = desk.store.reminder(message.id).await? {
        let title = words(&reminder.title);
        if title != reminder.title {
            let reworded = Reminder { title, ..reminder.clone() };
            desk.store.write(Next::reminder(message.id, Some(&reminder), reworded)?).await?;
        }
    }
    Ok(())
}

/// Rewrites the message itself, with its copies and its text. The text that others are still to get stays as its author
/// wrote it.
async fn forget(desk: &Desk, person: &Person, stored: MessageWithCopies, names: &[String]) -> Result<Message, Refused> {
    let Some((mut after, copies)) = person.forgotten_in(&stored.message, &stored.copies) else {
        return Ok(stored.message);
    };
    let settled = stored.copies.iter().all(Copy::is_settled);
    let is_readable = after.expired_at.is_none();
    if after.is_wiped() {
        after.body = desk.blobs.put_body(after.id, &Body::empty()).await?;
    } else if after.state != MessageState::Draft && settled && is_readable && !after.erased().is_empty() {
        after.body = desk.blobs.put_body(after.id, &reworded(desk, &after, names).await?).await?;
        after.subject = redact(&after.subject, names);
    } else if after.is_per_copy() && is_readable {
        // Every copy that is still to leave is filled for its own recipient; the message itself shows the copy of one.
        let body = reworded(desk, &after, names).await?;
        let per_copy = desk.blobs.body(after.id, &after.body).await?.per_copy;
        let per_copy = per_copy.map(|per_copy| without_values(per_copy, &after));
        after.body = desk.blobs.put_body(after.id, &Body { per_copy, ..body }).await?;
        after.subject = redact(&after.subject, names);
    }
    let next = Next::step(&stored, MessageWithCopies { message: after, copies })?;
    Ok(desk.store.write(next).await?.message)
}

/// The text of a message without these names.
async fn reworded(desk: &Desk, message: &Message, names: &[String]) -> Result<Body, Refused> {
    let Body { html, text, derived, .. } = desk.blobs.body(message.id, &message.body).await?;
    Ok(Body { html: redact(&html, &escaped(names)), text: redact(&text, names), derived, per_copy: None })
}

/// A template that is filled for each copy, without the values of those who were forgotten. A draft looks them up again.
fn without_values(mut per_copy: PerCopy, message: &Message) -> PerCopy {
    if message.state == MessageState::Draft {
        per_copy.recipients.clear();
    }
    for place in message.erased() {
        if let Some(values) = per_copy.recipients.get_mut(usize::from(place)) {
            values.clear();
        }
    }
    per_copy
}

/// Names as they stand in HTML, either way.
fn escaped(names: &[String]) -> Vec<String> {
    let escape = |name: &String| name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let escaped = names.iter().map(escape);
    escaped.chain(names.iter().cloned()).collect()
}

/// Deletes their mail, with its bytes, its files and the card about it.
async fn replies(desk: &Desk, person: &Person, message: &Message) -> Result<(), Refused> {
    let erased = message.erased();
    for reply in desk.store.replies(message.id).await?.iter().filter(|reply| person.wrote(reply, &erased)) {
        if let Some(key) = &reply.stored {
            desk.blobs.delete_received(key).await?;
        }
        desk.blobs.delete_reply_files(message.id, reply.id).await?;
        let card = Fact::Reply { event: reply.id, who: None }.id(message.id);
        desk.store.delete_card(message.org, message.owner, card).await?;
        desk.store.delete_reply(message.id, reply.id).await?;
    }
    Ok(())
}

/// Deletes their hits, the cards about them, and earlier texts of the message.
async fn events(desk: &Desk, message: &Message, nobody_left: bool) -> Result<(), Refused> {
    let erased = message.erased();
    desk.store.forget_hits(message.id, &erased).await?;
    desk.blobs.delete_bodies(message.id, &message.body).await?;
    let about_them: BTreeSet<_> =
        erased.iter().flat_map(|recipient| fact::about_recipient(message.id, *recipient, SUBMISSIONS)).collect();
    for card in desk.store.cards_of(message.org, message.owner, message.id).await? {
        if nobody_left || about_them.contains(&card.id) {
            desk.store.delete_card(message.org, message.owner, card.id).await?;
        }
    }
    if nobody_left {
        desk.blobs.delete_files(message.id).await?;
        desk.store.delete_around(message.id).await?;
    }
    Ok(())
}
