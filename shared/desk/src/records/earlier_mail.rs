//! The mail that was exchanged with an address before a record had it.
//!
//! It is linked before the record is saved: a process that dies between leaves a place too many, and whoever saves the record
//! again comes to the same.

use aws::store::{Error, Next, Write};
use domain::ground::id::MessageId;
use domain::message::{Message, MessageState, MessageWithCopies};
use domain::people::activity::Activity;
use domain::people::address::EmailAddress;
use domain::people::record::{Record, RecordRef};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::{Actor, Desk, Refused, TRIES};

/// How many of an address's newest messages a record gets.
const NEWEST: usize = 100;
/// How many messages are linked at once.
const AT_ONCE: usize = 5;

impl Desk {
    /// Links the newest mail of the addresses that a record gets.
    pub(super) async fn link_earlier_mail(
        &self,
        actor: &Actor,
        before: Option<&Record>,
        after: &Record,
    ) -> Result<(), Refused> {
        let had = |email: &EmailAddress| {
            before.is_some_and(|before| before.emails.iter().any(|own| own.key() == email.key()))
        };
        for email in after.emails.iter().filter(|email| !had(email)) {
            let messages = self.store.newest_mails_with(actor.org, email, NEWEST).await?;
            let link = |id| self.link_message(actor, id, email, &after.reference);
            stream::iter(messages).map(Ok).try_for_each_concurrent(AT_ONCE, link).await?;
        }
        Ok(())
    }

    /// Names the record in a message to this address that names none, and lists the message with the record.
    async fn link_message(
        &self,
        actor: &Actor,
        id: MessageId,
        email: &EmailAddress,
        record: &RecordRef,
    ) -> Result<(), Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let Some(MessageWithCopies { message, .. }) = self.store.message(id).await? else { return Ok(()) };
            let after = named(&message, email, record);
            if message.org != actor.org || after.is_none() {
                return Ok(());
            }
            let after = after.filter(|after| *after != message);
            let listed = match (message.state, message.send_at) {
                (MessageState::Draft, _) => Some(Activity::draft(&message)),
                (MessageState::Released, Some(at)) => Some(Activity::mail(&message, at)),
                _ => None,
            };
            let mut writes = match after {
                Some(after) => Next::message(&message, after)?.writes,
                None => Vec::new(),
            };
            if let Some(activity) = listed {
                writes.push(Write::mail_activity(actor.org, record, &activity)?);
            }
            match self.store.commit(writes, None).await {
                Err(Error::Conflict) if tries < TRIES => {}
                written => return Ok(written?),
            }
        }
    }
}

/// The message with this record for the recipient of this address, unless another one was named; none when it does not go to
/// this address.
fn named(message: &Message, email: &EmailAddress, record: &RecordRef) -> Option<Message> {
    let place = message.recipients.iter().position(|recipient| recipient.mailbox.email.key() == email.key())?;
    let mut after = message.clone();
    let recipient = after.recipients.get_mut(place)?;
    recipient.record = recipient.record.take().or_else(|| Some(record.clone()));
    Some(after)
}
