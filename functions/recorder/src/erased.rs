//! What of a batch concerns somebody who was forgotten. It is not recorded, however late or often it comes, and what
//! a recorder wrote that did not know of it yet is taken away again.

use std::collections::BTreeSet;

use aws::store::{Error, Figures};
use domain::message::Message;
use domain::signs::card::fact::{self, Fact};
use domain::signs::event::Hit;
use domain::signs::reply::Reply;

use crate::{App, News};

/// The news that is not about somebody who was forgotten.
pub(crate) async fn remembered(
    app: &App,
    message: &Message,
    figures: &Figures,
    news: &News,
) -> Result<(Vec<Hit>, Vec<Reply>), Error> {
    let erased = &figures.erased;
    let (gone, hits): (Vec<Hit>, Vec<Hit>) = news.hits.iter().cloned().partition(|hit| erased.contains(&hit.recipient));
    if !gone.is_empty() {
        clean_up(app, message, erased).await?;
    }
    let mut replies = Vec::new();
    for reply in &news.replies {
        if is_of_forgotten(app, message, erased, reply).await? {
            app.store.delete_reply(message.id, reply.id).await?;
            let card = Fact::Reply { event: reply.id, who: None }.id(message.id);
            app.store.delete_card(message.org, message.owner, card).await?;
        } else {
            replies.push(reply.clone());
        }
    }
    Ok((hits, replies))
}

async fn clean_up(app: &App, message: &Message, erased: &BTreeSet<u16>) -> Result<(), Error> {
    app.store.forget_hits(message.id, erased).await?;
    for card in erased.iter().flat_map(|recipient| fact::about_recipient(message.id, *recipient, 0)) {
        app.store.delete_card(message.org, message.owner, card).await?;
    }
    Ok(())
}

/// True for a mail by a recipient who was forgotten, and for one by anybody else who was, if the message is older.
async fn is_of_forgotten(app: &App, message: &Message, erased: &BTreeSet<u16>, reply: &Reply) -> Result<bool, Error> {
    if reply.recipient.is_some_and(|recipient| erased.contains(&recipient)) {
        return Ok(true);
    }
    let Some(from) = &reply.from else { return Ok(false) };
    let forgotten = app.store.forgotten(message.org, from).await?;
    Ok(forgotten.is_some_and(|at| message.created_at < at))
}
