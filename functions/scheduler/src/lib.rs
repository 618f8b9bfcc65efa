//! The scheduler: puts what is due onto the queue of the sender, to the second.
//!
//! - Trigger: every minute (EventBridge), and whoever wants to catch up.
//! - Reads: the hints of every minute that no tick has read yet, up to two minutes ahead.
//! - Writes: tasks with a delay, and the minute up to which it has read.
//! - On failure: the next tick goes on where this one stopped. A task that is queued twice is handed over once.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::{ConfigError, names};
use aws::queue::Queue;
use aws::store::{Error, Store};
use domain::ground::id::MessageId;
use domain::ground::task::SendTask;
use domain::time::due::{Due, Tick, Work};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// What the scheduler touches.
pub struct App {
    /// Hints, and the state of what they point at.
    pub store: Store,
    /// Takes tasks.
    pub sends: Queue<SendTask>,
    /// Tells which minute it is.
    pub clock: Clock,
}

/// The event of a rule that fires every minute; nothing in it matters.
#[derive(Debug, Deserialize)]
pub struct EveryMinute {}

/// What a tick did.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// How many tasks it queued.
    pub queued: usize,
    /// Why it stopped early.
    pub error: Option<String>,
}

/// How many messages are looked at at once.
const READS_AT_ONCE: usize = 8;

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = Aws::from_env()?;
        let sends = Queue::from_env(aws.sqs(), names::SENDS_QUEUE)?;
        Ok(Self { store: Store::from_env(aws.dynamodb())?, sends, clock: Clock::system() })
    }
}

/// Reads every minute from where the last tick stopped to two minutes ahead.
pub async fn handle(app: &App, _: EveryMinute) -> Done {
    let (now, queued) = (app.clock.now(), AtomicUsize::new(0));
    let ticked = app.store.follow_due(Tick::Send, now, |hints| queue(app, hints, now, &queued));
    let error = ticked.await.err().map(|error| error.to_string());
    if let Some(error) = &error {
        tracing::error!(error, "tick stopped early");
    }
    Done { queued: queued.into_inner(), error }
}

async fn queue(app: &App, hints: Vec<Due>, now: Timestamp, queued: &AtomicUsize) -> Result<(), Failure> {
    let tasks = tasks(app, hints, now).await?;
    app.sends.put_all(&tasks).await?;
    queued.fetch_add(tasks.len(), Ordering::Relaxed);
    Ok(())
}

type Task = (SendTask, SignedDuration);

/// What the hints of a page ask for.
async fn tasks(app: &App, hints: Vec<Due>, now: Timestamp) -> Result<Vec<Task>, Error> {
    stream::iter(hints).map(|due| tasks_of(app, due, now)).buffer_unordered(READS_AT_ONCE).try_concat().await
}

async fn tasks_of(app: &App, due: Due, now: Timestamp) -> Result<Vec<Task>, Error> {
    match due.work {
        Work::Send { copies } => Ok((0..copies).map(|recipient| task(due.message, recipient, due.at, now)).collect()),
        Work::Check => unfinished(app, due.message, now).await,
        Work::Remind | Work::Expire | Work::Wake { .. } => Ok(Vec::new()),
    }
}

/// The copies that somebody still has to look at.
async fn unfinished(app: &App, id: MessageId, now: Timestamp) -> Result<Vec<Task>, Error> {
    let Some(stored) = app.store.message(id).await? else { return Ok(Vec::new()) };
    let copies = stored.copies.iter().filter(|copy| !copy.is_settled());
    Ok(copies.map(|copy| task(id, copy.recipient, copy.until.unwrap_or(copy.due_at), now)).collect())
}

fn task(message: MessageId, recipient: u16, at: Timestamp, now: Timestamp) -> Task {
    (SendTask::CopyV1 { message, recipient }, at.duration_since(now))
}
