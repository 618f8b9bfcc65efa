//! The preferences of a message's recipients, read for all of them at once.

use domain::ground::id::OrgId;
use domain::message::{Message, MessageState, Recipient};
use domain::people::consent::Standing;
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::{Desk, Refused};

/// How many recipients are looked up at once.
const AT_ONCE: usize = 10;

impl Desk {
    /// The standings of these recipients, in their order.
    pub(crate) async fn standings(&self, org: OrgId, recipients: &[Recipient]) -> Result<Vec<Standing>, Refused> {
        let read = |recipient: Recipient| async move {
            self.store.standing(org, &recipient.mailbox.email, recipient.record.as_ref()).await
        };
        let reads = stream::iter(recipients.to_vec()).map(read).buffered(AT_ONCE);
        Ok(reads.try_collect().await?)
    }

    /// The standings of the recipients of several drafts.
    pub(crate) async fn standings_of_drafts<'a>(
        &self,
        drafts: impl Iterator<Item = &'a Message>,
    ) -> Result<KnownStandings, Refused> {
        let mut known: Vec<(Recipient, Standing)> = Vec::new();
        for draft in drafts.filter(|draft| draft.tracking_requested) {
            let is_new = |one: &&Recipient| !known.iter().any(|(other, _)| is_same(one, other));
            let new: Vec<Recipient> = draft.recipients.iter().filter(is_new).cloned().collect();
            let standings = self.standings(draft.org, &new).await?;
            known.extend(new.into_iter().zip(standings));
        }
        Ok(KnownStandings(known))
    }
}

/// Gives recipients the record and the name that their address leads to, where none was given.
pub(crate) fn name_records(recipients: &mut [Recipient], standings: &[Standing]) {
    for (recipient, standing) in recipients.iter_mut().zip(standings) {
        recipient.record = recipient.record.take().or_else(|| standing.record.clone());
        recipient.mailbox.name = recipient.mailbox.name.take().or_else(|| standing.name.clone());
    }
}

/// Standings of recipients, each looked up once.
pub(crate) struct KnownStandings(Vec<(Recipient, Standing)>);

impl KnownStandings {
    /// The standings of a message's recipients, in their order; none of a message that is not asked to be tracked.
    pub(crate) fn of(&self, message: &Message) -> Vec<Standing> {
        if message.state != MessageState::Draft || !message.tracking_requested {
            return Vec::new();
        }
        let known = |one: &Recipient| self.0.iter().find(|(other, _)| is_same(one, other));
        message.recipients.iter().filter_map(|one| known(one).map(|(_, standing)| standing.clone())).collect()
    }
}

/// True when the same standing holds for both.
fn is_same(one: &Recipient, other: &Recipient) -> bool {
    one.mailbox.email.key() == other.mailbox.email.key() && one.record == other.record
}
