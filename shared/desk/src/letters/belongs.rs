//! To which message a mail belongs.

use aws::lambda::ses::arrival::Arrival;
use domain::message::{Message, MessageState};
use domain::people::address::EmailAddress;
use domain::signs::reply::MatchedBy;
use mail::thread::{Candidate, candidates};

use aws::store::Error;

use super::Letters;
use super::letter::Letter;

/// The message that a mail answers.
pub(crate) struct Belongs {
    /// The message.
    pub(crate) message: Message,
    /// Whose copy it answers, when that is known.
    pub(crate) recipient: Option<u16>,
    /// How it was found.
    pub(crate) by: MatchedBy,
}

/// Follows what may name a message, the surest first, to the first that is there and was sent.
pub(crate) async fn find(letters: &Letters<'_>, arrival: &Arrival, letter: &Letter) -> Result<Option<Belongs>, Error> {
    for candidate in candidates(letter.mail(), &arrival.recipients, letters.inbound_domain) {
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
            let recipient =
                sender_among(&message, letter).or(recipient.filter(|n| usize::from(*n) < message.recipients.len()));
            return Ok(Some(Belongs { message, recipient, by }));
        }
    }
    Ok(None)
}

/// The recipient who sent this mail: whoever's copy it refers to, the sender says who answers.
fn sender_among(message: &Message, letter: &Letter) -> Option<u16> {
    let from = EmailAddress::parse(letter.mail().from.as_deref()?).ok()?.key();
    let position = message.recipients.iter().position(|recipient| recipient.mailbox.email.key() == from)?;
    u16::try_from(position).ok()
}
