//! A copy that will not arrive, or perhaps did not, is put before its author.

use aws::store::Error;
use domain::ground::id::MessageId;
use domain::message::copy::{Copy, CopyState};
use domain::signs::card::fact::{DeliveryProblem, Fact};

use crate::App;

/// Puts a card before the author when the copy ends badly. Told twice, it is one card.
pub(crate) async fn problem(app: &App, id: MessageId, copy: &Copy) -> Result<(), Error> {
    let problem = match copy.state {
        CopyState::Failed => DeliveryProblem::Failed,
        CopyState::Unconfirmed => DeliveryProblem::Unconfirmed,
        _ => return Ok(()),
    };
    if problem == DeliveryProblem::Unconfirmed {
        tracing::error!(message = %id, recipient = copy.recipient, "copy unconfirmed");
    }
    let Some(stored) = app.store.message(id).await? else { return Ok(()) };
    let message = &stored.message;
    let Some(recipient) = message.recipient(copy.recipient) else { return Ok(()) };
    let (recipient, who) = (copy.recipient, &recipient.mailbox);
    let fact = Fact::DeliveryProblem { recipient, who, problem, submissions: copy.submissions };
    app.store.announce(message, fact, app.clock.now()).await
}
