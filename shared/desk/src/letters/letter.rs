//! A mail that was opened, or could not be: what it is, and what is kept of it.

use aws::lambda::ses::arrival::Arrival;
use domain::ground::id::EventId;
use domain::message::Message;
use domain::people::address::EmailAddress;
use domain::signs::reply::{MatchedBy, Reply, ReplyKind};
use domain::signs::trust::{AuthCheck, AuthDomains};
use jiff::tz::TimeZone;
use mail::classify::{Classified, classify};
use mail::forward;
use mail::parse::{Received, parse, parse_header};

use super::belongs::Belongs;

/// How many ids of a thread are kept for an answer.
const KEPT_REFERENCES: usize = 10;

/// The reason of a mail that goes no further.
pub(crate) const VIRUS: &str = "virus";

/// A mail that was opened as far as it can be.
pub(crate) struct Opened {
    /// The mail as far as it was read: whole, or its header alone.
    pub(crate) mail: Received,
    /// Why not all of it was read.
    sealed: Option<&'static str>,
}

/// A mail and what it is.
pub(crate) struct Letter {
    mail: Received,
    sealed: Option<&'static str>,
    classified: Classified,
}

impl Opened {
    /// Reads a mail, unless it has a virus.
    pub(crate) fn of(arrival: &Arrival, raw: &[u8]) -> Self {
        if arrival.verdicts.virus == AuthCheck::Fail {
            return Self { mail: Received::default(), sealed: Some(VIRUS) };
        }
        match parse(raw) {
            Ok(mail) => Self { mail, sealed: None },
            Err(error) => Self { mail: parse_header(raw), sealed: Some(error.reason()) },
        }
    }
}

impl Letter {
    /// The mail as an answer to a message with this subject. A mail that could not be read is *other*, with the reason.
    pub(crate) fn of(Opened { mail, sealed }: Opened, arrival: &Arrival, sent_subject: &str) -> Self {
        let today = arrival.at.to_zoned(TimeZone::UTC).date();
        let classified = match sealed {
            Some(reason) => Classified { kind: ReplyKind::Other, reasons: vec![reason], returns_on: None },
            None => classify(&mail, sent_subject, arrival.source.is_empty(), today),
        };
        Self { mail, sealed, classified }
    }

    /// What it is.
    pub(crate) fn kind(&self) -> ReplyKind {
        self.classified.kind
    }

    /// The mail as it was read: whole, or its header alone when it is too complex.
    pub(crate) fn mail(&self) -> &Received {
        &self.mail
    }

    /// True when the domain in `From` vouches for it. What the verdicts say of a report from a journal, they say of the
    /// server that reports, which has to be the author's own.
    pub(crate) fn is_verified(&self, arrival: &Arrival, message: &Message) -> bool {
        let domain = |address: &str| address.rsplit_once('@').map_or(String::new(), |(_, domain)| domain.to_owned());
        if let Some(server) = self.mail.journaled_by.as_deref().map(domain) {
            let domains = AuthDomains { from: &server, envelope: &domain(&arrival.source), signatures: Vec::new() };
            return server.eq_ignore_ascii_case(message.from.email.domain()) && arrival.verdicts.vouch_for(&domains);
        }
        let from = self.mail.from.as_deref().map(domain).unwrap_or_default();
        let signatures: Vec<&str> = self.mail.header("dkim-signature").filter_map(signing_domain).collect();
        arrival.verdicts.vouch_for(&AuthDomains { from: &from, envelope: &domain(&arrival.source), signatures })
    }

    /// What is kept of it.
    pub(crate) fn reply(&self, arrival: &Arrival, belongs: &Belongs) -> Reply {
        let Classified { kind, reasons, returns_on } = &self.classified;
        let from = self.mail.from.as_deref().and_then(|from| EmailAddress::parse(from).ok());
        let surplus = self.mail.references.len().saturating_sub(KEPT_REFERENCES);
        Reply {
            id: EventId::of(arrival.at, &["inbound", &arrival.id]),
            at: arrival.at,
            recipient: belongs.recipient,
            own_team: from.as_ref().is_some_and(|from| is_own_team(&belongs.message, from)),
            from: from.filter(|from| !is_recipient(&belongs.message, belongs.recipient, from)),
            kind: *kind,
            reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
            matched_by: belongs.by,
            verified: self.is_verified(arrival, &belongs.message),
            returns_on: *returns_on,
            message_id: self.mail.message_id.clone(),
            stored: Some(arrival.key.clone()),
            excerpt: self.mail.excerpt.clone(),
            references: self.mail.references[surplus..].to_vec(),
        }
    }

    /// True for what came to an address of ours in the place of the author's. What we passed on ourselves, what went
    /// round too often, and what may do harm goes no further.
    pub(crate) fn is_for_author(&self, belongs: &Belongs, reply: &Reply) -> bool {
        let went_round = self.mail.header(&forward::MARK.to_ascii_lowercase()).next().is_some()
            || self.mail.header("received").count() > forward::MAX_HOPS;
        let harmful = self.sealed == Some(VIRUS);
        belongs.by == MatchedBy::ReplyAddress && !reply.own_team && !went_round && !harmful
    }
}

/// The author, and colleagues who are no recipients: the company's own domain.
fn is_own_team(message: &Message, from: &EmailAddress) -> bool {
    let author = &message.from.email;
    let recipient = message.recipients.iter().any(|recipient| recipient.mailbox.email.key() == from.key());
    from.key() == author.key() || (!recipient && from.domain() == author.domain())
}

fn is_recipient(message: &Message, recipient: Option<u16>, from: &EmailAddress) -> bool {
    let recipient = recipient.and_then(|n| message.recipient(n));
    recipient.is_some_and(|recipient| recipient.mailbox.email.key() == from.key())
}

/// The `d=` of a signature (RFC 6376, section 3.5).
fn signing_domain(signature: &str) -> Option<&str> {
    signature.split(';').find_map(|tag| Some(tag.trim().strip_prefix("d=")?.trim()))
}
