//! The headers of a message.

use std::borrow::Cow;

use mail_builder::headers::HeaderType;
use mail_builder::headers::address::{Address, EmailAddress};
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::text::Text;

use super::header_value::{HeaderValue, Reason};
use super::{Error, Mail, Mailbox, words};

type Headers<'a> = Vec<(&'a str, HeaderType<'a>)>;

/// All headers of `mail` but those of MIME, in the order they are sent.
pub(super) fn build<'a>(mail: &Mail<'a>) -> Result<Headers<'a>, Error> {
    let mut headers = vec![("From", mailboxes("From", &[mail.from])?)];
    if let Some(reply_to) = mail.reply_to {
        headers.push(("Reply-To", mailboxes("Reply-To", &[reply_to])?));
    }
    for (field, recipients) in [("To", &mail.to), ("Cc", &mail.cc)] {
        if !recipients.is_empty() {
            headers.push((field, mailboxes(field, recipients)?));
        }
    }
    if has_no_visible_recipient(mail) {
        headers.push(("To", Raw::new(UNDISCLOSED).into()));
    }
    headers.push(("Subject", text(HeaderValue::text("Subject", mail.subject)?)));
    headers.push(("Date", Date::new(mail.date_unix_seconds).into()));
    headers.push(("Message-ID", ids("Message-ID", &[mail.message_id])?));
    if let Some(id) = mail.in_reply_to {
        headers.push(("In-Reply-To", ids("In-Reply-To", &[id])?));
    }
    if !mail.references.is_empty() {
        headers.push(("References", ids("References", &mail.references)?));
    }
    for &(name, value) in &mail.headers {
        headers.push((own_name(name)?, text(HeaderValue::text("header", value)?)));
    }
    Ok(headers)
}

/// A group without members, for mail that names no recipient (RFC 5322, section 3.6.3). Filters take mail without `To`
/// for spam.
const UNDISCLOSED: &str = "undisclosed-recipients:;";

/// True for a mail to blind-copied recipients only.
pub(super) const fn has_no_visible_recipient(mail: &Mail<'_>) -> bool {
    mail.to.is_empty() && mail.cc.is_empty()
}

/// Unstructured text (RFC 5322, section 3.6.5).
fn text(value: HeaderValue<'_>) -> HeaderType<'_> {
    let value = value.as_str();
    if words::reads_differently(value) { Raw::new(words::encode(value)).into() } else { Text::new(value).into() }
}

fn ids<'a>(field: &'static str, ids: &[&'a str]) -> Result<HeaderType<'a>, Error> {
    let ids = ids.iter().map(|id| Ok(HeaderValue::id(field, id)?.as_str()));
    Ok(MessageId::new_list(ids.collect::<Result<Vec<_>, Error>>()?.into_iter()).into())
}

fn mailboxes<'a>(field: &'static str, mailboxes: &[Mailbox<'a>]) -> Result<HeaderType<'a>, Error> {
    let checked = mailboxes.iter().map(|mailbox| {
        let name = mailbox.name.map(|name| HeaderValue::name(field, name)).transpose()?;
        let email = HeaderValue::address(field, mailbox.email)?;
        // A name of nothing but space is none.
        let name = name.map(HeaderValue::as_str).filter(|name| !name.trim().is_empty());
        Ok((name, email.as_str()))
    });
    let checked = checked.collect::<Result<Vec<_>, Error>>()?;
    Ok(if checked.iter().any(|(name, _)| name.is_some_and(words::reads_differently)) {
        let written = checked.iter().map(|(name, email)| match name {
            Some(name) => format!("{} <{email}>", words::encode(name)),
            None => format!("<{email}>"),
        });
        Raw::new(written.collect::<Vec<_>>().join(", ")).into()
    } else {
        let addresses = checked
            .into_iter()
            .map(|(name, email)| Address::Address(EmailAddress { name: name.map(Cow::Borrowed), email: email.into() }));
        Address::new_list(addresses.collect()).into()
    })
}

/// The name of a header the caller may set: `X-` and more, but none that SES obeys.
fn own_name(name: &str) -> Result<&str, Error> {
    let starts_with = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let allowed = starts_with("X-")
        && (3..=64).contains(&name.len())
        && !starts_with("X-SES-")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if allowed { Ok(name) } else { Err(Error::Refused { field: "header name", reason: Reason::Malformed }) }
}
