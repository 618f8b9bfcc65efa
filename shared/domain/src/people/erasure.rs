//! Erasure: what is left of a message when one of those it was sent to is to be forgotten.
//!
//! A message keeps the places of its recipients, because tokens and copies count them. Who is forgotten leaves a
//! placeholder in their place; when nobody else is left, the message loses its text and what it was about as well.

use std::collections::BTreeSet;

use crate::message::copy::{Copy, CopyState};
use crate::message::{Mailbox, Message, MessageState, Recipient};
use crate::people::address::EmailAddress;
use crate::people::record::{Record, RecordRef};
use crate::signs::reply::Reply;

/// What stands in the place of words about somebody who was forgotten.
pub const ERASED: &str = "[erased]";
/// What stands in the place of their address. No mail can be sent there (RFC 2606, section 2).
pub const ADDRESS: &str = "erased@erased.invalid";
/// Shorter names are left where they stand: they are parts of other words.
const SHORTEST_NAME: usize = 3;

/// Somebody who is to be forgotten: a record with its addresses and what people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The record of the CRM.
    pub record: RecordRef,
    /// All addresses of the record.
    pub emails: Vec<EmailAddress>,
    /// Its name; may be empty.
    pub name: String,
}

impl Mailbox {
    /// The place of somebody who was forgotten.
    ///
    /// # Panics
    /// Never: the address is a constant.
    pub fn erased() -> Self {
        #[expect(clippy::expect_used, reason = "a constant that a test reads")]
        let email = EmailAddress::parse(ADDRESS).expect("an address");
        Self { email, name: None }
    }

    /// True for the place of somebody who was forgotten.
    pub fn is_erased(&self) -> bool {
        self.email.as_str() == ADDRESS
    }
}

impl Message {
    /// The places of recipients who were forgotten.
    pub fn erased(&self) -> BTreeSet<u16> {
        (0..).zip(&self.recipients).filter(|(_, recipient)| recipient.mailbox.is_erased()).map(|(n, _)| n).collect()
    }

    /// True when nobody it was sent to is known any more.
    pub fn is_wiped(&self) -> bool {
        !self.recipients.is_empty() && self.recipients.iter().all(|recipient| recipient.mailbox.is_erased())
    }
}

impl Person {
    /// The person behind a record.
    pub fn of(record: &Record) -> Self {
        Self { record: record.reference.clone(), emails: record.emails.clone(), name: record.name.clone() }
    }

    /// True for one of their addresses.
    pub fn has(&self, email: &EmailAddress) -> bool {
        self.emails.iter().any(|own| own.key() == email.key())
    }

    /// Their places among the recipients of a message.
    pub fn places(&self, message: &Message) -> BTreeSet<u16> {
        (0..).zip(&message.recipients).filter(|(_, recipient)| self.is(recipient)).map(|(n, _)| n).collect()
    }

    /// True for a mail of theirs, when these are their places in the message that it came back to.
    pub fn wrote(&self, reply: &Reply, places: &BTreeSet<u16>) -> bool {
        reply.recipient.is_some_and(|recipient| places.contains(&recipient))
            || reply.from.as_ref().is_some_and(|from| self.has(from))
    }

    fn is(&self, recipient: &Recipient) -> bool {
        self.has(&recipient.mailbox.email) || recipient.record.as_ref() == Some(&self.record)
    }

    /// What they are called: by their record, by their addresses, and by this message.
    pub fn called(&self, message: &Message) -> Vec<String> {
        let places = self.places(message);
        let own = (0..).zip(&message.recipients).filter(|(n, _)| places.contains(n)).map(|(_, own)| &own.mailbox);
        let names = own.flat_map(|own| own.name.clone().into_iter().chain([own.email.as_str().to_owned()]));
        let emails = self.emails.iter().map(|email| email.as_str().to_owned());
        let mut all: Vec<String> = names.chain(emails).chain([self.name.clone()]).collect();
        all.retain(|name| name.trim().chars().count() >= SHORTEST_NAME);
        // The longest first: a name may be part of another one, or of an address.
        all.sort_by_key(|name| (std::cmp::Reverse(name.len()), name.clone()));
        all.dedup();
        all
    }

    /// What is left of a message and of those of its copies that change. A copy that has not left never does.
    /// Nothing changes when the message does not concern them.
    pub fn forgotten_in(&self, message: &Message, copies: &[Copy]) -> Option<(Message, Vec<Copy>)> {
        let places = self.places(message);
        let regarding = message.regarding.clone().filter(|regarding| *regarding != self.record);
        if places.is_empty() && regarding == message.regarding {
            return None;
        }
        let mut after = Message { regarding, ..message.clone() };
        if message.state == MessageState::Draft && places.len() < message.recipients.len() {
            after.recipients.retain(|recipient| !self.is(recipient));
            return Some((after, Vec::new()));
        }
        for recipient in after.recipients.iter_mut().filter(|recipient| self.is(recipient)) {
            *recipient = Recipient { role: recipient.role, mailbox: Mailbox::erased(), record: None };
        }
        let copies: Vec<Copy> =
            copies.iter().filter(|copy| places.contains(&copy.recipient)).map(Copy::forgotten).collect();
        if after.is_wiped() {
            let left = copies.iter().any(|copy| copy.state != CopyState::Cancelled);
            after = wiped(after, left);
        }
        Some((after, copies))
    }
}

/// Of a message to nobody who is known, only the times are left, and that it was there.
fn wiped(message: Message, left: bool) -> Message {
    let state = if left { message.state } else { MessageState::Cancelled };
    Message { subject: ERASED.to_owned(), regarding: None, thread: None, state, ..message }
}

/// The text without these names; each is replaced where it stands as words of its own.
pub fn redact(text: &str, names: &[String]) -> String {
    names.iter().fold(text.to_owned(), |text, name| without(&text, name))
}

fn without(text: &str, name: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    let inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let part_of_a_word =
            inside(before.chars().next_back().or(out.chars().next_back().filter(|_| before.is_empty())))
                || inside(after.chars().next());
        out.push_str(before);
        out.push_str(if part_of_a_word { name } else { ERASED });
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests;
