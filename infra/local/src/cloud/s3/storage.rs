//! Buckets and objects as rows.

use std::collections::HashMap;

use bytes::Bytes;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::cloud::sqlite::instant;

pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY);
    CREATE TABLE IF NOT EXISTS objects (
        bucket TEXT NOT NULL, key TEXT NOT NULL, content_type TEXT, content_disposition TEXT, cache_control TEXT,
        metadata TEXT NOT NULL, etag TEXT NOT NULL, modified_ms INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (bucket, key));
";

/// An object with what is said about it.
pub(super) struct Object {
    pub(super) content_type: Option<String>,
    pub(super) content_disposition: Option<String>,
    pub(super) cache_control: Option<String>,
    pub(super) metadata: HashMap<String, String>,
    pub(super) etag: String,
    pub(super) modified: Timestamp,
    pub(super) body: Bytes,
}

pub(super) fn create_bucket(sql: &Connection, name: &str) -> Result<()> {
    sql.execute("INSERT OR IGNORE INTO buckets (name) VALUES (?1)", [name])?;
    Ok(())
}

pub(super) fn has_bucket(sql: &Connection, name: &str) -> Result<bool> {
    sql.prepare_cached("SELECT 1 FROM buckets WHERE name = ?1")?.exists([name])
}

/// The names with this beginning behind `after`, at most as many.
pub(super) fn list(sql: &Connection, bucket: &str, prefix: &str, after: &str, limit: u32) -> Result<Vec<String>> {
    sql.prepare_cached(
        "SELECT key FROM objects WHERE bucket = ?1 AND substr(key, 1, length(?2)) = ?2 AND key > ?3 ORDER BY key LIMIT ?4",
    )?
    .query_map(params![bucket, prefix, after, limit], |row| row.get(0))?
    .collect()
}

pub(super) fn keys(sql: &Connection, bucket: &str) -> Result<Vec<String>> {
    sql.prepare_cached("SELECT key FROM objects WHERE bucket = ?1 ORDER BY key")?
        .query_map([bucket], |row| row.get(0))?
        .collect()
}

/// Stores an object; `false` when it should be new and is not.
pub(super) fn put(sql: &Connection, bucket: &str, key: &str, object: &Object, only_new: bool) -> Result<bool> {
    let otherwise = if only_new { "IGNORE" } else { "REPLACE" };
    let stored = sql.execute(
        &format!("INSERT OR {otherwise} INTO objects VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"),
        params![
            bucket,
            key,
            object.content_type,
            object.content_disposition,
            object.cache_control,
            serde_json::json!(object.metadata).to_string(),
            object.etag,
            object.modified.as_millisecond(),
            object.body.as_ref()
        ],
    )?;
    Ok(stored > 0)
}

pub(super) fn get(sql: &Connection, bucket: &str, key: &str) -> Result<Option<Object>> {
    sql.prepare_cached(
        "SELECT content_type, content_disposition, cache_control, metadata, etag, modified_ms, body FROM objects
         WHERE bucket = ?1 AND key = ?2",
    )?
    .query_row([bucket, key], |row| {
        Ok(Object {
            content_type: row.get(0)?,
            content_disposition: row.get(1)?,
            cache_control: row.get(2)?,
            metadata: serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default(),
            etag: row.get(4)?,
            modified: instant(row.get(5)?),
            body: row.get::<_, Vec<u8>>(6)?.into(),
        })
    })
    .optional()
}

pub(super) fn delete(sql: &Connection, bucket: &str, key: &str) -> Result<()> {
    sql.execute("DELETE FROM objects WHERE bucket = ?1 AND key = ?2", [bucket, key])?;
    Ok(())
}
