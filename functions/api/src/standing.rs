//! What the recipients of a message allow, read for all of them at once.

use domain::consent::Standing;
use domain::id::OrgId;
use domain::message::{Message, Recipient, State};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::App;
use crate::problem::ApiError;

/// How many recipients are looked up at once.
const AT_ONCE: usize = 10;

/// What these recipients allow, in their order.
pub(crate) async fn of(app: &App, org: OrgId, recipients: &[Recipient]) -> Result<Vec<Standing>, ApiError> {
    let recipients: Vec<Recipient> = recipients.to_vec();
    let read = |recipient: Recipient| async move {
        app.store.standing(org, &recipient.mailbox.email, recipient.record.as_ref()).await
    };
    Ok(stream::iter(recipients).map(read).buffered(AT_ONCE).try_collect().await?)
}

/// What the view of a message needs of it: a message that was released has its decision in itself.
pub(crate) async fn of_draft(app: &App, message: &Message) -> Result<Vec<Standing>, ApiError> {
    match message.state {
        State::Draft if message.tracking_requested => of(app, message.org, &message.recipients).await,
        _ => Ok(Vec::new()),
    }
}

/// Gives recipients for whom no record was named the one that their address leads to.
pub(crate) fn name_records(recipients: &mut [Recipient], standings: &[Standing]) {
    for (recipient, standing) in recipients.iter_mut().zip(standings) {
        recipient.record = recipient.record.take().or_else(|| standing.record.clone());
    }
}
