//! The file behind SQS, SES and S3, or the same in memory.
//!
//! Every change is committed before its answer leaves, in WAL mode with `synchronous = FULL`: neither a killed process nor a power
//! cut loses what was acknowledged. Statements run inline on the calling task: they are short, and a paused tokio clock
//! does not run ahead of them.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Result};

/// A shared connection; clones use the same database.
#[derive(Clone)]
pub(crate) struct Sqlite(Arc<Mutex<Connection>>);

impl Sqlite {
    /// An empty database that is gone with its last clone.
    pub(crate) fn memory(schema: &[&str]) -> Result<Self> {
        Self::prepared(Connection::open_in_memory()?, schema)
    }

    /// The database in the file at `path`, for this process alone.
    pub(crate) fn open(path: &Path, schema: &[&str]) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::ZERO)?;
        connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        intact(&connection)?;
        Self::prepared(connection, schema)
    }

    fn prepared(connection: Connection, schema: &[&str]) -> Result<Self> {
        connection.execute_batch(&format!("BEGIN EXCLUSIVE; {} COMMIT;", schema.concat()))?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` as one transaction: all of it is kept, or nothing.
    pub(crate) fn run<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.unchecked_transaction()?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }
}

/// Reads the whole file once, so that damage is reported at the start and not in the middle of work.
fn intact(connection: &Connection) -> Result<()> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" {
        return Ok(());
    }
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    Err(rusqlite::Error::SqliteFailure(code, Some(verdict)))
}

/// An instant from its stored milliseconds.
pub(crate) fn instant(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}
