//! The mail that left, as its recipients see it: a page, and the JSON and bytes behind it.
//!
//! A mail's HTML is shown in a frame without scripts, whose images and links are live: looking at it is what a recipient does.

mod read;
pub(crate) mod reply;

use http::{HeaderName, HeaderValue, header};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::cloud::ses::Mail;
use crate::cloud::wire::{Request, Response, answer, refusal, reply};
use read::Content;

const PAGE: &str = include_str!("mailbox/page.html");
const STYLE: &str = include_str!("mailbox/page.css");
const SCRIPT: &str = include_str!("mailbox/page.js");

/// The page itself loads nothing from elsewhere.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A mail may load images and styles from anywhere, as in a mail client, and do nothing else. Links open outside of the frame.
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox allow-downloads; default-src 'none'; img-src * data:; \
    style-src * 'unsafe-inline'; font-src * data:; form-action 'none'";

/// Answers below `/_local/`, by the segments that follow.
pub(crate) fn respond(cloud: &Cloud, request: &Request, segments: &[&str]) -> Response {
    match segments {
        [] | [""] => moved_to_mailbox(),
        ["mailbox"] if wants_page(request) => page(),
        ["mailbox"] => reply(200, &json!({ "items": cloud.mails().iter().map(item).collect::<Vec<_>>() })),
        ["mailbox", "page.css"] => with_type("text/css; charset=utf-8", STYLE),
        ["mailbox", "page.js"] => with_type("text/javascript; charset=utf-8", SCRIPT),
        ["mails"] => reply(200, &json!({ "items": cloud.mails().iter().map(detailed).collect::<Vec<_>>() })),
        [_, id, rest @ ..] => match cloud.ses.mail(id) {
            Some(mail) => of_mail(&mail, segments[0] == "mailbox" && wants_page(request), rest),
            None => refusal(404, "no such mail"),
        },
        _ => refusal(404, "no such route"),
    }
}

fn of_mail(mail: &Mail, wants_page: bool, rest: &[&str]) -> Response {
    match rest {
        [] if wants_page => page(),
        [] | ["raw"] => raw(mail),
        ["html"] => html(mail),
        ["attachments", n] => attachment(mail, n),
        _ => refusal(404, "no such route"),
    }
}

fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn moved_to_mailbox() -> Response {
    with_header(answer(302, "text/plain", ""), header::LOCATION, "/_local/mailbox")
}

fn page() -> Response {
    with_header(with_type("text/html; charset=utf-8", PAGE), header::CONTENT_SECURITY_POLICY, PAGE_POLICY)
}

fn raw(mail: &Mail) -> Response {
    let name = format!("attachment; filename=\"{}.eml\"", mail.id);
    with_header(with_type("message/rfc822", mail.delivered.clone()), header::CONTENT_DISPOSITION, &name)
}

/// The HTML part, its links opening in new tabs and its embedded images found.
fn html(mail: &Mail) -> Response {
    let Some(html) = read::content(&mail.delivered).html else { return refusal(404, "no HTML part") };
    let path = format!("/_local/mails/{}/attachments/", mail.id);
    let html = format!("<!doctype html><base target=\"_blank\">{}", read::with_embedded(&html, &mail.delivered, &path));
    with_header(with_type("text/html; charset=utf-8", html), header::CONTENT_SECURITY_POLICY, MAIL_POLICY)
}

fn attachment(mail: &Mail, n: &str) -> Response {
    let found = n.parse().ok().and_then(|n: usize| read::content(&mail.delivered).attachments.into_iter().nth(n));
    let Some(attachment) = found else { return refusal(404, "no such attachment") };
    let response = with_type(&attachment.content_type, attachment.bytes);
    let name: String = url::form_urlencoded::byte_serialize(attachment.name.as_bytes()).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", name.replace('+', "%20"));
    with_header(response, header::CONTENT_DISPOSITION, &disposition)
}

/// What a list needs.
fn item(mail: &Mail) -> Value {
    json!({
        "id": mail.id,
        "envelope_from": mail.source,
        "envelope_to": mail.destinations,
        "subject": read::content(&mail.delivered).subject,
        "received_at": format!("{:.3}", mail.at),
    })
}

/// What the page needs.
fn detailed(mail: &Mail) -> Value {
    let content = read::content(&mail.delivered);
    let mut item = item(mail);
    item["from"] = content.from.clone().into();
    item["to"] = content.to.clone().into();
    item["cc"] = content.cc.clone().into();
    item["tags"] = json!(mail.tags);
    item["headers"] = content.headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    item["text"] = content.text.clone().into();
    item["has_html"] = content.html.is_some().into();
    item["attachments"] = attachments(&content);
    item
}

fn attachments(content: &Content) -> Value {
    let listed = |attachment: &read::Attachment| json!({ "name": attachment.name, "content_type": attachment.content_type, "size": attachment.bytes.len() });
    content.attachments.iter().map(listed).collect()
}

fn with_type(content_type: &str, body: impl Into<bytes::Bytes>) -> Response {
    let mut response = answer(200, "application/octet-stream", body);
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    with_header(response, header::CONTENT_TYPE, content_type)
}

/// A value that is no header value, as a strange mail may bring it, is left out.
fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}
