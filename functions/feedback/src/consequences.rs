//! What follows from news: nothing more is sent to an address, and the author hears of it.

use aws::store::{Error, Next};
use domain::message::MessageWithCopies;
use domain::message::copy::delivery::{DeliveryNews, MailRef, SesReport};
use domain::message::copy::{Copy, CopyState};
use domain::message::{Message, Recipient};
use domain::people::suppression::Suppression;
use domain::signs::card::fact::{DeliveryProblem, Fact};

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
    let Some(MessageWithCopies { message, .. }) = app.store.message(mail.message).await? else { return Ok(()) };
    let recipient = message.recipient(mail.recipient);
    // Nobody hears of what happens to the mail of somebody who was forgotten.
    let Some(recipient) = recipient.filter(|recipient| !recipient.mailbox.is_erased()) else { return Ok(()) };
    if let Some(entry) = Suppression::from_news(&report.news, &recipient.mailbox.email, message.id) {
        app.store.suppress(message.org, &entry).await?;
    }
    if let Some(problem) = problem {
        tracing::warn!(message = %message.id, recipient = mail.recipient, ?problem, "delivery problem");
        app.store.announce(&message, fact(recipient, after, problem), app.clock.now()).await?;
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

fn fact<'a>(recipient: &'a Recipient, copy: &Copy, problem: DeliveryProblem) -> Fact<'a> {
    let (who, submissions) = (&recipient.mailbox, copy.submissions);
    Fact::DeliveryProblem { recipient: copy.recipient, who, problem, submissions }
}

/// Nobody has to decide any more whether the copy left.
async fn withdraw(app: &App, message: &Message, recipient: &Recipient, before: &Copy) -> Result<(), Error> {
    let id = fact(recipient, before, DeliveryProblem::Unconfirmed).id(message.id);
    let Some(card) = app.store.card(message.org, message.owner, id).await? else { return Ok(()) };
    let done = card.dismissed();
    if done == card {
        return Ok(());
    }
    match app.store.write(Next::card(message.org, message.owner, &card, done)?).await {
        // Its author is faster.
        Err(Error::Conflict) => Ok(()),
        other => other.map(drop),
    }
}
