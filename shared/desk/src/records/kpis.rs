//! The sums of a record's mail.

use domain::message::MessageWithCopies;
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;
use domain::team::settings::Settings;
use futures::stream::{self, StreamExt, TryStreamExt};

use aws::store::{ListPart, ListedMessage};

use crate::{Actor, Desk, Refused};

/// How many of the newest messages are summed up.
const NEWEST: usize = 500;
/// How many messages are read at once.
const AT_ONCE: usize = 10;

/// The sums of a record's newest messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordKpis {
    /// How many messages left, or will: about the record or to it.
    pub messages: usize,
    /// Of those, how many are tracked.
    pub tracked: usize,
    /// All of what is about it, and its own part of what went to it; `None` while the organisation does not track.
    pub kpis: Option<Kpis>,
    /// No older messages are left out.
    pub complete: bool,
}

impl Desk {
    /// The sums of a record's newest messages, of those that the actor may see.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`] when nothing is known of the record.
    pub async fn record_kpis(&self, actor: &Actor, record: &RecordRef) -> Result<RecordKpis, Refused> {
        let settings = self.store.settings(actor.org).await?;
        let part = ListPart { newest_first: true, after: None, limit: NEWEST + 1 };
        let mut listed = self.store.messages_of_record(actor.org, record, part).await?;
        if listed.is_empty() {
            self.record(actor, record).await?;
        }
        let complete = listed.len() <= NEWEST;
        listed.truncate(NEWEST);

        let read = |listed| self.part_of_record(actor, &settings, record, listed);
        let parts = stream::iter(listed).map(read).buffered(AT_ONCE);
        let parts: Vec<(bool, Kpis)> = parts.try_filter_map(|part| async move { Ok(part) }).try_collect().await?;
        let sum = Kpis::sum(parts.iter().map(|(_, kpis)| kpis));
        Ok(RecordKpis {
            messages: parts.len(),
            tracked: parts.iter().filter(|(tracked, _)| *tracked).count(),
            kpis: sum.shown_to(&settings).cloned(),
            complete,
        })
    }

    /// Whether a message is tracked, and what of its figures is the record's own; none of one that was moved or taken back
    /// since, or that the actor may not see.
    async fn part_of_record(
        &self,
        actor: &Actor,
        settings: &Settings,
        record: &RecordRef,
        listed: ListedMessage,
    ) -> Result<Option<(bool, Kpis)>, Refused> {
        let Some(stored) = self.store.message_for_list(listed.message).await? else { return Ok(None) };
        let message = &stored.message;
        let is_there = message.org == actor.org
            && message.send_at == Some(listed.at)
            && actor.sight(settings.sent_visibility).sees(message);
        if !is_there {
            return Ok(None);
        }
        if !message.tracked || !settings.tracking_enabled {
            return Ok(Some((message.tracked, Kpis::default())));
        }
        let figures = self.store.figures(actor.org, message.owner, message.id).await?;
        if message.regarding.as_ref() == Some(record) {
            return Ok(Some((true, figures.kpis)));
        }
        let expired = message.is_expired(settings, actor.now);
        let of_copies = self.copy_kpis(&stored, &figures.kpis, expired).await?;
        Ok(Some((true, own_part(&stored, record, &of_copies))))
    }
}

/// The figures of the copies that went to a record.
fn own_part(stored: &MessageWithCopies, record: &RecordRef, of_copies: &[Kpis]) -> Kpis {
    let own = stored.copies.iter().zip(of_copies).filter(|(copy, _)| {
        let recipient = stored.message.recipient(copy.recipient);
        recipient.is_some_and(|recipient| recipient.record.as_ref() == Some(record))
    });
    Kpis::sum(own.map(|(_, kpis)| kpis))
}
