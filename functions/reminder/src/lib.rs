//! The reminder: puts cards before their author when a reminder is due or a snooze is over, and deletes what was kept
//! long enough.
//!
//! - Trigger: every minute (EventBridge), and whoever wants to catch up.
//! - Reads: the hints of every minute that is not over and read; the reminder and the figures of their messages.
//! - Writes: cards under ids that follow from the fact, then the reminder; of messages that expire, deletes all but what
//!   lists show; the minute up to which it has read.
//! - On failure: the next tick goes on where this one stopped. A reminder fires once, however often it is judged.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws::blobs::Blobs;
use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::ConfigError;
use aws::store::{Error, Figures, Next, Store};
use domain::ground::id::{CardId, MessageId, OrgId, UserId};
use domain::message::copy::Copy;
use domain::message::reminder::{Judgement, ReminderFacts, judge};
use domain::message::{MessageState, MessageWithCopies};
use domain::signs::card::fact::Fact;
use domain::time::due::{Due, Tick, Work};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

mod expire;

/// How often a reminder starts over when somebody records meanwhile.
const TRIES: usize = 5;

/// What the reminder touches.
pub struct App {
    /// Reminders, figures, cards.
    pub store: Store,
    /// Texts and files of messages that expire.
    pub blobs: Blobs,
    /// Tells which minute it is.
    pub clock: Clock,
}

/// How long a copy is waited for that should have left.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// How many hints are followed at once.
const AT_ONCE: usize = 8;

/// The event of a rule that fires every minute; nothing in it matters.
#[derive(Debug, Deserialize)]
pub struct EveryMinute {}

/// What a tick did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// How many hints it followed.
    pub followed: usize,
    /// Why it stopped early.
    pub error: Option<String>,
}

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = Aws::from_env()?;
        Ok(Self { store: Store::from_env(aws.dynamodb())?, blobs: Blobs::from_env(aws.s3())?, clock: Clock::system() })
    }
}

/// Follows what is due.
pub async fn handle(app: &App, _: EveryMinute) -> Done {
    let (now, followed) = (app.clock.now(), AtomicUsize::new(0));
    let ticked = app.store.follow_due(Tick::Remind, now, |hints| follow_all(app, hints, now, &followed));
    let error = ticked.await.err().map(|error| error.to_string());
    if let Some(error) = &error {
        tracing::error!(error, "tick stopped early");
    }
    Done { followed: followed.into_inner(), error }
}

async fn follow_all(app: &App, hints: Vec<Due>, now: Timestamp, followed: &AtomicUsize) -> Result<(), Error> {
    let due: Vec<Due> = hints.into_iter().filter(|due| due.at <= now).collect();
    followed.fetch_add(due.len(), Ordering::Relaxed);
    stream::iter(due).map(|due| follow(app, due, now)).buffer_unordered(AT_ONCE).try_collect().await
}

/// Somebody else may have changed it meanwhile; then their change has filed its own hint.
async fn follow(app: &App, due: Due, now: Timestamp) -> Result<(), Error> {
    let followed = match due.work {
        Work::Remind => remind(app, due.message, now).await,
        Work::Expire => expire::expire(app, due.message, now).await,
        Work::Wake { org, owner, card } => wake(app, org, owner, card, now).await,
        Work::Send { .. } | Work::Check => Ok(()),
    };
    match followed {
        Err(Error::Conflict) => Ok(()),
        other => other,
    }
}

async fn remind(app: &App, id: MessageId, now: Timestamp) -> Result<(), Error> {
    let mut tries = 0;
    loop {
        tries += 1;
        match try_to_remind(app, id, now).await {
            Err(Error::Conflict) if tries < TRIES => {}
            done => return done,
        }
    }
}

async fn try_to_remind(app: &App, id: MessageId, now: Timestamp) -> Result<(), Error> {
    let Some(stored) = app.store.message(id).await? else { return Ok(()) };
    let Some(reminder) = app.store.reminder(id).await? else { return Ok(()) };
    let message = &stored.message;
    // A draft is judged after it was sent; what was taken back is not judged at all.
    if message.state != MessageState::Released {
        return Ok(());
    }
    if !stored.may_have_left() {
        return wait_for_leaving(app, &stored, now).await;
    }
    let figures = app.store.figures(message.org, message.owner, message.id).await?;
    let tracked = is_tracked(app, &stored).await?;
    match judge(&reminder, ReminderFacts::of(&figures.kpis, tracked), now) {
        Judgement::Fire(fired) => {
            // From here on, whoever records meanwhile knows that the reminder fired, or this starts over.
            if reminder.needs_tracking() && !figures.reminded {
                let marked = Figures { reminded: true, ..figures.clone() };
                app.store.replace_figures(message, &figures, &marked).await?;
            }
            app.store.announce(message, Fact::Reminder(&reminder), now).await?;
            app.store.write(Next::reminder(id, Some(&reminder), fired)?).await.map(drop)
        }
        Judgement::Satisfy(satisfied) => {
            app.store.write(Next::reminder(id, Some(&reminder), satisfied)?).await.map(drop)
        }
        Judgement::Wait(at) => app.store.file_due(&Due { at, message: id, work: Work::Remind }, now).await,
        // Whoever recorded meanwhile found that it was not needed, perhaps before the card was made.
        Judgement::Done if figures.reminded && reminder.is_satisfied() => {
            app.store.delete_card(message.org, message.owner, Fact::Reminder(&reminder).id(message.id)).await
        }
        Judgement::Done => Ok(()),
    }
}

/// True while what happens to a message is recorded.
async fn is_tracked(app: &App, stored: &MessageWithCopies) -> Result<bool, Error> {
    let any = stored.copies.iter().any(|copy| copy.untouched.is_none());
    Ok(stored.message.tracked && any && app.store.settings(stored.message.org).await?.tracking_enabled)
}

/// Nobody can open or answer what has not left. When nothing leaves any more, its author has a card that says so.
async fn wait_for_leaving(app: &App, stored: &MessageWithCopies, now: Timestamp) -> Result<(), Error> {
    if stored.copies.iter().all(Copy::is_settled) {
        return Ok(());
    }
    let at = stored.message.sent_for().max(now + LOOK_AGAIN);
    app.store.file_due(&Due { at, message: stored.message.id, work: Work::Remind }, now).await
}

async fn wake(app: &App, org: OrgId, owner: UserId, card: CardId, now: Timestamp) -> Result<(), Error> {
    let Some(card) = app.store.card(org, owner, card).await? else { return Ok(()) };
    match card.woken(now) {
        Some(woken) => app.store.write(Next::card(org, owner, &card, woken)?).await.map(drop),
        None => Ok(()),
    }
}
