//! Says what a received mail is, and why.
//!
//! The strongest signs come first: a delivery report, then what a machine says of itself in headers (RFC 3834, and what
//! servers used before and beside it), then words in the subject, then words in the text, which decide only together.
//! Reasons are stable names; several may hold.

use domain::signs::reply::ReplyKind;
use jiff::civil::Date;

use crate::parse::{Received, ReportAction};

mod automatic;
mod own_words;
mod phrases;
mod returns;

/// What a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classified {
    /// What.
    pub kind: ReplyKind,
    /// The rules that said so.
    pub reasons: Vec<&'static str>,
    /// The day that an out-of-office note names as its end.
    pub returns_on: Option<Date>,
}

/// Classifies a mail that arrived on the day `today`. `empty_envelope`: its envelope has no sender, so nobody is to answer
/// it (RFC 5321, section 4.5.5).
pub fn classify(mail: &Received, empty_envelope: bool, today: Date) -> Classified {
    let kind = |kind, reasons| Classified { kind, reasons, returns_on: None };
    if let Some(reason) = bounce(mail, empty_envelope) {
        return kind(ReplyKind::Bounce, vec![reason]);
    }
    if let Some(report) = mail.report() {
        let late = report.action == ReportAction::Delayed;
        return kind(ReplyKind::Other, vec![if late { "report_delayed" } else { "report_arrived" }]);
    }
    if let Some(reason) = challenge(mail) {
        return kind(ReplyKind::Challenge, vec![reason]);
    }
    if mail.calendar_method.as_deref() == Some("REPLY") {
        return kind(ReplyKind::Other, vec!["calendar_reply"]);
    }
    let text = own_words::of(&mail.text);
    let reasons = automatic::reasons(mail, &text, empty_envelope);
    if !reasons.is_empty() {
        return Classified {
            kind: ReplyKind::AutoReply,
            reasons,
            returns_on: returns::date(&mail.subject, &text, today),
        };
    }
    if let Some(reason) = forward(mail, &text) {
        return kind(ReplyKind::Forward, vec![reason]);
    }
    match answer(mail) {
        Some(reason) => kind(ReplyKind::Reply, vec![reason]),
        None => kind(ReplyKind::Other, vec!["no_sign_of_an_answer"]),
    }
}

/// A server that sends a mail back: by the report itself, or by how servers without reports do it.
fn bounce(mail: &Received, empty_envelope: bool) -> Option<&'static str> {
    if mail.report().is_some_and(|report| report.action == ReportAction::Failed) {
        return Some("report_failed");
    }
    if mail.header("x-failed-recipients").next().is_some() {
        return Some("header_failed_recipients");
    }
    let local = mail.from.as_deref().and_then(|from| from.split('@').next()).unwrap_or_default().to_lowercase();
    let by_server = empty_envelope || ["mailer-daemon", "postmaster", "mail-daemon"].contains(&local.as_str());
    (mail.reports.is_empty() && by_server && phrases::begins(&mail.subject, phrases::UNDELIVERABLE))
        .then_some("subject_undeliverable")
}

/// A spam filter that lets nobody in who does not prove to be a person.
fn challenge(mail: &Received) -> Option<&'static str> {
    if ["x-challenge", "x-tmda-confirm"].iter().any(|name| mail.header(name).next().is_some()) {
        return Some("header_challenge");
    }
    phrases::contains(&mail.subject, phrases::CHALLENGE).then_some("subject_challenge")
}

/// A mail that passes another one on. What answers a forward begins with the prefix of an answer.
fn forward(mail: &Received, text: &str) -> Option<&'static str> {
    if phrases::has_prefix(&mail.subject, phrases::FORWARD) {
        return Some("subject_forward");
    }
    if phrases::has_prefix(&mail.subject, phrases::ANSWER) {
        return None;
    }
    if mail.has_attached_message && mail.in_reply_to.is_empty() {
        return Some("attached_message");
    }
    let quotes = own_words::begins_forwarded(&mail.text);
    (quotes && text.trim().len() < 200 && mail.in_reply_to.is_empty()).then_some("forwarded_block")
}

fn answer(mail: &Received) -> Option<&'static str> {
    if !mail.in_reply_to.is_empty() {
        Some("header_in_reply_to")
    } else if !mail.references.is_empty() {
        Some("header_references")
    } else if phrases::has_prefix(&mail.subject, phrases::ANSWER) {
        Some("subject_answer")
    } else if !mail.text.trim().is_empty() {
        Some("text_of_a_person")
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
