//! How a copy leaves: which files go along in it, and how large it becomes.
//!
//! The desk tells the plan to the author, and the sender follows it: both ask here, with the same input, before anything is
//! rewritten. So the size of a body is a bound: never less than what leaves.

use domain::message::attachment::{Attachment, LeavesAs};
use domain::message::{Body, Message, Recipient};

use crate::compose::MAX_BYTES;

/// Bytes of the headers of a mail and of its parts, besides its recipients and its subject.
const HEADERS: usize = 4_000;
/// Bytes of the headers of an attached file, besides its name.
const FILE_HEADERS: usize = 1_000;
/// Bytes of a file in both lists, besides its name.
const LISTED: usize = 1_000;
/// Bytes that a redirect takes besides the address it leads to.
const REDIRECT: usize = 200;
/// Bytes of a character of a name as it is encoded, at most.
const ENCODED: usize = 8;

/// How a copy leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// How each file leaves, in their order.
    pub files: Vec<LeavesAs>,
    /// The size of the mail, in bytes as it is sent: not less than it will have.
    pub bytes: usize,
}

/// Plans a copy of a message. A tracked file leaves as a link in a copy that is tracked. Every other file is attached while
/// there is room for it in the mail, the first one first, and else leaves as a link that records nothing.
pub fn plan(message: &Message, body: &Body, files: &[Attachment], tracked: bool) -> Plan {
    let in_lists: usize = files.iter().map(listed).sum();
    let mut bytes = without_files(message, body, tracked);
    let mut room = MAX_BYTES.saturating_sub(bytes + in_lists);

    let mut leaves = Vec::with_capacity(files.len());
    for file in files {
        let attached = attached(file);
        let leaves_as = match (tracked && file.tracked, attached <= room) {
            (true, _) => LeavesAs::Link,
            (false, true) => LeavesAs::Attached,
            (false, false) => LeavesAs::UnloggedLink,
        };
        if leaves_as == LeavesAs::Attached {
            room -= attached;
            bytes += attached;
        } else {
            bytes += listed(file);
        }
        leaves.push(leaves_as);
    }
    Plan { files: leaves, bytes }
}

fn without_files(message: &Message, body: &Body, tracked: bool) -> usize {
    let named = |recipient: &Recipient| {
        let name = recipient.mailbox.name.as_deref().unwrap_or_default();
        recipient.mailbox.email.as_str().len() + ENCODED * name.len()
    };
    let recipients: usize = message.recipients.iter().map(named).sum();
    let parts = [&body.html, &body.text].map(|part| part_bytes(part, tracked));
    HEADERS + recipients + ENCODED * message.subject.len() + parts.iter().sum::<usize>()
}

/// A part of the body, encoded. In a tracked copy every address may become a redirect, which has the address in base64.
fn part_bytes(part: &str, tracked: bool) -> usize {
    let growth = if tracked { part.len() / 3 + REDIRECT * (1 + part.matches("//").count()) } else { 0 };
    base64(part.len() + growth) + part.matches('\n').count()
}

fn attached(file: &Attachment) -> usize {
    FILE_HEADERS + ENCODED * file.filename.len() + base64(usize::try_from(file.size).unwrap_or(MAX_BYTES))
}

fn listed(file: &Attachment) -> usize {
    LISTED + 2 * ENCODED * file.filename.len()
}

/// Four bytes for three, in lines of 76 with their ends (RFC 2045, section 6.8).
fn base64(bytes: usize) -> usize {
    let encoded = bytes.div_ceil(3) * 4;
    encoded + 2 * encoded.div_ceil(76)
}

#[cfg(test)]
mod tests;
