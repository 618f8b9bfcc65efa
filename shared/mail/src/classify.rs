//! Says what a received mail is, and why.
//!
//! The strongest signs come first: a delivery report, then what a machine says of itself in headers (RFC 3834, and what
//! servers used before and beside it), then words in the subject, then words in the text, which decide only together.
//! Reasons are stable names; several may hold.

use domain::signs::reply::ReplyKind;
use jiff::civil::Date;

use crate::parse::{Received, ReportAction};

mod automatic;
pub(crate) mod own_words;
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

/// Classifies a mail that arrived on the day `today` and answers a mail with the subject `sent_subject`. `empty_envelope`: its
/// envelope has no sender, so nobody is to answer it (RFC 5321, section 4.5.5).
pub fn classify(mail: &Received, sent_subject: &str, empty_envelope: bool, today: Date) -> Classified {
    let kind = |kind, reasons| Classified { kind, reasons, returns_on: None };
    // The author's own words say nothing about who answers them.
    let subject = if phrases::is_same_subject(&mail.subject, sent_subject) { "" } else { &mail.subject };
    match mail.feedback.as_deref() {
        // Users took a complaint back (RFC 6430), or a check of the sender failed (RFC 6591).
        Some("not-spam" | "auth-failure") => return kind(ReplyKind::Other, vec!["feedback_report"]),
        Some(_) => return kind(ReplyKind::Complaint, vec!["feedback_report"]),
        None => {}
    }
    let by_server = has_no_sender(mail, empty_envelope) || has_name_of_server(mail);
    if is_delayed(mail, by_server) {
        return kind(ReplyKind::Other, vec!["report_delayed"]);
    }
    if let Some(reason) = bounce(mail, subject, by_server) {
        return kind(ReplyKind::Bounce, vec![reason]);
    }
    if let Some(report) = mail.report() {
        let late = report.action == ReportAction::Delayed;
        return kind(ReplyKind::Other, vec![if late { "report_delayed" } else { "report_arrived" }]);
    }
    if let Some(reason) = challenge(mail, subject) {
        return kind(ReplyKind::Challenge, vec![reason]);
    }
    if mail.calendar_method.as_deref() == Some("REPLY") {
        return kind(ReplyKind::Other, vec!["calendar_reply"]);
    }
    let text = own_words::of(&mail.text);
    if mail.reports.is_empty()
        && !mail.is_read_receipt
        && has_name_of_server(mail)
        && !automatic::says_so_itself(mail, subject)
    {
        return kind(ReplyKind::Bounce, vec!["sent_by_a_server"]);
    }
    let reasons = automatic::reasons(mail, subject, &text, empty_envelope);
    if !reasons.is_empty() {
        return Classified {
            kind: ReplyKind::AutoReply,
            reasons,
            returns_on: returns::date(subject, &text, today).filter(|day| *day >= today),
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
fn bounce(mail: &Received, subject: &str, by_server: bool) -> Option<&'static str> {
    if mail.report().is_some_and(|report| report.action == ReportAction::Failed) {
        return Some("report_failed");
    }
    if mail.header("x-failed-recipients").next().is_some() {
        return Some("header_failed_recipients");
    }
    let in_subject = phrases::begins(subject, phrases::UNDELIVERABLE);
    let in_text = phrases::contains(&mail.text, phrases::TEXT_UNDELIVERABLE);
    // Whoever the sender seems to be, a person does not write both and refers to no mail.
    let says_both = in_subject && in_text && mail.in_reply_to.is_empty();
    if !mail.reports.is_empty() || !(by_server || says_both) {
        return None;
    }
    in_subject.then_some("subject_undeliverable").or(in_text.then_some("text_undeliverable"))
}

/// A server that goes on trying and says so in its text alone.
fn is_delayed(mail: &Received, by_server: bool) -> bool {
    let says_so = phrases::contains(&mail.text, phrases::TEXT_DELAYED);
    let unanswering = mail.in_reply_to.is_empty() && phrases::contains(&mail.text, phrases::TEXT_UNDELIVERABLE);
    mail.reports.is_empty() && says_so && (by_server || unanswering)
}

/// Nobody is to answer it.
fn has_no_sender(mail: &Received, empty_envelope: bool) -> bool {
    empty_envelope || mail.header("return-path").any(|path| path == "<>")
}

/// It comes from a name that is reserved for mail servers (RFC 2142, section 5). None of them answers as a person does: they
/// give mail back, unless they say something else.
fn has_name_of_server(mail: &Received) -> bool {
    has_name(mail, &["mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon"])
}

/// Whether its sender, or the address to which it is returned, has one of these names.
fn has_name(mail: &Received, names: &[&str]) -> bool {
    let returned = mail.header("return-path").map(|path| path.trim_matches(['<', '>']));
    mail.from.as_deref().into_iter().chain(returned).any(|address| {
        let local = address.split('@').next().unwrap_or_default().to_lowercase();
        names.contains(&local.as_str())
    })
}

/// A spam filter that lets nobody in who does not prove to be a person.
fn challenge(mail: &Received, subject: &str) -> Option<&'static str> {
    if ["x-challenge", "x-tmda-confirm"].iter().any(|name| mail.header(name).next().is_some()) {
        return Some("header_challenge");
    }
    phrases::contains(subject, phrases::CHALLENGE).then_some("subject_challenge")
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
    } else if !mail.text.trim().is_empty() && !is_sent_to_many(mail) {
        Some("text_of_a_person")
    } else {
        None
    }
}

/// A list or a newsletter: what comes that way and refers to no mail answers none (RFC 2919, RFC 2369).
fn is_sent_to_many(mail: &Received) -> bool {
    let list = ["list-id", "list-unsubscribe", "list-post"].iter().any(|name| mail.header(name).next().is_some());
    list || mail
        .header("precedence")
        .any(|value| ["bulk", "list"].contains(&value.trim().to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests;
