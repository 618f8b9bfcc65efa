//! Queues and messages as rows.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::{DeadLetters, Message, Queue};
use crate::cloud::sqlite::instant;

/// `source` is the queue that a dead letter came from.
pub(crate) const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS queues (
        name TEXT PRIMARY KEY, visibility_ms INTEGER NOT NULL, dead_queue TEXT, max_receives INTEGER);
    CREATE TABLE IF NOT EXISTS messages (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, queue TEXT NOT NULL, source TEXT, body TEXT NOT NULL,
        sent_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0,
        first_received_ms INTEGER, receipt TEXT NOT NULL DEFAULT '');
    CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_ms, seq);
";

/// A message about to be stored.
pub(super) struct Fresh<'a> {
    pub(super) id: &'a str,
    pub(super) queue: &'a str,
    pub(super) body: &'a str,
    pub(super) sent_at: Timestamp,
    pub(super) visible_at: Timestamp,
}

pub(super) fn put_queue(sql: &Connection, queue: &Queue) -> Result<()> {
    let dead = queue.dead_letters.as_ref();
    let visibility = i64::try_from(queue.visibility.as_millis()).unwrap_or(i64::MAX);
    sql.execute(
        "INSERT OR REPLACE INTO queues (name, visibility_ms, dead_queue, max_receives) VALUES (?1, ?2, ?3, ?4)",
        params![queue.name, visibility, dead.map(|dead| &dead.queue), dead.map(|dead| dead.max_receives)],
    )?;
    Ok(())
}

pub(super) fn queue(sql: &Connection, name: &str) -> Result<Option<Queue>> {
    sql.prepare_cached("SELECT visibility_ms, dead_queue, max_receives FROM queues WHERE name = ?1")?
        .query_row([name], |row| {
            let dead: (Option<String>, Option<u32>) = (row.get(1)?, row.get(2)?);
            Ok(Queue {
                name: name.to_owned(),
                visibility: SignedDuration::from_millis(row.get(0)?),
                dead_letters: dead.0.zip(dead.1).map(|(queue, max_receives)| DeadLetters { queue, max_receives }),
            })
        })
        .optional()
}

pub(super) fn insert(sql: &Connection, message: &Fresh<'_>) -> Result<()> {
    sql.prepare_cached("INSERT INTO messages (id, queue, body, sent_ms, visible_ms) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            message.id,
            message.queue,
            message.body,
            message.sent_at.as_millisecond(),
            message.visible_at.as_millisecond()
        ])?;
    Ok(())
}

/// Moves what was received too often, and is visible again, to the dead letters.
pub(super) fn bury(sql: &Connection, queue: &str, dead: &DeadLetters, now: Timestamp) -> Result<()> {
    sql.prepare_cached(
        "UPDATE messages SET queue = ?2, source = queue, visible_ms = ?4, receives = 0, receipt = ''
         WHERE queue = ?1 AND visible_ms <= ?4 AND receives >= ?3",
    )?
    .execute(params![queue, dead.queue, dead.max_receives, now.as_millisecond()])?;
    Ok(())
}

pub(super) fn visible(sql: &Connection, queue: &str, now: Timestamp, max: usize) -> Result<Vec<Message>> {
    sql.prepare_cached(
        "SELECT id, body, sent_ms, visible_ms, receives, first_received_ms, receipt FROM messages
         WHERE queue = ?1 AND visible_ms <= ?2 ORDER BY visible_ms, seq LIMIT ?3",
    )?
    .query_map(params![queue, now.as_millisecond(), i64::try_from(max).unwrap_or(i64::MAX)], message)?
    .collect()
}

fn message(row: &Row<'_>) -> Result<Message> {
    Ok(Message {
        id: row.get(0)?,
        body: row.get(1)?,
        sent_at: instant(row.get(2)?),
        visible_at: instant(row.get(3)?),
        receives: row.get(4)?,
        first_received_at: row.get::<_, Option<i64>>(5)?.map(instant),
        receipt: row.get(6)?,
    })
}

/// Counts a receive and hides the message until `until`.
pub(super) fn hide(sql: &Connection, message: Message, now: Timestamp, until: Timestamp) -> Result<Message> {
    let receives = message.receives + 1;
    let hidden = Message {
        visible_at: until,
        receives,
        first_received_at: message.first_received_at.or(Some(now)),
        receipt: format!("{}.{receives}", message.id),
        ..message
    };
    sql.prepare_cached(
        "UPDATE messages SET visible_ms = ?2, receives = ?3, first_received_ms = ?4, receipt = ?5 WHERE id = ?1",
    )?
    .execute(params![
        hidden.id,
        until.as_millisecond(),
        receives,
        hidden.first_received_at.map(Timestamp::as_millisecond),
        hidden.receipt
    ])?;
    Ok(hidden)
}

pub(super) fn delete(sql: &Connection, queue: &str, receipt: &str) -> Result<()> {
    sql.prepare_cached("DELETE FROM messages WHERE queue = ?1 AND receipt = ?2 AND receipt <> ''")?
        .execute([queue, receipt])?;
    Ok(())
}

pub(super) fn set_visible_at(sql: &Connection, queue: &str, receipt: &str, at: Timestamp) -> Result<bool> {
    let changed = sql
        .prepare_cached("UPDATE messages SET visible_ms = ?3 WHERE queue = ?1 AND receipt = ?2 AND receipt <> ''")?
        .execute(params![queue, receipt, at.as_millisecond()])?;
    Ok(changed > 0)
}

/// Sends a dead letter back to where it came from, as a new message. What never came from anywhere stays.
pub(super) fn revive(sql: &Connection, id: &str, new_id: &str, now: Timestamp) -> Result<usize> {
    sql.prepare_cached(
        "UPDATE messages SET id = ?2, queue = source, source = NULL, visible_ms = ?3, receives = 0,
         first_received_ms = NULL, receipt = '' WHERE id = ?1 AND source IS NOT NULL",
    )?
    .execute(params![id, new_id, now.as_millisecond()])
}

pub(super) fn first_visible(sql: &Connection, queue: &str) -> Result<Option<Timestamp>> {
    sql.prepare_cached("SELECT min(visible_ms) FROM messages WHERE queue = ?1")?
        .query_row([queue], |row| Ok(row.get::<_, Option<i64>>(0)?.map(instant)))
}
