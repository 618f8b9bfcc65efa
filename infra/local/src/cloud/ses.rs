//! SES: takes raw mail, keeps it as a recipient would get it, and refuses what SES refuses.

mod delivered;
mod events;
mod protocol;
mod relay;
mod storage;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws::clock::Clock;
use jiff::Timestamp;

use crate::cloud::ids;
use crate::cloud::sqlite::Sqlite;
use crate::cloud::sqs::Sqs;
use crate::cloud::wire::{Call, Refusal, Request, Response, Service, answer};

pub use relay::{Relay, RelayError};
pub(crate) use storage::SCHEMA;

/// The largest mail that SES takes, in bytes.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// How many recipients one call may have.
pub const MAX_RECIPIENTS: usize = 50;

/// The mail service. Clones are the same service.
#[derive(Clone)]
pub struct Ses {
    sqlite: Sqlite,
    clock: Clock,
    setup: Arc<Mutex<Setup>>,
}

#[derive(Default)]
struct Setup {
    /// `None` lets everybody send.
    identities: Option<Vec<String>>,
    relay: Option<Relay>,
    /// Where the events of mails with a configuration set go.
    events: Option<(Sqs, String)>,
    /// Mails to recipients who are out of office, whose notes are still to come.
    unanswered: Vec<Mail>,
}

/// What a caller wants to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Submission {
    pub(crate) source: String,
    pub(crate) destinations: Vec<String>,
    pub(crate) configuration_set: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) raw: Vec<u8>,
}

/// A mail that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The id that SES answered with.
    pub id: String,
    /// When it was accepted.
    pub at: Timestamp,
    /// The envelope's sender.
    pub source: String,
    /// The envelope's recipients.
    pub destinations: Vec<String>,
    /// The configuration set, which decides about events.
    pub configuration_set: Option<String>,
    /// The message tags, which come back in events.
    pub tags: BTreeMap<String, String>,
    /// The bytes as they were submitted.
    pub submitted: Vec<u8>,
    /// The bytes as a recipient gets them: SES writes `Message-ID` and `Date` itself.
    pub delivered: Vec<u8>,
}

impl Ses {
    pub(crate) fn new(sqlite: Sqlite, clock: Clock) -> Self {
        Self { sqlite, clock, setup: Arc::default() }
    }

    /// From now on, only these addresses and domains may send.
    pub fn verify_only(&self, identities: &[&str]) {
        let identities = identities.iter().map(|identity| identity.to_lowercase()).collect();
        self.setup().identities = Some(identities);
    }

    /// From now on, forwards every accepted mail.
    pub fn relay_to(&self, relay: Relay) {
        self.setup().relay = Some(relay);
    }

    /// From now on, publishes what becomes of every mail with a configuration set, through a topic, to this queue.
    pub fn publish_to(&self, sqs: &Sqs, queue: &str) {
        self.setup().events = Some((sqs.clone(), queue.to_owned()));
    }

    /// From now on, publishes nothing any more.
    pub fn publish_nothing(&self) {
        self.setup().events = None;
    }

    /// Mails whose recipients are out of office, each once.
    pub(crate) fn take_accepted(&self) -> Vec<Mail> {
        std::mem::take(&mut self.setup().unanswered)
    }

    /// Every mail that left, newest first. Mail that cannot be read from the disk is left out and logged.
    pub fn mails(&self) -> Vec<Mail> {
        self.sqlite.run(storage::mails).unwrap_or_else(|error| {
            tracing::error!(%error, "mails cannot be read");
            Vec::new()
        })
    }

    /// One mail.
    pub fn mail(&self, id: &str) -> Option<Mail> {
        self.sqlite.run(|sql| storage::mail(sql, id)).ok().flatten()
    }

    pub(crate) fn handle(&self, request: &Request) -> Response {
        let sent =
            protocol::submission(&Call::of(request).operation, request.body()).and_then(|mail| self.accept(mail));
        match sent {
            Ok(id) => answer(200, "text/xml", protocol::accepted(&id)),
            Err(refusal) => Service::Ses.refuse(&refusal),
        }
    }

    fn accept(&self, submission: Submission) -> Result<String, Refusal> {
        self.check(&submission)?;
        let at = self.clock.now();
        let id = ids::mail(at, ids::uuid(&self.clock));
        let mail = Mail {
            delivered: delivered::headers_by_ses(&submission.raw, &id, at),
            id: id.clone(),
            at,
            source: submission.source,
            destinations: submission.destinations,
            configuration_set: submission.configuration_set,
            tags: submission.tags,
            submitted: submission.raw,
        };
        let events = self.setup().events.clone().filter(|_| mail.configuration_set.is_some());
        self.sqlite.run(|sql| {
            storage::insert(sql, &mail)?;
            match &events {
                Some((sqs, queue)) => events::of(&mail).iter().try_for_each(|event| sqs.put_within(sql, queue, event)),
                None => Ok(()),
            }
        })?;
        if let Some((sqs, _)) = events {
            sqs.wake();
        }
        if mail.destinations.iter().any(|recipient| events::behaviour(recipient) == "ooo") {
            self.setup().unanswered.push(mail.clone());
        }
        if let Some(relay) = self.setup().relay.clone() {
            tokio::spawn(async move { relay.forward(&mail).await });
        }
        Ok(id)
    }

    fn check(&self, submission: &Submission) -> Result<(), Refusal> {
        if submission.raw.len() > MAX_BYTES {
            return Err(invalid(format!(
                "Message length is more than {MAX_BYTES} bytes long: '{}'.",
                submission.raw.len()
            )));
        }
        if submission.destinations.is_empty() {
            return Err(invalid("Missing required parameter 'Destinations'.".to_owned()));
        }
        if submission.destinations.len() > MAX_RECIPIENTS {
            return Err(invalid(format!("Recipient count exceeds {MAX_RECIPIENTS}.")));
        }
        let addresses = submission.destinations.iter().chain([&submission.source]);
        if let Some(address) = addresses.into_iter().find(|address| !is_address(address)) {
            return Err(invalid(format!("Local address contains control or non-ASCII characters: {address:?}")));
        }
        delivered::check_headers(&submission.raw).map_err(invalid)?;
        self.check_identity(&submission.source)
    }

    fn check_identity(&self, source: &str) -> Result<(), Refusal> {
        let address = bare(source).to_lowercase();
        let domain = address.rsplit('@').next().unwrap_or_default();
        let setup = self.setup();
        let Some(identities) = &setup.identities else { return Ok(()) };
        if identities.iter().any(|identity| *identity == address || identity == domain) {
            return Ok(());
        }
        let message = format!("Email address is not verified. The following identities failed the check: {address}");
        Err(Refusal::new(400, "MessageRejected", message))
    }

    fn setup(&self) -> std::sync::MutexGuard<'_, Setup> {
        self.setup.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn invalid(message: String) -> Refusal {
    Refusal::new(400, "InvalidParameterValue", message)
}

/// `user@example.com` of `Name <user@example.com>`.
fn bare(address: &str) -> &str {
    address.rsplit_once('<').map_or(address, |(_, rest)| rest.trim_end_matches('>'))
}

fn is_address(address: &str) -> bool {
    let bare = bare(address);
    let parts = bare.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty());
    parts && address.is_ascii() && !address.chars().any(|c| c.is_ascii_control()) && !bare.contains(char::is_whitespace)
}
