//! Cards that turn out wrong: what came later tells that a machine opened, or that somebody answered in time.

use std::collections::BTreeSet;

use aws::store::{Error, Figures, Next};
use domain::message::reminder::ReminderFacts;
use domain::message::{Mailbox, Message};
use domain::signs::card::fact::Fact;

use crate::App;

/// Takes the cards of first opens away that no person made after all.
pub(crate) async fn opens(
    app: &App,
    message: &Message,
    told: &BTreeSet<u16>,
    opened: &BTreeSet<u16>,
) -> Result<(), Error> {
    let nobody = Mailbox::erased();
    for recipient in told.difference(opened) {
        let card = Fact::FirstOpen { recipient: *recipient, who: &nobody }.id(message.id);
        app.store.delete_card(message.org, message.owner, card).await?;
    }
    Ok(())
}

/// Takes the card of a reminder away that fired before it was known that somebody looked or answered in time. Only a message
/// whose figures say that its reminder fires is looked at. The reminder itself looks again when it meets this.
pub(crate) async fn reminder(app: &App, message: &Message, after: &Figures) -> Result<(), Error> {
    if !after.reminded {
        return Ok(());
    }
    let Some(before) = app.store.reminder(message.id).await? else { return Ok(()) };
    let Some(satisfied) = before.belatedly_satisfied(ReminderFacts::of(&after.kpis, true)) else { return Ok(()) };
    app.store.delete_card(message.org, message.owner, Fact::Reminder(&before).id(message.id)).await?;
    app.store.write(Next::reminder(message.id, Some(&before), satisfied)?).await.map(drop)
}
