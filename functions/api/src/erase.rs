//! Erasure of a person: what is done to each message that concerns them.
//!
//! Every step may be done twice, and what names the messages goes last: whoever is interrupted starts over. The figures
//! are written first, for a recorder that is at work meanwhile fails on their version and then knows whom to forget.

use std::collections::BTreeSet;

use aws::store::{Figures, StoredMessage};
use domain::ground::id::MessageId;
use domain::message::copy::Copy;
use domain::message::reminder::Reminder;
use domain::message::{Body, Message, MessageState};
use domain::people::erasure::{ERASED, Person, redact};
use domain::signs::card::{Card, fact};
use domain::signs::engagement::{FoldContext, Kpis, fold};

use crate::App;
use crate::caller::Caller;
use crate::problem::ApiError;

/// How often a message starts over when somebody else is at work on it.
const TRIES: usize = 5;
/// More often than this, no copy is handed over: a day of trying again, and a few decisions of its author.
const SUBMISSIONS: u32 = 200;

/// Takes a person out of a message and of everything that belongs to it.
///
/// # Errors
/// When the table or storage does not answer; what was done so far stays done.
pub(crate) async fn from_message(app: &App, caller: &Caller, person: &Person, id: MessageId) -> Result<(), ApiError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let Some(stored) = app.store.message(id).await?.filter(|stored| stored.message.org == caller.org) else {
            return Ok(());
        };
        match take_out(app, person, stored).await {
            Err(error) if error.is_changed_meanwhile() && tries < TRIES => {}
            other => return other,
        }
    }
}

async fn take_out(app: &App, person: &Person, stored: StoredMessage) -> Result<(), ApiError> {
    let erased: BTreeSet<u16> = stored.message.erased().union(&person.places(&stored.message)).copied().collect();
    figures(app, person, &stored, &erased).await?;
    let names = person.called(&stored.message);
    let nobody_left = erased.len() == stored.message.recipients.len();
    let words = |text: &str| if nobody_left { ERASED.to_owned() } else { redact(text, &names) };
    let concerned = !erased.is_empty();
    if concerned {
        reword(app, &stored.message, words).await?;
    }
    let message = forget(app, person, stored, &names).await?;
    replies(app, person, &message).await?;
    if concerned {
        events(app, &message, nobody_left).await?;
    }
    Ok(())
}

/// The figures without them. From here on, nothing that they do is recorded.
async fn figures(app: &App, person: &Person, stored: &StoredMessage, erased: &BTreeSet<u16>) -> Result<(), ApiError> {
    let message = &stored.message;
    let before = app.store.figures(message.org, message.owner, message.id).await?;
    let mut hits = app.store.hits(message.id).await?;
    hits.retain(|hit| !erased.contains(&hit.recipient));
    let mut came_back = app.store.replies(message.id).await?;
    came_back.retain(|reply| !person.wrote(reply, erased));
    let logged = u32::try_from(hits.len()).unwrap_or(u32::MAX);
    let nobody_left = erased.len() == message.recipients.len();
    let kpis = match (nobody_left, message.expired_at.is_some()) {
        (true, _) => Kpis::default(),
        // The log is gone, so nobody can tell whose figures they are.
        (false, true) => before.kpis.clone(),
        (false, false) => fold(hits, &FoldContext::of(message, &stored.copies)).kpis.with_replies(&came_back),
    };
    let left = before.left && !nobody_left;
    let mut marked = before.erased.clone();
    marked.extend(may_have_left(&stored.copies).filter(|recipient| erased.contains(recipient)));
    let after = Figures { kpis, logged, left, erased: marked, ..before.clone() };
    if after != before {
        app.store.replace_figures(message, &before, &after).await?;
    }
    Ok(())
}

/// Whose copies there may be hits of. The other places are free: a draft may give them to somebody else.
fn may_have_left(copies: &[Copy]) -> impl Iterator<Item = u16> {
    copies.iter().filter(|copy| !copy.is_waiting() && !copy.is_forgotten()).map(|copy| copy.recipient)
}

/// What was written about the message elsewhere.
async fn reword(app: &App, message: &Message, words: impl Fn(&str) -> String) -> Result<(), ApiError> {
    for record in message.records() {
        app.store.reword_activities(message.org, &record, message.id, &words).await?;
    }
    for card in app.store.cards_of(message.org, message.owner, message.id).await? {
        let title = words(&card.title);
        if title != card.title {
            let card = Card { title, version: card.version + 1, ..card };
            app.store.replace_card(message.org, message.owner, &card, None).await?;
        }
    }
    if let Some(reminder) = app.store.reminder(message.id).await? {
        let title = words(&reminder.title);
        if title != reminder.title {
            let reminder = Reminder { title, version: reminder.version + 1, ..reminder };
            app.store.put_reminder(message.id, &reminder).await?;
        }
    }
    Ok(())
}

/// The message itself, with its copies and its text. What others are still to get stays as its author wrote it.
async fn forget(app: &App, person: &Person, stored: StoredMessage, names: &[String]) -> Result<Message, ApiError> {
    let Some((mut after, copies)) = person.forgotten_in(&stored.message, &stored.copies) else {
        return Ok(stored.message);
    };
    let settled = stored.copies.iter().all(Copy::is_settled);
    if after.is_wiped() {
        after.body = app.blobs.put_body(after.id, &Body::empty()).await?;
    } else if after.state != MessageState::Draft && settled && after.expired_at.is_none() && !after.erased().is_empty()
    {
        let Body { html, text } = app.blobs.body(after.id, &after.body).await?;
        let body = Body { html: redact(&html, &escaped(names)), text: redact(&text, names) };
        after.body = app.blobs.put_body(after.id, &body).await?;
        after.subject = redact(&after.subject, names);
    }
    let after = StoredMessage { message: after, copies };
    app.store.change_message(&stored.message, &after, None).await?;
    Ok(after.message)
}

/// Names as they stand in HTML, either way.
fn escaped(names: &[String]) -> Vec<String> {
    let escape = |name: &String| name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let escaped = names.iter().map(escape);
    escaped.chain(names.iter().cloned()).collect()
}

/// Their mail, with its bytes.
async fn replies(app: &App, person: &Person, message: &Message) -> Result<(), ApiError> {
    let erased = message.erased();
    for reply in app.store.replies(message.id).await?.iter().filter(|reply| person.wrote(reply, &erased)) {
        if let Some(key) = &reply.stored {
            app.blobs.delete_received(key).await?;
        }
        app.store.delete_reply(message.id, reply.id).await?;
    }
    Ok(())
}

/// What they did, the cards about it, and what the message was.
async fn events(app: &App, message: &Message, nobody_left: bool) -> Result<(), ApiError> {
    let erased = message.erased();
    app.store.forget_hits(message.id, &erased).await?;
    app.blobs.delete_bodies(message.id, &message.body).await?;
    let about_them: BTreeSet<_> =
        erased.iter().flat_map(|recipient| fact::about_recipient(message.id, *recipient, SUBMISSIONS)).collect();
    for card in app.store.cards_of(message.org, message.owner, message.id).await? {
        if nobody_left || about_them.contains(&card.id) {
            app.store.delete_card(message.org, message.owner, card.id).await?;
        }
    }
    if nobody_left {
        app.blobs.delete_files(message.id).await?;
        app.store.delete_around(message.id).await?;
    }
    Ok(())
}
