//! The whole cloud: its services over one clock, one place on disk, and one door.

pub mod account;
pub mod connector;
pub mod dynamodb;
pub mod faults;
pub(crate) mod ids;
pub mod inbound;
pub mod meter;
pub mod s3;
pub mod ses;
mod sqlite;
pub mod sqs;
pub mod wire;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use aws::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use dynamodb::DynamoDb;
use faults::{Fault, Faults};
use inbound::ReceiptRule;
use meter::{Capacity, Meter, Usage};
use s3::S3;
use ses::{Mail, Ses};
use sqlite::Sqlite;
use sqs::Sqs;
use wire::{Call, Refusal, Request, Response, Service};

/// A listener that hears of every mail that SES took.
pub type AcceptedListener = fn(&Cloud, &Mail) -> Result<(), Refusal>;

/// The cloud on one machine. Clones are the same cloud.
#[derive(Clone)]
pub struct Cloud {
    /// The tables.
    pub dynamodb: DynamoDb,
    /// The queues.
    pub sqs: Sqs,
    /// The mail that left.
    pub ses: Ses,
    /// The objects.
    pub s3: S3,
    /// The time that everything here goes by.
    pub clock: Clock,
    /// The switch on every call.
    pub faults: Faults,
    meter: Meter,
    sqlite: Sqlite,
    on_accepted: Arc<OnceLock<AcceptedListener>>,
    receipt_rule: Arc<OnceLock<ReceiptRule>>,
}

/// Why a cloud cannot be opened, in one sentence.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The directory cannot be made or written.
    #[error("cannot write to the data directory {}: {source}", path.display())]
    Unwritable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process works on the same data.
    #[error("the data directory {} is in use by another process", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The data is damaged, or from something else.
    #[error("the data in {} cannot be read: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// How a call ends without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody took the call: it is not applied.
    Refused,
    /// The call was applied, and its answer got lost.
    Lost,
}

impl Cloud {
    /// A cloud without a trace, for tests.
    pub fn memory(clock: Clock) -> Result<Self, OpenError> {
        let nowhere = |reason| OpenError::Corrupt { path: PathBuf::from(":memory:"), reason };
        let sqlite = Sqlite::memory(&SCHEMA).map_err(|error| nowhere(error.to_string()))?;
        let dynamodb = DynamoDb::memory().map_err(nowhere)?;
        Ok(Self::of(dynamodb, &sqlite, clock))
    }

    /// The cloud that lives in `directory`; it is made when it is not there.
    pub fn open(directory: &Path, clock: Clock) -> Result<Self, OpenError> {
        writable(directory).map_err(|source| OpenError::Unwritable { path: directory.to_owned(), source })?;
        let path = directory.join("cloud.sqlite");
        let sqlite = Sqlite::open(&path, &SCHEMA).map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy) => OpenError::InUse { path: directory.to_owned() },
            _ => OpenError::Corrupt { path, reason: error.to_string() },
        })?;
        let path = directory.join("dynamodb.sqlite");
        let dynamodb = DynamoDb::open(&path).map_err(|reason| OpenError::Corrupt { path, reason })?;
        let cloud = Self::of(dynamodb, &sqlite, clock);
        cloud.clock.advance(cloud.ahead().unwrap_or_default());
        Ok(cloud)
    }

    fn of(dynamodb: DynamoDb, sqlite: &Sqlite, clock: Clock) -> Self {
        Self {
            dynamodb,
            sqs: Sqs::new(sqlite.clone(), clock.clone()),
            ses: Ses::new(sqlite.clone(), clock.clone()),
            s3: S3::new(sqlite.clone(), clock.clone()),
            clock,
            faults: Faults::default(),
            meter: Meter::default(),
            sqlite: sqlite.clone(),
            on_accepted: Arc::default(),
            receipt_rule: Arc::default(),
        }
    }

    /// Moves the time forward, past a restart too, and wakes what was waiting for it.
    pub fn advance(&self, by: SignedDuration) -> Result<Timestamp, Refusal> {
        let ahead = self.ahead()?.saturating_add(by);
        let millis = i64::try_from(ahead.as_millis()).unwrap_or(i64::MAX);
        self.sqlite.run(|sql| sql.execute("INSERT OR REPLACE INTO clock (id, ahead_ms) VALUES (1, ?1)", [millis]))?;
        self.clock.advance(by);
        self.sqs.wake();
        Ok(self.clock.now())
    }

    fn ahead(&self) -> Result<SignedDuration, Refusal> {
        let query = |sql: &Connection| sql.query_row("SELECT ahead_ms FROM clock", [], |row| row.get(0)).optional();
        Ok(SignedDuration::from_millis(self.sqlite.run(query)?.unwrap_or_default()))
    }

    /// The door for everything that speaks AWS, with its faults.
    pub async fn call(&self, request: Request) -> Result<Response, NoAnswer> {
        let call = Call::of(&request);
        // Nothing below waits, and a function that makes many calls must not keep the others from theirs.
        tokio::task::yield_now().await;
        self.faults.stop().await;
        self.faults.alive().await;
        match self.faults.strike(&call) {
            None => Ok(self.serve(&call, request).await),
            Some(Fault::Before) => Err(NoAnswer::Refused),
            Some(Fault::Throttle) => Ok(call.service.refuse(&call.service.throttled())),
            Some(Fault::Unavailable) => Ok(call.service.refuse(&call.service.unavailable())),
            Some(Fault::CrashBefore) => self.faults.crash().await,
            Some(Fault::After) => {
                self.serve(&call, request).await;
                Err(NoAnswer::Lost)
            }
            Some(Fault::CrashAfter) => {
                self.serve(&call, request).await;
                self.faults.crash().await
            }
        }
    }

    async fn serve(&self, call: &Call, request: Request) -> Response {
        let (response, capacity) = match call.service {
            Service::DynamoDb => self.dynamodb.handle(&request),
            Service::Sqs => (self.sqs.handle(&request), Capacity::default()),
            Service::Ses => {
                let response = self.ses.handle(&request);
                self.tell_of_accepted();
                (response, Capacity::default())
            }
            Service::S3 => (self.s3.handle(request).await, Capacity::default()),
        };
        self.meter.count(call, capacity);
        response
    }

    fn tell_of_accepted(&self) {
        let accepted = self.ses.take_accepted();
        let Some(listener) = self.on_accepted.get() else { return };
        for mail in accepted {
            if let Err(error) = listener(self, &mail) {
                tracing::error!(%error, "nobody heard of a mail");
            }
        }
    }

    /// Lets a listener hear of every mail that SES takes from now on. The first one stays.
    pub fn on_accepted(&self, listener: AcceptedListener) {
        self.on_accepted.get_or_init(|| listener);
    }

    /// Where mail that comes in is put, and who is told of it. The first rule stays.
    pub fn set_receipt_rule(&self, rule: ReceiptRule) {
        self.receipt_rule.get_or_init(|| rule);
    }

    /// What was used since the start or the last reset.
    pub fn meter(&self) -> Usage {
        self.meter.usage()
    }

    /// Starts to count from zero.
    pub fn reset_meter(&self) {
        self.meter.reset();
    }

    /// Every mail that left, newest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.ses.mails()
    }
}

const SCHEMA: [&str; 4] = [sqs::SCHEMA, ses::SCHEMA, s3::SCHEMA, CLOCK_SCHEMA];

const CLOCK_SCHEMA: &str = "CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY, ahead_ms INTEGER NOT NULL);";

fn writable(directory: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let probe = directory.join(".probe");
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(&probe)
}
