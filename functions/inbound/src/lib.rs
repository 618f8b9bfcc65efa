//! Inbound: mail that came in through SES.
//!
//! - Trigger: the inbound queue: one notification for each mail that the receipt rule put into storage.
//! - Reads: the mail, and the message that it answers.
//! - Writes: tasks. A reply goes to the recorder, a bounce to `feedback`, a mail to an address of ours to its author. Mail that
//!   belongs to no message is deleted.
//! - On failure: the notification comes again; all tasks may be put twice. A mail that cannot be read is kept, and shown as
//!   such when its address says to which message it belongs.

use aws::blobs::{self, Blobs};
use aws::clients::Aws;
use aws::config::{self, ConfigError, names};
use aws::lambda::batch::{self, Event, Outcome, Response};
use aws::lambda::ses::arrival::Arrival;
use aws::queue::{Queue, Unavailable};
use aws::store::{self, Store};
use desk::letters::{LetterNews, Letters};
use domain::ground::task::{FeedbackTask, RecordTask, SendTask};
use domain::ground::token::TokenSigner;
use jiff::SignedDuration;

/// What the function touches.
pub struct App {
    /// Messages, and which copy a mail was.
    pub store: Store,
    /// Mail that came in.
    pub blobs: Blobs,
    /// Takes replies.
    pub events: Queue<RecordTask>,
    /// Takes bounces.
    pub feedback: Queue<FeedbackTask>,
    /// Takes mail for authors.
    pub sends: Queue<SendTask>,
    /// Verifies reply addresses.
    pub signer: TokenSigner,
    /// The domain whose mail comes here.
    pub inbound_domain: Option<String>,
}

/// Why a mail could not be handled now.
#[derive(Debug)]
pub(crate) struct Later(String);

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
            events: Queue::from_env(aws.sqs(), names::EVENTS_QUEUE)?,
            feedback: Queue::from_env(aws.sqs(), names::FEEDBACK_QUEUE)?,
            sends: Queue::from_env(aws.sqs(), names::SENDS_QUEUE)?,
            signer: TokenSigner::new(&config::json(names::TRACKING_KEYS)?),
            inbound_domain: config::optional(names::INBOUND_DOMAIN),
        })
    }
}

/// Takes in the mails of a batch, one after the other.
pub async fn handle(app: &App, event: Event) -> Response {
    let (arrivals, unread) = batch::tasks::<Arrival>(event);
    let groups = arrivals.into_iter().map(|(id, arrival)| (vec![id], arrival)).collect();
    batch::each(groups, unread, |arrival: Arrival| async move {
        take_in(app, &arrival).await.unwrap_or_else(|Later(error)| Outcome::Retry(error))
    })
    .await
}

async fn take_in(app: &App, arrival: &Arrival) -> Result<Outcome, Later> {
    let raw = match app.blobs.received(&arrival.key).await {
        Ok(raw) => raw,
        Err(blobs::Error::Missing) => return Ok(Outcome::Drop("no such mail in storage")),
        Err(error) => return Err(Later(error.to_string())),
    };
    let letters = Letters { store: &app.store, signer: &app.signer, inbound_domain: app.inbound_domain.as_deref() };
    match letters.read(arrival, &raw).await? {
        // Nobody of us wrote to its sender, so nothing of it is kept. When this fails, the mail comes again.
        None => {
            app.blobs.delete_received(&arrival.key).await.map_err(|error| Later(error.to_string()))?;
            return Ok(Outcome::Drop("belongs to no message"));
        }
        Some(LetterNews::Report(report)) => app.feedback.put(&FeedbackTask::ReportV1(*report)).await?,
        Some(LetterNews::Reply { reply, for_author }) => {
            if for_author {
                let (message, key, verified) = (reply.message, arrival.key.clone(), reply.reply.verified);
                app.sends
                    .put_all(&[(SendTask::ForwardV1 { message, key, verified, since: None }, SignedDuration::ZERO)])
                    .await?;
            }
            app.events.put(&RecordTask::ReplyV1(*reply)).await?;
        }
    }
    Ok(Outcome::Done)
}

impl From<store::Error> for Later {
    fn from(error: store::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<Unavailable> for Later {
    fn from(error: Unavailable) -> Self {
        Self(error.to_string())
    }
}
