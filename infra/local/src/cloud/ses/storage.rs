//! Mails as rows.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::Mail;
use crate::cloud::sqlite::instant;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS mails (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at_ms INTEGER NOT NULL, source TEXT NOT NULL,
        destinations TEXT NOT NULL, configuration_set TEXT, tags TEXT NOT NULL, submitted BLOB NOT NULL, delivered BLOB NOT NULL);
";

const COLUMNS: &str = "id, at_ms, source, destinations, configuration_set, tags, submitted, delivered";

pub(super) fn insert(sql: &Connection, mail: &Mail) -> Result<()> {
    sql.execute(
        &format!("INSERT INTO mails ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
        params![
            mail.id,
            mail.at.as_millisecond(),
            mail.source,
            serde_json::json!(mail.destinations).to_string(),
            mail.configuration_set,
            serde_json::json!(mail.tags).to_string(),
            mail.submitted,
            mail.delivered
        ],
    )?;
    Ok(())
}

pub(super) fn mails(sql: &Connection) -> Result<Vec<Mail>> {
    sql.prepare_cached(&format!("SELECT {COLUMNS} FROM mails ORDER BY seq DESC"))?.query_map([], read)?.collect()
}

pub(super) fn mail(sql: &Connection, id: &str) -> Result<Option<Mail>> {
    sql.query_row(&format!("SELECT {COLUMNS} FROM mails WHERE id = ?1"), [id], read).optional()
}

fn read(row: &Row<'_>) -> Result<Mail> {
    Ok(Mail {
        id: row.get(0)?,
        at: instant(row.get(1)?),
        source: row.get(2)?,
        destinations: from_json(row, 3)?,
        configuration_set: row.get(4)?,
        tags: from_json(row, 5)?,
        submitted: row.get(6)?,
        delivered: row.get(7)?,
    })
}

fn from_json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    let text: String = row.get(column)?;
    let wrong = |error| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error));
    serde_json::from_str(&text).map_err(wrong)
}
