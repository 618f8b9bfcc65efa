//! Feedback: what the mail service tells about the mails it took.
//!
//! - Trigger: the feedback queue: events of the SES configuration set, and reports that `inbound` read from mails.
//! - Reads: the copy that the mail was; its message when something went wrong, or when the news settles the copy.
//! - Writes: what follows from bad news (suppression, a card), then the copy, and what it counts for its template.
//! - On failure: the event comes again. The copy is written last, so what follows from it is never left out, and an
//!   event that says nothing new changes nothing.

use aws::clients::Aws;
use aws::clock::Clock;
use aws::config::ConfigError;
use aws::lambda::batch::{self, Event, Outcome, Response};
use aws::lambda::ses::Told;
use aws::store::{Error, Next, Store};
use domain::message::MessageWithCopies;
use domain::message::copy::delivery::{MailRef, SesReport};
use domain::message::copy::{Copy, CopyState};
use jiff::SignedDuration;

mod consequences;

/// What the function touches.
pub struct App {
    /// Copies, messages, suppressions, cards.
    pub store: Store,
    /// Tells how old news is.
    pub clock: Clock,
}

/// How often news starts over when somebody else changed the copy meanwhile.
const TRIES: usize = 5;
/// How long an event without our tags may be ahead of the sender's own note of the mail. Later it is a foreign mail.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

impl App {
    /// Reads the configuration.
    ///
    /// # Errors
    /// When a variable is missing or malformed.
    pub fn from_env() -> Result<Self, ConfigError> {
        Ok(Self { store: Store::from_env(Aws::from_env()?.dynamodb())?, clock: Clock::system() })
    }
}

/// Listens to the events of a batch, one after the other.
pub async fn handle(app: &App, event: Event) -> Response {
    let (told, unread) = batch::tasks::<Told>(event);
    let groups = told.into_iter().map(|(id, Told(report))| (vec![id], report)).collect();
    batch::each(groups, unread, |report: Option<SesReport>| async move {
        match report {
            Some(report) => hear(app, &report).await.unwrap_or_else(|error| Outcome::Retry(error.to_string())),
            None => Outcome::Done,
        }
    })
    .await
}

async fn hear(app: &App, report: &SesReport) -> Result<Outcome, Error> {
    let mail = match report.mail {
        Some(mail) => mail,
        None => match app.store.mail(&report.ses_id).await? {
            Some(mail) => mail,
            None if app.clock.now().duration_since(report.accepted_at) < AHEAD => {
                return Ok(Outcome::Retry("nobody noted this mail yet".to_owned()));
            }
            None => return Ok(Outcome::Drop("no mail of ours")),
        },
    };
    for _ in 0..TRIES {
        let Some(before) = app.store.copy(mail.message, mail.recipient).await? else {
            return Ok(Outcome::Drop("no such copy"));
        };
        let Some(after) = before.heard(mail.attempt, report) else { return Ok(Outcome::Done) };
        match write(app, &mail, report, &before, &after).await {
            Err(Error::Conflict) => {}
            other => return other.map(|()| Outcome::Done),
        }
    }
    Ok(Outcome::Retry("others are changing this copy".to_owned()))
}

/// The copy goes last: an event that is told again is recognised by it.
async fn write(app: &App, mail: &MailRef, report: &SesReport, before: &Copy, after: &Copy) -> Result<(), Error> {
    if before.ses_id != after.ses_id {
        app.store.put_mail(&report.ses_id, mail).await?;
    }
    consequences::follow(app, mail, report, before, after).await?;
    if before.state != CopyState::Sent && after.state == CopyState::Sent {
        // Faster than the sender's own note, or the end of a doubt.
        if let Some(MessageWithCopies { message, .. }) = app.store.message(mail.message).await? {
            let next = app.store.settled_copy(&message, before, after.clone()).await?;
            return app.store.write(next).await.map(drop);
        }
    }
    app.store.write(Next::copy(mail.message, before, after.clone())?).await.map(drop)
}
