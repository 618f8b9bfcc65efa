//! Replies of a batch: each is kept once, then all of the message are counted anew. An out-of-office note moves a reminder.

use aws::store::{Error, Figures, Next};
use domain::message::{Mailbox, Message};
use domain::signs::card::fact::Fact;
use domain::signs::reply::{MAX_REPLIES, Reply};
use domain::time::due::{Due, Work};

use crate::App;

/// Keeps the new ones and puts the number of answers in place. Beyond [`MAX_REPLIES`] of a kind, nothing more of it is kept.
/// Answers by persons are a kind of their own: forged or automatic mail never takes their place.
pub(crate) async fn count(app: &App, message: &Message, new: &[Reply], summary: Figures) -> Result<Figures, Error> {
    if new.is_empty() {
        return Ok(summary);
    }
    let mut all = app.store.replies(message.id).await?;
    for reply in new {
        let alike = all.iter().filter(|known| known.is_answer() == reply.is_answer()).count();
        if alike < MAX_REPLIES && !all.iter().any(|known| known.is_same_mail(reply)) {
            if let Some(from) = &reply.from {
                app.store.note_mail(message.org, from, message.id).await?;
            }
            app.store.put_reply(message.id, reply).await?;
            all.push(reply.clone());
        }
    }
    announce(app, message, new, &all).await?;
    move_reminder(app, message, new).await?;
    Ok(Figures { kpis: summary.kpis.with_replies(&all), ..summary })
}

/// Puts a card before the author for each answer that is kept. A batch that comes again brings it again, to the same card.
async fn announce(app: &App, message: &Message, new: &[Reply], kept: &[Reply]) -> Result<(), Error> {
    let is_kept = |reply: &&Reply| reply.is_answer() && kept.iter().any(|known| known.id == reply.id);
    for reply in new.iter().filter(is_kept) {
        let other = reply.from.clone().map(|email| Mailbox { email, name: None });
        let recipient = reply.recipient.and_then(|n| message.recipient(n)).map(|recipient| &recipient.mailbox);
        let fact = Fact::Reply { event: reply.id, who: other.as_ref().or(recipient) };
        app.store.announce(message, fact, reply.at).await?;
    }
    Ok(())
}

/// Moves a reminder to when the recipient is back, if its time follows from when the message left. A reminder that its author
/// changes meanwhile meets the note in the log.
async fn move_reminder(app: &App, message: &Message, new: &[Reply]) -> Result<(), Error> {
    let notes = new.iter().filter_map(|note| Some((note.absent_until()?, note.at)));
    let Some((back, at)) = notes.max() else { return Ok(()) };
    let Some(before) = app.store.reminder(message.id).await? else { return Ok(()) };
    let Some(moved) = before.away(back) else { return Ok(()) };
    app.store.file_due(&Due { at: moved.due.at, message: message.id, work: Work::Remind }, at).await?;
    app.store.write(Next::reminder(message.id, Some(&before), moved)?).await.map(drop)
}
