//! Letters: mail that came in, whatever the door. A letter is opened, joined with the message that it belongs to, and turned
//! into news for the recorder, for the copies, or for the author.

use aws::lambda::ses::arrival::Arrival;
use aws::store::{Error, Store};
use domain::ground::token::TokenSigner;
use domain::message::copy::delivery::SesReport;
use domain::signs::reply::{MessageReply, ReplyKind};

mod belongs;
mod letter;
mod report;

pub(crate) use letter::VIRUS;
use letter::{Letter, Opened};

/// Reads mail that came in.
#[derive(Clone)]
pub struct Letters<'a> {
    /// Messages, and which copy a mail was.
    pub store: &'a Store,
    /// Verifies reply addresses.
    pub signer: &'a TokenSigner,
    /// The domain whose mail comes to us.
    pub inbound_domain: Option<&'a str>,
}

/// The news that a letter brings.
#[derive(Debug, Clone)]
pub enum LetterNews {
    /// A server reports that a copy came back, or that its recipient calls it unwanted.
    Report(Box<SesReport>),
    /// A mail belongs to a message.
    Reply {
        /// The mail, as it is kept.
        reply: Box<MessageReply>,
        /// It came to an address of ours in the place of its author's, and is to be passed on.
        for_author: bool,
    },
}

impl Letters<'_> {
    /// Opens a letter. `None` when it belongs to no message.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn read(&self, arrival: &Arrival, raw: &[u8]) -> Result<Option<LetterNews>, Error> {
        let opened = Opened::of(arrival, raw);
        let Some(belongs) = belongs::find(self, arrival, &opened.mail).await? else { return Ok(None) };
        let letter = Letter::of(opened, arrival, &belongs.message.subject);
        if matches!(letter.kind(), ReplyKind::Bounce | ReplyKind::Complaint)
            && let Some(report) = report::of(self.store, arrival, &letter, &belongs).await?
        {
            return Ok(Some(LetterNews::Report(Box::new(report))));
        }

        let reply = letter.reply(arrival, &belongs);
        let for_author = letter.is_for_author(&belongs, &reply);
        let reply = Box::new(MessageReply { message: belongs.message.id, reply });
        Ok(Some(LetterNews::Reply { reply, for_author }))
    }
}
