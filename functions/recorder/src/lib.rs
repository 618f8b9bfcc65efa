//! The recorder: hits and replies from the queue into the log of their message, and the figures that follow.
//!
//! - Trigger: the events queue, in batches.
//! - Reads: the message, what its recipients allow, its figures, its log.
//! - Writes: one segment of the log for all new hits of a message in the batch, and each reply; a card for a first open, which
//!   goes again when it turns out that no person opened; the figures last, together with what they change for the message's template.
//! - On failure: the hits of that message come again. Whatever was written already makes no difference then.
//!
//! The figures' version is read before the log and is the condition of their write, so of two recorders at work on
//! one message the slower one starts over and sees what the other added.

use domain::message::MessageWithCopies;
use std::collections::{BTreeMap, BTreeSet};

use aws::clients::Aws;
use aws::config::ConfigError;
use aws::lambda::batch::{self, Event, Outcome, Response};
use aws::store::{Error, Figures, Store};
use domain::ground::id::{EventId, MessageId};
use domain::ground::task::RecordTask;
use domain::message::Message;
use domain::signs::card::fact::Fact;
use domain::signs::engagement::{Engagement, FoldContext, fold};
use domain::signs::event::{Hit, HitAction, MessageHit};
use domain::signs::reply::{MessageReply, Reply};

mod consent;
mod erased;
mod flood;
mod replies;
mod withdraw;

/// What the recorder touches.
pub struct App {
    /// Log and figures.
    pub store: Store,
}

/// How often a batch starts over when another recorder was faster.
const TRIES: usize = 5;

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self { store: Store::from_env(Aws::from_env()?.dynamodb())? })
    }
}

/// Records the hits of a batch, message by message.
pub async fn handle(app: &App, event: Event) -> Response {
    let (tasks, unread) = batch::tasks(event);
    batch::each(by_message(tasks), unread, |(message, news)| record(app, message, news)).await
}

/// What a batch brings for one message.
#[derive(Default)]
struct News {
    hits: Vec<Hit>,
    replies: Vec<Reply>,
}

type Group = (Vec<String>, (MessageId, News));

fn by_message(tasks: Vec<(String, RecordTask)>) -> Vec<Group> {
    let mut groups: BTreeMap<MessageId, (Vec<String>, News)> = BTreeMap::new();
    for (id, task) in tasks {
        let (RecordTask::HitV1(MessageHit { message, .. }) | RecordTask::ReplyV1(MessageReply { message, .. })) = task;
        let (ids, news) = groups.entry(message).or_default();
        ids.push(id);
        match task {
            RecordTask::HitV1(MessageHit { hit, .. }) => news.hits.push(hit),
            RecordTask::ReplyV1(MessageReply { reply, .. }) => news.replies.push(reply),
        }
    }
    groups.into_iter().map(|(message, (ids, news))| (ids, (message, news))).collect()
}

async fn record(app: &App, id: MessageId, news: News) -> Outcome {
    for _ in 0..TRIES {
        match try_record(app, id, &news).await {
            Ok(outcome) => return outcome,
            Err(Error::Conflict) => {}
            Err(error) => return Outcome::Retry(error.to_string()),
        }
    }
    Outcome::Retry("others are recording this message".to_owned())
}

async fn try_record(app: &App, id: MessageId, news: &News) -> Result<Outcome, Error> {
    let Some(stored) = app.store.message(id).await? else {
        return Ok(Outcome::Drop("no such message"));
    };
    let message = &stored.message;
    // Read before anything is written: who is forgotten from now on is found by its version.
    let before = app.store.figures(message.org, message.owner, id).await?;
    let (mut hits, mut replies) = erased::remembered(app, message, &before, news).await?;
    let settings = app.store.settings(message.org).await?;
    hits.retain(|hit| belongs(hit, message) && !message.is_expired(&settings, hit.at));
    replies.retain(|reply| !message.is_expired(&settings, reply.at));
    let belonging = hits;
    let hits = consent::permitted(app, message, &settings, belonging.clone()).await?;
    let batch: BTreeSet<EventId> = hits.iter().map(|hit| hit.id).collect();
    let after = if belonging.is_empty() {
        before.clone()
    } else if before.logged >= flood::LOG_LIMIT {
        flood::record(app, &stored, &before, hits).await?
    } else {
        let engagement = log(app, &stored, hits, &before.erased).await?;
        announce(app, message, &engagement, &batch).await?;
        let told: BTreeSet<u16> = engagement.first_opens().into_keys().collect();
        withdraw::opens(app, message, &before.told, &told).await?;
        let logged = u32::try_from(engagement.judged.len()).unwrap_or(u32::MAX);
        Figures { kpis: engagement.kpis.keeping_replies(&before.kpis), logged, told, ..before.clone() }
    };
    let after = replies::count(app, message, &replies, after).await?;
    withdraw::reminder(app, message, &after).await?;
    if after != before {
        app.store.replace_figures(message, &before, &after).await?;
    }
    Ok(Outcome::Done)
}

/// A token that was signed for this message names only what the message has.
fn belongs(hit: &Hit, message: &Message) -> bool {
    let link = match hit.action {
        HitAction::Click(link) => link < message.links,
        HitAction::Open | HitAction::AttachmentView(_) => true,
    };
    link && message.tracked && usize::from(hit.recipient) < message.recipients.len()
}

/// Puts a card before the author for each recipient's first open, when this batch brought it. A batch that comes again
/// brings it again, to the same card.
async fn announce(
    app: &App,
    message: &Message,
    engagement: &Engagement,
    batch: &BTreeSet<EventId>,
) -> Result<(), Error> {
    for (recipient, hit) in engagement.first_opens() {
        let Some(who) = message.recipient(recipient).map(|recipient| &recipient.mailbox) else { continue };
        if batch.contains(&hit.id) {
            app.store.announce(message, Fact::FirstOpen { recipient, who }, hit.at).await?;
        }
    }
    Ok(())
}

/// Adds what is new to the log and folds the whole of it.
async fn log(
    app: &App,
    stored: &MessageWithCopies,
    hits: Vec<Hit>,
    erased: &BTreeSet<u16>,
) -> Result<Engagement, Error> {
    let mut all = app.store.hits(stored.message.id).await?;
    all.retain(|hit| !erased.contains(&hit.recipient));
    let known: BTreeSet<_> = all.iter().map(|hit| hit.id).collect();
    let unique: BTreeMap<_, Hit> = hits.into_iter().map(|hit| (hit.id, hit)).collect();
    let new: Vec<Hit> = unique.into_values().filter(|hit| !known.contains(&hit.id)).collect();
    app.store.log_hits(stored.message.id, &new).await?;
    all.extend(new);
    Ok(fold(all, &FoldContext::of(&stored.message, &stored.copies)))
}
