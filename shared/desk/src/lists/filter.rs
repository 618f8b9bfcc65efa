//! Filters of lists of messages.

use domain::ground::id::{TemplateId, UserId};
use domain::message::{MessageState, MessageStatus, MessageWithCopies};
use domain::people::address::EmailAddress;
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use jiff::Timestamp;

/// Whose messages are listed when neither owner nor record is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListScope {
    /// The actor's.
    Mine,
    /// Everybody's, as far as the actor may see them.
    Organisation,
}

/// Filters of a list; what is `None` lets everything pass.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    /// Only tracked ones (true), or only those that are not. Of a draft, what would be if it left now.
    pub tracked: Option<bool>,
    /// Only those about this record. Drafts are their owner's and not among them, unless `status` asks for drafts.
    pub regarding: Option<RecordRef>,
    /// The same, with those that went to this record.
    pub record: Option<RecordRef>,
    /// Only this user's.
    pub owner: Option<UserId>,
    /// Whose, when no owner is named; the actor's when no record is given.
    pub scope: Option<ListScope>,
    /// Only the actor's, of a record.
    pub mine: Option<UserId>,
    /// Only those with this status.
    pub status: Option<MessageStatus>,
    /// Only those to this address.
    pub to: Option<EmailAddress>,
    /// With all of these words in the subject, or in the names and addresses of recipients.
    pub words: Option<String>,
    /// Only those that were made from this template.
    pub template: Option<TemplateId>,
    /// Only those that leave or left after this instant.
    pub sent_after: Option<Timestamp>,
    /// Only those that leave or left before this instant.
    pub sent_before: Option<Timestamp>,
    /// Only those that a person has seen (true), or tracked ones that left and nobody has seen.
    pub seen: Option<bool>,
}

impl MessageFilter {
    /// True when the message is wanted, apart from whether it is tracked.
    pub(super) fn lets(&self, stored: &MessageWithCopies, kpis: Option<&Kpis>, now: Timestamp) -> bool {
        let MessageWithCopies { message, copies } = stored;
        let owner = self.owner.or(self.mine);
        self.regarding.as_ref().is_none_or(|regarding| message.regarding.as_ref() == Some(regarding))
            && self.record.as_ref().is_none_or(|record| message.records().contains(record))
            && owner.is_none_or(|owner| message.owner == owner)
            && self.status.is_none_or(|status| message.status(copies, now) == status)
            && self.template.is_none_or(|template| message.template == Some(template))
            && self.lets_recipients(stored)
            && self.lets_time(stored)
            && self.seen.is_none_or(|seen| is_seen(stored, kpis, now) == Some(seen))
    }

    fn lets_recipients(&self, MessageWithCopies { message, .. }: &MessageWithCopies) -> bool {
        let to = self
            .to
            .as_ref()
            .is_none_or(|to| message.recipients.iter().any(|recipient| recipient.mailbox.email.key() == to.key()));
        to && self.words.as_deref().is_none_or(|words| {
            let mut all = message.subject.to_lowercase();
            for recipient in &message.recipients {
                let name = recipient.mailbox.name.as_deref().unwrap_or_default();
                all.push_str(&format!("\n{name}\n{}", recipient.mailbox.email.as_str()).to_lowercase());
            }
            words.to_lowercase().split_whitespace().all(|word| all.contains(word))
        })
    }

    fn lets_time(&self, MessageWithCopies { message, .. }: &MessageWithCopies) -> bool {
        let leaves_at = message.send_at.filter(|_| message.state == MessageState::Released);
        self.sent_after.is_none_or(|after| leaves_at.is_some_and(|at| at > after))
            && self.sent_before.is_none_or(|before| leaves_at.is_some_and(|at| at < before))
    }

    /// True when a place in order of time, and all behind it, are out of the time that is asked for.
    pub(super) fn is_behind(&self, at: Timestamp, newest_first: Option<bool>) -> bool {
        match newest_first {
            Some(true) => self.sent_after.is_some_and(|after| at <= after),
            Some(false) => self.sent_before.is_some_and(|before| at >= before),
            None => false,
        }
    }
}

/// Whether a person has seen a message; none where nobody can tell.
fn is_seen(MessageWithCopies { message, .. }: &MessageWithCopies, kpis: Option<&Kpis>, now: Timestamp) -> Option<bool> {
    let seen = kpis?.seen().is_some();
    let left = message.state == MessageState::Released && message.send_at.is_some_and(|at| at <= now);
    (seen || (left && message.tracked)).then_some(seen)
}
