//! What the writer of a mail wrote, without the earlier mail below it.

use crate::track;

/// The text up to where an earlier mail begins, without quoted lines.
pub(super) fn of(text: &str) -> String {
    above_header_block(&track::own_text(text))
}

/// The same as a person reads it, without the lines that say whose the quoted lines are.
pub(crate) fn to_read(text: &str) -> String {
    above_header_block(&track::own_words(text))
}

fn above_header_block(own: &str) -> String {
    let lines: Vec<&str> = own.lines().collect();
    let end = (0..lines.len()).find(|at| begins_header_block(&lines[*at..])).unwrap_or(lines.len());
    lines[..end].join("\n")
}

/// The header that Outlook puts over the mail it answers: who, and within a few lines, when it was sent.
fn begins_header_block(lines: &[&str]) -> bool {
    let begins = |line: &str, names: &[&str]| {
        let line = line.trim().trim_matches('*').to_lowercase();
        names.iter().any(|name| line.starts_with(name))
    };
    begins(lines[0], FROM) && lines[1..].iter().take(4).any(|line| begins(line, SENT))
}

const FROM: &[&str] = &["from:", "von:", "de :", "de:", "da:", "van:", "od:"];
const SENT: &[&str] = &[
    "sent:",
    "date:",
    "gesendet:",
    "datum:",
    "envoyé",
    "date :",
    "enviado",
    "fecha:",
    "inviato:",
    "data:",
    "verzonden:",
    "poslano:",
];

/// Whether the first thing in the text is the heading over a mail that is passed on.
pub(super) fn begins_forwarded(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(6);
    lines.into_iter().any(|line| {
        let words = line.trim_matches(|c: char| c == '-' || c == '_' || c == '>' || c.is_whitespace()).to_lowercase();
        HEADINGS.iter().any(|heading| words.starts_with(heading))
    })
}

/// Headings over a mail that is passed on.
const HEADINGS: &[&str] = &[
    "forwarded message",
    "begin forwarded message",
    "weitergeleitete nachricht",
    "anfang der weitergeleiteten",
    "message transféré",
    "début du message transféré",
    "mensaje reenviado",
    "inicio del mensaje reenviado",
    "messaggio inoltrato",
    "inizio messaggio inoltrato",
    "doorgestuurd bericht",
    "begin doorgestuurd bericht",
    "posredovano sporočilo",
    "začetek posredovanega sporočila",
];
