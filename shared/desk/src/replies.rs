//! Answers, as their author's colleague reads them: what was written, all of the mail, and its files.

use aws::blobs;
use domain::ground::id::{EventId, MessageId};
use domain::ground::token;
use domain::message::attachment::served_type;
use domain::message::{Message, MessageWithCopies};
use domain::signs::reply::Reply;
use jiff::Timestamp;
use mail::parse::{Letter, letter};
use mail::track;

use crate::letters::VIRUS;
use crate::{Actor, Code, Desk, Refused};

/// A mail that came back to a message.
#[derive(Debug, Clone)]
pub struct ReplyDetails {
    /// The address and the name of its sender, as the mail says them.
    pub from: (Option<String>, Option<String>),
    /// The subject.
    pub subject: String,
    /// When it came.
    pub received_at: Timestamp,
    /// The writer's own words.
    pub text: String,
    /// All of the mail, without pixels and redirects of ours. It is **not** safe to be shown.
    pub html: String,
    /// The files.
    pub files: Vec<ReplyFile>,
}

/// A file of such a mail.
#[derive(Debug, Clone)]
pub struct ReplyFile {
    /// A plain name.
    pub filename: String,
    /// In bytes.
    pub size: usize,
    /// Where it is downloaded, for five minutes.
    pub url: String,
    /// The name by which the HTML shows it.
    pub content_id: Option<String>,
}

impl Desk {
    /// A mail that came back to a message, for as long as it is kept.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::MailDeleted`] when only what is known of it is left, [`Code::MailInfected`],
    /// [`Code::MailUnreadable`].
    pub async fn reply(&self, actor: &Actor, id: MessageId, event: EventId) -> Result<ReplyDetails, Refused> {
        let reply = self.kept_reply(actor, id, event).await?;
        if reply.reasons.iter().any(|reason| reason == VIRUS) {
            return Err(Refused::because(Code::MailInfected, "the mail has a virus and is not opened"));
        }
        let raw = match self.blobs.received(reply.stored.as_deref().unwrap_or_default()).await {
            Err(blobs::Error::Missing) => {
                return Err(Refused::because(Code::MailDeleted, "the mail itself is not kept any more"));
            }
            read => read?,
        };
        let letter = letter(&raw).map_err(|error| Refused::because(Code::MailUnreadable, error.to_string()))?;
        let (letter, files) = self.take_out_files(id, event, letter).await?;

        // Whoever wrote it may have been forgotten meanwhile, or the message may have expired.
        if let Err(refused) = self.kept_reply(actor, id, event).await {
            self.blobs.delete_reply_files(id, event).await?;
            return Err(refused);
        }
        let html = track::restored_html(&letter.html, &token::claimed);
        let Letter { from, from_name, subject, text, .. } = letter;
        Ok(ReplyDetails { from: (from, from_name), subject, received_at: reply.at, text, html, files })
    }

    /// The mail as the table knows it, unless it was kept long enough.
    async fn kept_reply(&self, actor: &Actor, id: MessageId, event: EventId) -> Result<Reply, Refused> {
        let MessageWithCopies { message, .. } = self.message(actor, id).await?;
        if self.is_over(&message, actor.now).await? {
            return Err(Refused::not_found());
        }
        let replies = self.store.replies(id).await?;
        replies.into_iter().find(|reply| reply.id == event).ok_or_else(Refused::not_found)
    }

    async fn is_over(&self, message: &Message, now: Timestamp) -> Result<bool, Refused> {
        Ok(message.is_expired(&self.store.settings(message.org).await?, now))
    }

    async fn take_out_files(
        &self,
        id: MessageId,
        event: EventId,
        mut letter: Letter,
    ) -> Result<(Letter, Vec<ReplyFile>), Refused> {
        let mut files = Vec::new();
        for (n, file) in std::mem::take(&mut letter.files).into_iter().enumerate() {
            let size = file.bytes.len();
            let named = (n, file.filename.as_str(), served_type(&file.content_type));
            let url = self.blobs.reply_file(id, event, named, file.bytes).await?;
            files.push(ReplyFile { filename: file.filename, size, url, content_id: file.content_id });
        }
        Ok((letter, files))
    }
}
