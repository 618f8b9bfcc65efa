//! The timeline of a message, read from its log.

use domain::message::MessageWithCopies;
use domain::message::attachment::Attachment;
use domain::message::timeline::{Timeline, TimelineScope};
use futures::future::BoxFuture;

use crate::{Actor, Desk, Refused};

/// A timeline, with the links and files that its events name by number.
#[derive(Debug, Clone)]
pub struct TimelineDetails {
    /// Figures and events.
    pub timeline: Timeline,
    /// The addresses of the message's links.
    pub links: Vec<String>,
    /// The message's files.
    pub files: Vec<Attachment>,
    /// Hits beyond those that are kept in detail: counted, not listed, part of no other figure.
    pub more: u32,
}

impl Desk {
    /// The timeline of a message as its organisation may see it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn timeline(&self, actor: &Actor, stored: &MessageWithCopies) -> Result<TimelineDetails, Refused> {
        let settings = self.store.settings(actor.org).await?;
        let expired = stored.message.is_expired(&settings, actor.now);
        let scope = TimelineScope { enabled: settings.tracking_enabled, expired, only: None };
        self.scoped_timeline(stored, &scope).await
    }

    /// The part of a timeline that may be told. Boxed: it reads five things at once.
    pub(crate) fn scoped_timeline<'a>(
        &'a self,
        stored: &'a MessageWithCopies,
        scope: &'a TimelineScope,
    ) -> BoxFuture<'a, Result<TimelineDetails, Refused>> {
        Box::pin(self.read_timeline(stored, scope))
    }

    async fn read_timeline(
        &self,
        stored: &MessageWithCopies,
        scope: &TimelineScope,
    ) -> Result<TimelineDetails, Refused> {
        let message = &stored.message;
        let hits = self.store.hits(message.id);
        let links = self.store.links(message.id, message.links);
        let files = self.store.attachments(message.id);
        let figures = self.store.figures(message.org, message.owner, message.id);
        let replies = self.store.replies(message.id);
        let (hits, links, files, figures, replies) = futures::try_join!(hits, links, files, figures, replies)?;

        let timeline = Timeline::of(stored, hits, replies, &figures.kpis, scope);
        let more = if scope.enabled && scope.only.is_none() { figures.beyond } else { 0 };
        Ok(TimelineDetails { timeline, links, files, more })
    }
}
