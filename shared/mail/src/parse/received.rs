//! What a received mail says, cut down to what is used.

use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders, PartType};

use super::letter;
use super::report::{self, DeliveryReport, ReportAction};

/// The most text that is looked at, in bytes.
const MAX_TEXT: usize = 64 * 1024;
/// The longest header value that is kept, in characters.
const MAX_VALUE: usize = 1000;
/// The most ids of a thread.
const MAX_IDS: usize = 50;
/// The most recipients.
const MAX_RECIPIENTS: usize = 200;

/// A mail that came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Received {
    /// `Message-ID` without the angle brackets.
    pub message_id: Option<String>,
    /// `In-Reply-To`, each without the angle brackets.
    pub in_reply_to: Vec<String>,
    /// `References`, oldest first, each without the angle brackets.
    pub references: Vec<String>,
    /// The one address in `From`; none when there are several, or none.
    pub from: Option<String>,
    /// The name beside it.
    pub from_name: Option<String>,
    /// The addresses in `To`, `Cc` and what servers note on the way (`Delivered-To`, `X-Original-To`).
    pub recipients: Vec<String>,
    /// The subject, decoded.
    pub subject: String,
    /// The text of the mail, or that of its HTML; at most 64 KB.
    pub text: String,
    /// The beginning of the writer's own words, on one line.
    pub excerpt: Option<String>,
    /// All headers by name in lower case, with their value on one line, in their order.
    pub headers: Vec<(String, String)>,
    /// The content type of the whole, as `multipart/report`.
    pub content_type: String,
    /// The reports of a server about the delivery of an earlier mail (RFC 3464), one for each recipient.
    pub reports: Vec<DeliveryReport>,
    /// The reader's software confirms that a mail was shown (RFC 8098).
    pub is_read_receipt: bool,
    /// The type of a feedback report (`Feedback-Type` of RFC 5965), as `abuse`; empty when the report does not say.
    pub feedback: Option<String>,
    /// The method of a calendar part, as `REPLY`.
    pub calendar_method: Option<String>,
    /// Ids (`Message-ID`) of messages that are attached or quoted by a report.
    pub attached_ids: Vec<String>,
    /// A whole message is attached.
    pub has_attached_message: bool,
    /// The address of the mail server that reports this mail from its journal; the rest is what the mail itself says.
    pub journaled_by: Option<String>,
}

impl Received {
    /// Of a report from the journal of a mail server, the mail that it reports (MS-OXCMAIL; Exchange, "Journal reports").
    pub(super) fn of(message: &Message<'_>) -> Self {
        match reported(message) {
            Some(reported) => {
                let by = message.from().and_then(single).map(|(address, _)| address);
                Self { journaled_by: Some(by.unwrap_or_default()), ..Self::itself(reported) }
            }
            None => Self::itself(message),
        }
    }

    fn itself(message: &Message<'_>) -> Self {
        let from = message.from().and_then(single);
        let attached = message.parts.iter().filter_map(|part| match &part.body {
            PartType::Message(attached) => Some(attached),
            _ => None,
        });
        let attached: Vec<&Message<'_>> = attached.collect();
        Self {
            message_id: message.message_id().map(short),
            in_reply_to: ids(message, "In-Reply-To"),
            references: ids(message, "References"),
            from: from.as_ref().map(|(address, _)| address.clone()),
            from_name: from.and_then(|(_, name)| name),
            recipients: recipients(message),
            subject: message.subject().map(short).unwrap_or_default(),
            text: text(message),
            excerpt: letter::excerpt(message),
            headers: headers(message),
            content_type: content_type(message),
            reports: report::find(message, &text(message)),
            is_read_receipt: message.parts.iter().any(|part| is_type(part, "message", "disposition-notification")),
            feedback: message.parts.iter().find_map(feedback),
            calendar_method: message.parts.iter().find_map(calendar_method),
            attached_ids: attached
                .iter()
                .filter_map(|message| message.message_id().map(short))
                .chain(returned_id(message))
                .chain(ids(message, "X-Original-Message-ID"))
                .collect(),
            has_attached_message: !attached.is_empty(),
            journaled_by: None,
        }
    }

    /// The report about the first recipient that a mail did not reach, else about the first one.
    pub fn report(&self) -> Option<&DeliveryReport> {
        let failed = self.reports.iter().find(|report| report.action == ReportAction::Failed);
        failed.or(self.reports.first())
    }

    /// The failures that a returned mail names, be it in its fields or in its text.
    pub fn returned(&self) -> Vec<DeliveryReport> {
        let failed = self.reports.iter().filter(|report| report.action == ReportAction::Failed);
        let mut failed: Vec<DeliveryReport> = failed.cloned().collect();
        if failed.is_empty() {
            let mut told = report::of_text(&self.text);
            told.recipients
                .extend(self.header("x-failed-recipients").flat_map(|all| all.split(',')).map(|one| short(one.trim())));
            failed.push(told);
        }
        failed
    }

    /// The values of a header, by its name in lower case.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// The mail that a report from the journal of a mail server reports.
pub(super) fn reported<'a>(message: &'a Message<'_>) -> Option<&'a Message<'a>> {
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(reported) if message.header("X-MS-Journal-Report").is_some() => Some(reported),
        _ => None,
    })
}

fn short(text: &str) -> String {
    text.chars().take(MAX_VALUE).collect()
}

/// The ids in a field, oldest first. Libraries that fold long ids write them as encoded words, which RFC 2047 forbids there.
fn ids(message: &Message<'_>, name: &str) -> Vec<String> {
    let value = message.header(name).unwrap_or(&HeaderValue::Empty);
    let all: Vec<String> = match value {
        _ if message.header_raw(name).is_some_and(|raw| raw.contains("=?")) => {
            let decoded = decoded(message.header_raw(name).unwrap_or_default());
            decoded.split(|c: char| c.is_whitespace() || "<>,".contains(c)).map(str::to_owned).collect()
        }
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(ids) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let all: Vec<&str> = all.iter().map(|id| id.trim_matches(['<', '>', ' '])).filter(|id| !id.is_empty()).collect();
    // The newest ones tell the most.
    let surplus = all.len().saturating_sub(MAX_IDS);
    all[surplus..].iter().map(|id| short(id)).collect()
}

/// A raw field value with its encoded words decoded, as a subject is.
fn decoded(raw: &str) -> String {
    let mail = format!("Subject: {}\r\n\r\n", raw.trim());
    let parsed = MessageParser::default().parse(mail.as_bytes());
    parsed.and_then(|parsed| parsed.subject().map(str::to_owned)).unwrap_or_default()
}

/// The only mailbox of a field. A name with a comma and without quotation marks is read as a mailbox without an address.
pub(super) fn single(address: &Address<'_>) -> Option<(String, Option<String>)> {
    let mut all = address.iter().filter(|mailbox| mailbox.address().is_some_and(|address| address.contains('@')));
    let (first, second) = (all.next()?, all.next());
    second.is_none().then_some(())?;
    Some((first.address().map(short)?, first.name().map(short)))
}

fn recipients(message: &Message<'_>) -> Vec<String> {
    let fields = message.all_to().chain(message.all_cc()).flat_map(Address::iter);
    let named = fields.filter_map(|mailbox| mailbox.address()).map(short);
    let noted = [
        "Delivered-To",
        "X-Original-To",
        "Envelope-To",
        "X-Forwarded-To",
        "X-MS-Exchange-Organization-OriginalEnvelopeRecipients",
    ];
    let noted = noted.into_iter().filter_map(|name| message.header_raw(name));
    let noted = noted
        .flat_map(|value| value.split([',', ' ', '\r', '\n']))
        .map(|address| short(address.trim_matches(['<', '>'])));
    named.chain(noted).filter(|address| address.contains('@')).take(MAX_RECIPIENTS).collect()
}

/// The author's words: the first text part, else the text of the first HTML part.
fn text(message: &Message<'_>) -> String {
    let text = message.body_text(0).unwrap_or_default();
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

fn headers(message: &Message<'_>) -> Vec<(String, String)> {
    let one_line = |value: &str| short(&value.split_whitespace().collect::<Vec<_>>().join(" "));
    message.headers_raw().map(|(name, value)| (name.to_ascii_lowercase(), one_line(value))).collect()
}

fn content_type(message: &Message<'_>) -> String {
    let found = message.root_part().content_type();
    found
        .map(|of| format!("{}/{}", of.ctype(), of.subtype().unwrap_or_default()).to_ascii_lowercase())
        .unwrap_or_default()
}

/// Whether a part has this media type.
pub(super) fn is_type(part: &mail_parser::MessagePart<'_>, kind: &str, subtype: &str) -> bool {
    let is = |found: Option<&str>, wanted: &str| found.is_some_and(|found| found.eq_ignore_ascii_case(wanted));
    part.content_type().is_some_and(|of| is(Some(of.ctype()), kind) && is(of.subtype(), subtype))
}

/// The id of a mail of which a report returns the header alone (RFC 6522, section 4).
fn returned_id(message: &Message<'_>) -> Option<String> {
    let part = message.parts.iter().find(|part| is_type(part, "text", "rfc822-headers"))?;
    let header = MessageParser::default().parse(part.text_contents()?.as_bytes())?;
    header.message_id().map(short)
}

/// The type of a feedback report, in lower case.
fn feedback(part: &mail_parser::MessagePart<'_>) -> Option<String> {
    let part = Some(part).filter(|part| is_type(part, "message", "feedback-report"))?;
    let fields = String::from_utf8_lossy(part.contents()).to_ascii_lowercase();
    let kind = fields.lines().find_map(|line| line.strip_prefix("feedback-type:"));
    Some(short(kind.unwrap_or_default().trim()))
}

fn calendar_method(part: &mail_parser::MessagePart<'_>) -> Option<String> {
    let of = part.content_type().filter(|_| is_type(part, "text", "calendar"))?;
    Some(of.attribute("method")?.to_ascii_uppercase())
}
