//! A message with everything that a view shows of it.

use domain::message::attachment::{Attachment, LeavesAs};
use domain::message::copy::Copy;
use domain::message::progress::Progress;
use domain::message::reminder::Reminder;
use domain::message::tracking::TrackingDecision;
use domain::message::{Body, Message, MessageState, MessageStatus, MessageWithCopies, Recipient, TrackingState};
use domain::people::consent::{Decider, Standing};
use domain::signs::engagement::{Deed, FoldContext, Kpis, fold};
use domain::team::settings::Settings;
use futures::future::BoxFuture;
use jiff::Timestamp;
use mail::plan::plan;

use crate::{Actor, Desk, Refused};

/// A message as a view shows it.
#[derive(Debug, Clone)]
pub struct MessageDetails {
    /// The message and its copies.
    pub stored: MessageWithCopies,
    /// The status that follows from the copies.
    pub status: MessageStatus,
    /// How far it has come.
    pub progress: Progress,
    /// How far it has come, in one line.
    pub sentence: String,
    /// The figures; `None` while the organisation does not track.
    pub kpis: Option<Kpis>,
    /// The figures of each copy, in the order of copies; empty where they were not read.
    pub copy_kpis: Vec<Kpis>,
    /// Whether it is tracked, and who does not allow it.
    pub tracking: TrackingDetails,
    /// When text, files and events are deleted; `None` while it was not sent.
    pub expires_at: Option<Timestamp>,
    /// Text, files and reminder; `None` in lists.
    pub content: Option<Content>,
}

/// The parts of a message that lists leave out.
#[derive(Debug, Clone)]
pub struct Content {
    /// Both parts of the text.
    pub body: Body,
    /// The files, each with the way in which it leaves, or left, in the copies that are tracked as the message is.
    pub files: Vec<(Attachment, LeavesAs)>,
    /// The reminder, if there is one.
    pub reminder: Option<Reminder>,
}

/// Whether a message is tracked, and who does not allow it.
#[derive(Debug, Clone)]
pub struct TrackingDetails {
    /// The decision.
    pub decision: TrackingDecision,
    /// The recipients who do not allow it, each with the record that decides, where it is known.
    pub blocked_by: Vec<(Recipient, Option<Decider>)>,
}

/// The knowledge that details are made of, besides the message.
pub(crate) struct Known<'a> {
    /// The organisation's settings.
    pub(crate) settings: &'a Settings,
    /// The standings of a draft's recipients, in their order.
    pub(crate) standings: &'a [Standing],
    /// The figures.
    pub(crate) kpis: &'a Kpis,
    /// The figures of each copy.
    pub(crate) copy_kpis: Vec<Kpis>,
    /// Text, files and reminder; none in lists.
    pub(crate) content: Option<StoredContent>,
}

/// Text, files and reminder as they are stored.
pub(crate) struct StoredContent {
    pub(crate) body: Body,
    pub(crate) files: Vec<Attachment>,
    pub(crate) reminder: Option<Reminder>,
}

impl StoredContent {
    fn planned(self, message: &Message, tracked: bool) -> Content {
        let Self { body, files, reminder } = self;
        let leaves = plan(message, &body, &files, tracked).files;
        Content { body, files: files.into_iter().zip(leaves).collect(), reminder }
    }
}

impl MessageDetails {
    pub(crate) fn of(stored: MessageWithCopies, known: Known<'_>, now: Timestamp) -> Self {
        let Known { settings, standings, kpis, copy_kpis, content } = known;
        let MessageWithCopies { message, copies } = &stored;
        let kpis = kpis.shown_to(settings);
        let copy_kpis = if kpis.is_some() { copy_kpis } else { Vec::new() };
        let progress = Progress::of(&stored, kpis, now);
        let decision = message.tracking(copies, settings, standings);
        let tracked = decision.state == TrackingState::On;
        let blocked_by = decision.objecting.iter().filter_map(|n| {
            let decider = standings.get(usize::from(*n)).and_then(|standing| standing.decided_by.clone());
            Some((message.recipient(*n)?.clone(), decider))
        });
        Self {
            status: message.status(copies, now),
            sentence: progress.sentence(message, now),
            progress,
            kpis: kpis.cloned(),
            copy_kpis,
            tracking: TrackingDetails { blocked_by: blocked_by.collect(), decision },
            expires_at: message.expires_at(settings),
            content: content.map(|content| content.planned(message, tracked)),
            stored,
        }
    }

    /// The first sign that a person has seen the message; `None` while the organisation does not track.
    pub fn seen(&self) -> Option<Deed> {
        self.kpis.as_ref().and_then(Kpis::seen)
    }
}

impl Desk {
    /// Reads everything that a view of a message shows. Of one that was kept long enough, text and files are gone. Boxed: it
    /// reads five things at once.
    ///
    /// # Errors
    /// When the table or storage does not answer.
    pub fn details<'a>(
        &'a self,
        actor: &'a Actor,
        stored: MessageWithCopies,
    ) -> BoxFuture<'a, Result<MessageDetails, Refused>> {
        Box::pin(self.read_details(actor, stored))
    }

    async fn read_details(&self, actor: &Actor, stored: MessageWithCopies) -> Result<MessageDetails, Refused> {
        let Message { id, org, owner, body, .. } = &stored.message;
        let settings = self.store.settings(*org).await?;
        let expired = stored.message.is_expired(&settings, actor.now);

        let body =
            async { if expired { Ok(Body::empty()) } else { Ok::<_, Refused>(self.blobs.body(*id, body).await?) } };
        let files = async { if expired { Ok(Vec::new()) } else { self.files(&stored.message).await } };
        let reminder = async { Ok(self.store.reminder(*id).await?) };
        let figures = async { Ok(self.store.figures(*org, *owner, *id).await?) };
        let standings = self.standings_of_draft(&stored.message);
        let (body, files, reminder, figures, standings) =
            futures::try_join!(body, files, reminder, figures, standings)?;

        let copy_kpis = self.copy_kpis(&stored, &figures.kpis, expired).await?;
        let content = Some(StoredContent { body, files, reminder });
        let known = Known { settings: &settings, standings: &standings, kpis: &figures.kpis, copy_kpis, content };
        Ok(MessageDetails::of(stored, known, actor.now))
    }

    /// The figures of each copy. One copy has those of the message; for several, the log is folded for each.
    pub(crate) async fn copy_kpis(
        &self,
        stored: &MessageWithCopies,
        kpis: &Kpis,
        expired: bool,
    ) -> Result<Vec<Kpis>, Refused> {
        let MessageWithCopies { message, copies } = stored;
        if copies.len() <= 1 {
            return Ok(copies.iter().map(|_| kpis.clone()).collect());
        }
        let untouched = *kpis == Kpis::default();
        if expired || untouched {
            return Ok(if untouched { vec![Kpis::default(); copies.len()] } else { Vec::new() });
        }
        let hits = self.store.hits(message.id).await?;
        let replies = self.store.replies(message.id).await?;
        let context = FoldContext::of(message, copies);
        let of_copy = |copy: &Copy| {
            let theirs = hits.iter().filter(|hit| hit.recipient == copy.recipient).cloned();
            let answers = replies.iter().filter(|reply| reply.recipient == Some(copy.recipient)).cloned();
            fold(theirs, &context).kpis.with_replies(&answers.collect::<Vec<_>>())
        };
        Ok(copies.iter().map(of_copy).collect())
    }

    /// The standings of a draft's recipients. A message that was released has its decision in itself.
    pub(super) async fn standings_of_draft(&self, message: &Message) -> Result<Vec<Standing>, Refused> {
        let open = message.state == MessageState::Draft && message.tracking_requested;
        if open { self.standings(message.org, &message.recipients).await } else { Ok(Vec::new()) }
    }
}
