//! What follows from news: nothing more is sent to an address, and the author hears of it.

use aws::store::{Error, StoredMessage};
use domain::message::copy::delivery::{DeliveryNews, MailRef, SesReport};
use domain::message::copy::{Copy, CopyState};
use domain::message::{Message, Recipient};
use domain::people::suppression::Suppression;
use domain::signs::card::Card;
use domain::signs::card::fact::{CardAbout, DeliveryProblem, Fact};

use crate::App;

/// Writes what follows from news that changes a copy. Told twice, it is the same.
pub(crate) async fn follow(
    app: &App,
    mail: &MailRef,
    report: &SesReport,
    before: &Copy,
    after: &Copy,
) -> Result<(), Error> {
    let problem = problem(&report.news, before, after);
    let settled = before.state == CopyState::Unconfirmed;
    if problem.is_none() && !settled {
        return Ok(());
    }
    let Some(StoredMessage { message, .. }) = app.store.message(mail.message).await? else { return Ok(()) };
    let recipient = message.recipients.get(usize::from(mail.recipient));
    // Nobody hears of what happens to the mail of somebody who was forgotten.
    let Some(recipient) = recipient.filter(|recipient| !recipient.mailbox.is_erased()) else { return Ok(()) };
    if let Some(entry) = Suppression::from_news(&report.news, &recipient.mailbox.email, message.id) {
        app.store.suppress(message.org, &entry).await?;
    }
    if let Some(problem) = problem {
        tracing::warn!(message = %message.id, recipient = mail.recipient, ?problem, "delivery problem");
        let card = card(app, &message, recipient, after, problem);
        app.store.put_card(message.org, message.owner, &card).await?;
    }
    if settled {
        withdraw(app, &message, recipient, before).await?;
    }
    Ok(())
}

/// What the author has to hear of, when this news is what brought it about.
fn problem(news: &DeliveryNews, before: &Copy, after: &Copy) -> Option<DeliveryProblem> {
    let (was, is) = (&before.delivery, &after.delivery);
    match news {
        DeliveryNews::Bounced(_) => (was.bounced != is.bounced).then_some(DeliveryProblem::Bounced),
        DeliveryNews::Complained(_) => (was.complained != is.complained).then_some(DeliveryProblem::Complained),
        DeliveryNews::Rejected(_) => (was.rejected != is.rejected).then_some(DeliveryProblem::Failed),
        DeliveryNews::Accepted | DeliveryNews::Delivered { .. } | DeliveryNews::Delayed(_) => None,
    }
}

fn card(app: &App, message: &Message, recipient: &Recipient, copy: &Copy, problem: DeliveryProblem) -> Card {
    let about = CardAbout { message: message.id, subject: &message.subject, records: message.records() };
    let (who, submissions) = (&recipient.mailbox, copy.submissions);
    Card::of(about, Fact::DeliveryProblem { recipient: copy.recipient, who, problem, submissions }, app.clock.now())
}

/// Nobody has to decide any more whether the copy left.
async fn withdraw(app: &App, message: &Message, recipient: &Recipient, before: &Copy) -> Result<(), Error> {
    let id = card(app, message, recipient, before, DeliveryProblem::Unconfirmed).id;
    let Some(card) = app.store.card(message.org, message.owner, id).await? else { return Ok(()) };
    let done = card.dismissed();
    if done == card {
        return Ok(());
    }
    match app.store.replace_card(message.org, message.owner, &done, None).await {
        // Its author is faster.
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}
