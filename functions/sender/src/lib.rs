//! The sender: one copy of one message to SES, at most once.
//!
//! - Trigger: the send queue, one task at a time. A task only says which copy to look at, or which received mail to pass
//!   on to an author.
//! - Reads: the copy, its message, body, links and files.
//! - Writes: the copy, before and after the call to SES; hints at what must be looked at later; cards for what went wrong.
//! - On failure: before the call, the task comes again and a later worker takes over. After it, nobody sends again:
//!   the copy waits for evidence, then for a person.

use aws::blobs::Blobs;
use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::{self, ConfigError, names};
use aws::ids::Ids;
use aws::lambda::batch::{self, Event, Outcome, Response};
use aws::mailer::Mailer;
use aws::queue::Queue;
use aws::store::{Error, Next, Store};
use domain::ground::id::MessageId;
use domain::ground::task::SendTask;
use domain::ground::token::TokenSigner;
use domain::message::copy::{Copy, CopyStep};
use domain::time::due::{Due, Work};
use jiff::{SignedDuration, Timestamp};

mod forward;
mod render;
mod report;
mod submit;

use forward::Answer;

/// When a copy is looked at again that could not be worked on.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// A copy that leaves later than this is left to its own hint: a message that was moved has tasks of its earlier times.
const SOON: SignedDuration = SignedDuration::from_hours(1);

/// What the sender touches.
pub struct App {
    /// Copies and messages.
    pub store: Store,
    /// Bodies and files.
    pub blobs: Blobs,
    /// The way out.
    pub mailer: Mailer,
    /// Takes tasks that must wait.
    pub sends: Queue<SendTask>,
    /// Signs tokens.
    pub signer: TokenSigner,
    /// Where recipients reach the tracking endpoints, without a slash at the end.
    pub tracking_url: String,
    /// The domain whose mail comes to us.
    pub inbound_domain: Option<String>,
    /// Tells whether a copy is due.
    pub clock: Clock,
    /// Names attempts.
    pub ids: Ids,
}

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        let aws = Aws::from_env()?;
        Ok(Self {
            store: Store::from_env(aws.dynamodb())?,
            blobs: Blobs::from_env(aws.s3())?,
            mailer: Mailer::from_env(aws.ses()),
            sends: Queue::from_env(aws.sqs(), names::SENDS_QUEUE)?,
            signer: TokenSigner::new(&config::json(names::TRACKING_KEYS)?),
            tracking_url: config::required(names::TRACKING_URL)?,
            inbound_domain: config::optional(names::INBOUND_DOMAIN),
            clock: Clock::system(),
            ids: Ids::System,
        })
    }
}

impl App {
    /// The host that our ids of mails end in.
    pub(crate) fn host(&self) -> &str {
        self.tracking_url.split("://").last().unwrap_or_default().split([':', '/']).next().unwrap_or_default()
    }
}

/// Looks at the copies that the batch names, one after the other.
pub async fn handle(app: &App, event: Event) -> Response {
    let (tasks, unread) = batch::tasks(event);
    let groups = tasks.into_iter().map(|(id, task)| (vec![id], task)).collect();
    batch::each(groups, unread, |task| async move {
        let done = match task {
            SendTask::CopyV1 { message, recipient } => look_at_and_remember(app, message, recipient).await,
            SendTask::ForwardV1 { message, key, verified, since } => {
                forward::pass_on(app, Answer { message, key, verified, since }).await
            }
        };
        match done {
            Ok(outcome) => outcome,
            Err(Error::Conflict) => Outcome::Done,
            Err(error) => Outcome::Retry(error.to_string()),
        }
    })
    .await
}

/// A task is tried a few times, an outage may last longer: whenever a copy cannot be worked on, a hint for a later look is
/// filed. Without the table there is none, and the ticks stand still as well.
async fn look_at_and_remember(app: &App, message: MessageId, recipient: u16) -> Result<Outcome, Error> {
    let outcome = look_at(app, message, recipient).await;
    if matches!(outcome, Ok(Outcome::Retry(_)) | Err(Error::Unavailable(_))) {
        let now = app.clock.now();
        let filed = app.store.file_due(&Due { at: now + LOOK_AGAIN, message, work: Work::Check }, now).await;
        if let Err(error) = filed {
            tracing::warn!(%message, %error, "no hint for a later look");
        }
    }
    outcome
}

/// Does what the copy's state asks for. A conflict means that another worker was faster.
async fn look_at(app: &App, message: MessageId, recipient: u16) -> Result<Outcome, Error> {
    let Some(copy) = app.store.copy(message, recipient).await? else {
        return Ok(Outcome::Drop("no such copy"));
    };
    let now = app.clock.now();
    match copy.step(now) {
        CopyStep::Submit => submit::prepare_and_submit(app, message, copy).await,
        CopyStep::Settle(settled, look_again) => write(app, message, &copy, *settled, look_again).await,
        // A later task will look again: the one that waits in the queue, or the hint that was filed.
        CopyStep::Wait(at) if copy.is_waiting() && at.duration_since(now) <= SOON => {
            wait(app, message, recipient, at, now).await
        }
        CopyStep::Wait(_) | CopyStep::Done => Ok(Outcome::Done),
    }
}

/// Writes the copy. What must not be lost goes before it: the card for a problem, the hint for a later look.
async fn write(
    app: &App,
    message: MessageId,
    before: &Copy,
    after: Copy,
    look_again: Option<Timestamp>,
) -> Result<Outcome, Error> {
    if let Some(at) = look_again {
        app.store.file_due(&Due { at, message, work: Work::Check }, app.clock.now()).await?;
    }
    report::problem(app, message, &after).await?;
    app.store.write(Next::copy(message, before, after)?).await?;
    match look_again {
        Some(at) => wait(app, message, before.recipient, at, app.clock.now()).await,
        None => Ok(Outcome::Done),
    }
}

/// Queues the same task again for `at`; the queue holds it for 15 minutes at most, then we are here again.
async fn wait(app: &App, message: MessageId, recipient: u16, at: Timestamp, now: Timestamp) -> Result<Outcome, Error> {
    let delay: SignedDuration = at.duration_since(now);
    match app.sends.put_all(&[(SendTask::CopyV1 { message, recipient }, delay)]).await {
        Ok(()) => Ok(Outcome::Done),
        Err(error) => Ok(Outcome::Retry(error.to_string())),
    }
}
