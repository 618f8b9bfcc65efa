//! Reads a mail as a mail client does. The only file here that knows the mail parser.

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

/// A mail, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) subject: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) cc: String,
    /// In their order, as they stand in the mail, unfolded.
    pub(super) headers: Vec<(String, String)>,
    pub(super) text: Option<String>,
    pub(super) html: Option<String>,
    pub(super) attachments: Vec<Attachment>,
}

/// A file in a mail, attached or embedded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attachment {
    pub(super) name: String,
    pub(super) content_type: String,
    /// What HTML calls it: `cid:…`.
    pub(super) content_id: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// Everything that can be read; a mail that cannot be read at all is empty.
pub(super) fn content(raw: &[u8]) -> Content {
    let Some(message) = MessageParser::default().parse(raw) else { return Content::default() };
    Content {
        subject: message.subject().unwrap_or_default().to_owned(),
        from: people(message.from()),
        to: people(message.to()),
        cc: people(message.cc()),
        headers: headers(&message),
        text: part(&message, &message.text_body, |part| matches!(part.body, PartType::Text(_))),
        html: part(&message, &message.html_body, |part| matches!(part.body, PartType::Html(_))),
        attachments: message.attachments().map(attachment).collect(),
    }
}

/// The HTML with `cid:` addresses turned into those of the attachments below `path`.
pub(super) fn with_embedded(html: &str, raw: &[u8], path: &str) -> String {
    let attachments = content(raw).attachments.into_iter().enumerate();
    attachments.fold(html.to_owned(), |html, (n, attachment)| match attachment.content_id {
        Some(id) => html.replace(&format!("cid:{id}"), &format!("{path}{n}")),
        None => html,
    })
}

/// `Name <address>, …`, decoded.
fn people(addresses: Option<&Address<'_>>) -> String {
    let person = |person: &mail_parser::Addr<'_>| {
        let address = person.address().unwrap_or_default();
        person.name().map_or_else(|| address.to_owned(), |name| format!("{name} <{address}>"))
    };
    addresses.map(|all| all.iter().map(person).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let pairs = message.headers_raw();
    pairs.map(|(name, value)| (name.to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" "))).collect()
}

/// The first part of the wanted kind that the mail really has: the parser offers the other kind where one is missing.
fn part(message: &Message<'_>, ids: &[u32], wanted: fn(&MessagePart<'_>) -> bool) -> Option<String> {
    let parts = ids.iter().filter_map(|id| message.parts.get(usize::try_from(*id).ok()?));
    parts.filter(|part| wanted(part)).find_map(|part| part.text_contents().map(ToOwned::to_owned))
}

fn attachment(part: &MessagePart<'_>) -> Attachment {
    let content_type = part.content_type().map(|of| match of.subtype() {
        Some(subtype) => format!("{}/{subtype}", of.ctype()),
        None => of.ctype().to_owned(),
    });
    Attachment {
        name: part.attachment_name().unwrap_or("unnamed").to_owned(),
        content_type: content_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        content_id: part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned()),
        bytes: part.contents().to_vec(),
    }
}
