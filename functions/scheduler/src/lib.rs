//! The scheduler: puts what is due onto the queue of the sender, to the second.
//!
//! - Trigger: every minute (EventBridge), and whoever wants to catch up.
//! - Reads: the hints of every minute that no tick has read yet, up to two minutes ahead.
//! - Writes: tasks with a delay, and the minute up to which it has read.
//! - On failure: the next tick goes on where this one stopped. A task that is queued twice is claimed once.

use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::{ConfigError, names};
use aws::queue::Queue;
use aws::store::Store;
use domain::due::{Due, LOOK_AHEAD, Minute, Tick, Work};
use domain::id::MessageId;
use domain::task::SendTask;
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
    let mut done = Done::default();
    if let Err(error) = tick(app, app.clock.now(), &mut done).await {
        tracing::error!(%error, "tick stopped early");
        done.error = Some(error.to_string());
    }
    done
}

async fn tick(app: &App, now: Timestamp, done: &mut Done) -> Result<(), Failure> {
    let mut minute = app.store.next_minute(Tick::Send).await?.unwrap_or(Minute::of(now)).resumed(now);
    let last = Minute::of(now + LOOK_AHEAD);
    while minute <= last {
        let end = minute.stretch(last);
        for due in app.store.due_from(Tick::Send, minute, end).await? {
            done.queued += queue(app, due, now).await?;
        }
        minute = end.next();
        app.store.put_next_minute(Tick::Send, minute).await?;
    }
    Ok(())
}

async fn queue(app: &App, due: Due, now: Timestamp) -> Result<usize, Failure> {
    let tasks = match due.work {
        Work::Send { copies } => (0..copies).map(|recipient| task(due.message, recipient, due.at, now)).collect(),
        Work::Check => unfinished(app, due.message, now).await?,
        Work::Remind | Work::Wake { .. } => Vec::new(),
    };
    app.sends.put_all(&tasks).await?;
    Ok(tasks.len())
}

/// The copies that somebody still has to look at.
async fn unfinished(app: &App, id: MessageId, now: Timestamp) -> Result<Vec<(SendTask, SignedDuration)>, Failure> {
    let Some(stored) = app.store.message(id).await? else { return Ok(Vec::new()) };
    let copies = stored.copies.iter().filter(|copy| !copy.is_settled());
    Ok(copies.map(|copy| task(id, copy.recipient, copy.until.unwrap_or(copy.due_at), now)).collect())
}

fn task(message: MessageId, recipient: u16, at: Timestamp, now: Timestamp) -> (SendTask, SignedDuration) {
    (SendTask::CopyV1 { message, recipient }, at.duration_since(now))
}
