//! To which message a mail belongs.

use aws::lambda::ses::arrival::Arrival;
use domain::message::{Message, MessageState};
use domain::people::address::EmailAddress;
use domain::signs::reply::MatchedBy;
use mail::parse::Received;
use mail::thread::{Candidate, candidates};

use aws::store::Error;

use super::Letters;

/// The message that a mail answers.
pub(crate) struct Belongs {
    /// The message.
    pub(crate) message: Message,
    /// Whose copy it answers, when that is known.
    pub(crate) recipient: Option<u16>,
    /// Whose copy it proves to come from: it has the token or the service's id of that copy, which nobody can guess.
    pub(crate) proven: Option<u16>,
    /// How it was found.
    pub(crate) by: MatchedBy,
}

/// Follows what may name a message, the surest first, to the first that is there and was sent.
pub(crate) async fn find(letters: &Letters<'_>, arrival: &Arrival, mail: &Received) -> Result<Option<Belongs>, Error> {
    for candidate in candidates(mail, &arrival.recipients, letters.inbound_domain) {
        let (id, recipient, by) = match candidate {
            Candidate::Address(local) => match letters.signer.verify_address(&local) {
                Ok(token) => (token.message, Some(token.recipient), MatchedBy::ReplyAddress),
                Err(_) => continue,
            },
            Candidate::OwnId(id, recipient) => (id, recipient, MatchedBy::OwnId),
            Candidate::SesId(ses_id) => match letters.store.mail(&ses_id).await? {
                Some(mail) => (mail.message, Some(mail.recipient), MatchedBy::SesId),
                None => continue,
            },
        };
        let message = letters.store.message(id).await?.map(|stored| stored.message);
        if let Some(message) = message.filter(|message| message.state == MessageState::Released) {
            let proven = recipient.filter(|_| by != MatchedBy::OwnId);
            let recipient =
                sender_among(&message, mail).or(proven.filter(|n| usize::from(*n) < message.recipients.len()));
            return Ok(Some(Belongs { message, recipient, proven, by }));
        }
    }
    Ok(None)
}

/// The recipient who sent this mail: whoever's copy it refers to, the sender says who answers.
fn sender_among(message: &Message, mail: &Received) -> Option<u16> {
    let from = EmailAddress::parse(mail.from.as_deref()?).ok()?.key();
    let position = message.recipients.iter().position(|recipient| recipient.mailbox.email.key() == from)?;
    u16::try_from(position).ok()
}
