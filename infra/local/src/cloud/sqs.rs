//! SQS standard queues: visibility timeouts, delays, dead-letter queues, on disk before the answer.
//!
//! Order is that of visibility, which makes tests repeatable; nothing may rely on it. Messages do not expire.

mod protocol;
mod storage;

use std::sync::Arc;

use aws::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use tokio::sync::Notify;

use crate::cloud::account::{ACCOUNT, REGION};
use crate::cloud::sqlite::Sqlite;
use crate::cloud::wire::{Call, Refusal, Request, Response, Service, answer};

pub(crate) use protocol::system_attributes;
pub(crate) use storage::SCHEMA;

/// The largest message, and the largest sum of a batch, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The longest delay.
pub const MAX_DELAY: SignedDuration = SignedDuration::from_secs(900);
/// How many messages one call may send or receive.
pub const MAX_BATCH: usize = 10;

/// The queues. Clones are the same queues.
#[derive(Clone)]
pub struct Sqs {
    sqlite: Sqlite,
    clock: Clock,
    changed: Arc<Notify>,
}

/// What a queue is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// How long a received message stays hidden.
    pub visibility: SignedDuration,
    /// Where messages go that were received too often.
    pub dead_letters: Option<DeadLetters>,
}

impl Queue {
    /// A queue without dead letters.
    pub fn new(name: &str, visibility: SignedDuration) -> Self {
        Self { name: name.to_owned(), visibility, dead_letters: None }
    }

    /// The same queue, giving up on a message after `max_receives`.
    #[must_use]
    pub fn with_dead_letters(self, queue: &str, max_receives: u32) -> Self {
        Self { dead_letters: Some(DeadLetters { queue: queue.to_owned(), max_receives }), ..self }
    }
}

/// A redrive policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters {
    /// The name of the queue for dead letters.
    pub queue: String,
    /// How often a message is received before it goes there (`maxReceiveCount`).
    pub max_receives: u32,
}

/// A message in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id, new with every send and redrive.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it may be received (again).
    pub visible_at: Timestamp,
    /// How often it was received.
    pub receives: u32,
    /// When it was received for the first time.
    pub first_received_at: Option<Timestamp>,
    /// What deletes it; empty until it is received, and new each time.
    pub receipt: String,
}

impl Message {
    /// The MD5 sum that SQS answers with and SDKs compare.
    pub fn md5(&self) -> String {
        md5_of(&self.body)
    }
}

/// How many messages a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Depth {
    /// Ready to be received.
    pub visible: usize,
    /// Received and not yet deleted.
    pub in_flight: usize,
    /// Sent with a delay that is not over.
    pub delayed: usize,
}

impl Depth {
    /// All of them.
    pub fn total(self) -> usize {
        self.visible + self.in_flight + self.delayed
    }
}

impl Sqs {
    pub(crate) fn new(sqlite: Sqlite, clock: Clock) -> Self {
        Self { sqlite, clock, changed: Arc::default() }
    }

    /// Makes a queue, or sets one that exists.
    pub fn create_queue(&self, queue: &Queue) -> Result<(), Refusal> {
        Ok(self.sqlite.run(|sql| storage::put_queue(sql, queue))?)
    }

    /// The settings of a queue.
    pub fn queue(&self, name: &str) -> Result<Queue, Refusal> {
        self.sqlite.run(|sql| storage::queue(sql, name))?.ok_or_else(|| unknown_queue(name))
    }

    /// Sends one message and returns its id.
    pub fn send(&self, queue: &str, body: &str, delay: SignedDuration) -> Result<String, Refusal> {
        check_message(body, delay)?;
        self.queue(queue)?;
        let now = self.clock.now();
        let id = crate::cloud::ids::uuid(&self.clock).to_string();
        let message = storage::Fresh { id: &id, queue, body, sent_at: now, visible_at: now + delay };
        self.sqlite.run(|sql| storage::insert(sql, &message))?;
        self.changed.notify_waiters();
        Ok(id)
    }

    /// Sends one message as a part of another service's transaction; [`Sqs::wake`] comes after it.
    pub(crate) fn put_within(&self, sql: &Connection, queue: &str, body: &str) -> rusqlite::Result<()> {
        let (now, id) = (self.clock.now(), crate::cloud::ids::uuid(&self.clock).to_string());
        storage::insert(sql, &storage::Fresh { id: &id, queue, body, sent_at: now, visible_at: now })
    }

    /// Receives up to `max` messages and hides them for `visibility`, or for as long as the queue says. Never waits.
    pub fn receive(
        &self,
        queue: &str,
        max: usize,
        visibility: Option<SignedDuration>,
    ) -> Result<Vec<Message>, Refusal> {
        let settings = self.queue(queue)?;
        let now = self.clock.now();
        let until = now + visibility.unwrap_or(settings.visibility);
        Ok(self.sqlite.run(|sql| {
            if let Some(dead) = &settings.dead_letters {
                storage::bury(sql, queue, dead, now)?;
            }
            let messages = storage::visible(sql, queue, now, max)?;
            messages.into_iter().map(|message| storage::hide(sql, message, now, until)).collect()
        })?)
    }

    /// Deletes the message that was last received with `receipt`; an older receipt changes nothing, as on AWS.
    pub fn delete(&self, queue: &str, receipt: &str) -> Result<(), Refusal> {
        self.queue(queue)?;
        self.sqlite.run(|sql| storage::delete(sql, queue, receipt))?;
        Ok(())
    }

    /// Hides a received message for `visibility` from now on; zero gives it back at once.
    pub fn change_visibility(&self, queue: &str, receipt: &str, visibility: SignedDuration) -> Result<(), Refusal> {
        self.queue(queue)?;
        let until = self.clock.now() + visibility;
        let changed = self.sqlite.run(|sql| storage::set_visible_at(sql, queue, receipt, until))?;
        if !changed {
            return Err(Refusal::new(400, "MessageNotInflight", "The message is not in flight."));
        }
        self.changed.notify_waiters();
        Ok(())
    }

    /// How many messages wait, are being worked on, or are delayed.
    pub fn depth(&self, queue: &str) -> Result<Depth, Refusal> {
        self.queue(queue)?;
        let now = self.clock.now();
        let messages = self.messages(queue)?;
        let count = |wanted: fn(&Message) -> bool| {
            messages.iter().filter(|message| message.visible_at > now && wanted(message)).count()
        };
        let (in_flight, delayed) = (count(|message| message.receives > 0), count(|message| message.receives == 0));
        Ok(Depth { visible: messages.len() - in_flight - delayed, in_flight, delayed })
    }

    /// Everything in a queue, hidden or not, without receiving it.
    pub fn messages(&self, queue: &str) -> Result<Vec<Message>, Refusal> {
        Ok(self.sqlite.run(|sql| storage::visible(sql, queue, Timestamp::MAX, usize::MAX))?)
    }

    /// Moves dead letters back to the queues they came from, each under a new id, and says how many.
    pub fn redrive(&self, dead_letter_queue: &str) -> Result<usize, Refusal> {
        self.queue(dead_letter_queue)?;
        let now = self.clock.now();
        let moved = self.sqlite.run(|sql| {
            let letters = storage::visible(sql, dead_letter_queue, Timestamp::MAX, usize::MAX)?;
            let revive = |letter: &Message| {
                storage::revive(sql, &letter.id, &crate::cloud::ids::uuid(&self.clock).to_string(), now)
            };
            letters.iter().map(revive).sum()
        })?;
        self.changed.notify_waiters();
        Ok(moved)
    }

    /// When the next message of a queue becomes visible, in the past when one is already; `None` when it is empty.
    pub fn next_visible(&self, queue: &str) -> Result<Option<Timestamp>, Refusal> {
        Ok(self.sqlite.run(|sql| storage::first_visible(sql, queue))?)
    }

    /// Lets everybody look again who waits for [`Sqs::changed`].
    pub(crate) fn wake(&self) {
        self.changed.notify_waiters();
    }

    /// Returns when a message was sent, returned or redriven after this call.
    pub fn changed(&self) -> impl Future<Output = ()> + '_ {
        self.changed.notified()
    }

    /// The ARN of a queue.
    pub fn arn(queue: &str) -> String {
        format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")
    }

    /// The URL of a queue behind an endpoint.
    pub fn url(endpoint: &str, queue: &str) -> String {
        format!("{}/{ACCOUNT}/{queue}", endpoint.trim_end_matches('/'))
    }

    pub(crate) fn handle(&self, request: &Request) -> Response {
        match protocol::run(self, &Call::of(request).operation, request) {
            Ok(output) => answer(200, "application/x-amz-json-1.0", output.to_string()),
            Err(refusal) => Service::Sqs.refuse(&refusal),
        }
    }
}

fn unknown_queue(name: &str) -> Refusal {
    Refusal::new(400, "QueueDoesNotExist", format!("The specified queue does not exist: {name}"))
}

fn md5_of(body: &str) -> String {
    format!("{:x}", md5::compute(body))
}

fn check_message(body: &str, delay: SignedDuration) -> Result<(), Refusal> {
    if body.is_empty() {
        return Err(Refusal::new(400, "MissingParameter", "The request must contain the parameter MessageBody."));
    }
    if body.len() > MAX_BYTES {
        return Err(Refusal::new(
            400,
            "InvalidParameterValue",
            format!("Message must be shorter than {MAX_BYTES} bytes."),
        ));
    }
    if !body.chars().all(is_allowed) {
        return Err(Refusal::new(400, "InvalidMessageContents", "Invalid binary character in message body."));
    }
    if delay.is_negative() || delay > MAX_DELAY {
        return Err(Refusal::new(400, "InvalidParameterValue", "DelaySeconds must be between 0 and 900."));
    }
    Ok(())
}

/// SQS takes the characters of XML 1.0.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
