//! What a recipient's mail client does when *Reply* is chosen, and what it does by itself while its owner is away: a real
//! mail, with the headers that thread it.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mail_parser::{HeaderValue, MessageParser};
use serde::Deserialize;
use serde_json::json;

use crate::cloud::Cloud;
use crate::cloud::inbound::Envelope;
use crate::cloud::ses::Mail;
use crate::cloud::wire::{Refusal, Request, Response, refusal, reply};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    text: String,
}

/// Sends an answer to a mail that left, from its recipient.
pub(crate) fn send(cloud: &Cloud, id: &str, request: &Request) -> Response {
    let Some(mail) = cloud.ses.mail(id) else { return refusal(404, "no such mail") };
    let Ok(Input { text }) = serde_json::from_slice(request.body()) else {
        return refusal(400, "expected {\"text\": \"…\"}");
    };
    let Some((to, raw)) = answer(&mail, "", "Re: ", &text, cloud.clock.now()) else {
        return refusal(400, "the mail cannot be answered");
    };
    let envelope = Envelope { from: mail.destinations.first().cloned(), to: vec![to], ..Envelope::default() };
    match cloud.receive_mail(raw.as_bytes(), envelope) {
        Ok(id) => reply(202, &json!({ "id": id })),
        Err(error) => refusal(error.status, &error.to_string()),
    }
}

/// Answers a mail to somebody who is away for a week. The envelope has no sender, so that nobody answers the note.
pub(crate) fn out_of_office(cloud: &Cloud, mail: &Mail) -> Result<(), Refusal> {
    let now = cloud.clock.now();
    let back = (now + SignedDuration::from_hours(7 * 24)).to_zoned(TimeZone::UTC).strftime("%-d %B %Y");
    let text = format!("I am out of the office until {back}. In urgent cases please contact my colleagues.");
    let headers = "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n";
    let Some((to, raw)) = answer(mail, headers, "Automatic reply: ", &text, now) else { return Ok(()) };
    let envelope = Envelope { from: Some(String::new()), to: vec![to], ..Envelope::default() };
    cloud.receive_mail(raw.as_bytes(), envelope).map(drop)
}

/// Where the answer goes, and its bytes. Clients quote what they answer, and refer to its id (RFC 5322, section 3.6.4).
fn answer(mail: &Mail, headers: &str, prefix: &str, text: &str, now: Timestamp) -> Option<(String, String)> {
    let date = jiff::fmt::rfc2822::to_string(&now.to_zoned(TimeZone::UTC)).ok()?;
    let received = MessageParser::default().parse(&mail.delivered)?;
    let to = received.reply_to().or_else(|| received.from())?.first()?.address()?.to_owned();
    let from = mail.destinations.first()?;
    let own = received.message_id()?;
    let ids = |value: &HeaderValue<'_>| match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let mut references = ids(received.references());
    references.push(own.to_owned());
    let references = references.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>().join("\r\n ");
    let subject = received.header_raw("Subject").map(str::trim).unwrap_or_default();
    let prefix = if subject.to_lowercase().starts_with("re:") { "" } else { prefix };
    let lines = text.lines().collect::<Vec<_>>().join("\r\n");
    let quoted = received.body_text(0).unwrap_or_default();
    let quoted = quoted.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\r\n");
    let local = mail.id.split('-').next().unwrap_or_default();
    let raw = format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {prefix}{subject}\r\n{headers}Date: {date}\r\nMessage-ID: <{name}.{local}@local.test>\r\n\
         In-Reply-To: <{own}>\r\nReferences: {references}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{lines}\r\n\r\nOn {date}, you wrote:\r\n{quoted}\r\n",
        name = now.as_millisecond(),
    );
    Some((to, raw))
}
