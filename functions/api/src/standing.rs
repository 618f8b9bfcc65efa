//! What the recipients of a message allow, read for all of them at once.

use domain::ground::id::OrgId;
use domain::message::{Message, MessageState, Recipient};
use domain::people::consent::Standing;
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
        MessageState::Draft if message.tracking_requested => of(app, message.org, &message.recipients).await,
        _ => Ok(Vec::new()),
    }
}

/// Gives recipients for whom no record was named the one that their address leads to.
pub(crate) fn name_records(recipients: &mut [Recipient], standings: &[Standing]) {
    for (recipient, standing) in recipients.iter_mut().zip(standings) {
        recipient.record = recipient.record.take().or_else(|| standing.record.clone());
    }
}

/// What the recipients of several drafts allow.
pub(crate) struct Standings(Vec<(Recipient, Standing)>);

impl Standings {
    /// Looks up each recipient once.
    pub(crate) async fn of_drafts<'a>(app: &App, drafts: impl Iterator<Item = &'a Message>) -> Result<Self, ApiError> {
        let mut known: Vec<(Recipient, Standing)> = Vec::new();
        for draft in drafts.filter(|draft| draft.tracking_requested) {
            let is_new = |one: &&Recipient| !known.iter().any(|(other, _)| is_same(one, other));
            let new: Vec<Recipient> = draft.recipients.iter().filter(is_new).cloned().collect();
            let standings = of(app, draft.org, &new).await?;
            known.extend(new.into_iter().zip(standings));
        }
        Ok(Self(known))
    }

    /// What the recipients of a message allow, in their order; nothing of a message that was not asked for.
    pub(crate) fn of(&self, message: &Message) -> Vec<Standing> {
        if message.state != MessageState::Draft || !message.tracking_requested {
            return Vec::new();
        }
        let known = |one: &Recipient| self.0.iter().find(|(other, _)| is_same(one, other));
        message.recipients.iter().filter_map(|one| known(one).map(|(_, standing)| standing.clone())).collect()
    }
}

/// The same answer is due for both.
fn is_same(one: &Recipient, other: &Recipient) -> bool {
    one.mailbox.email.key() == other.mailbox.email.key() && one.record == other.record
}
