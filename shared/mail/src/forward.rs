//! Passes a received mail on to the author of the message that it answers.
//!
//! The body stays byte for byte what it was. The header is written anew: the mail comes from the author's own address, as
//! SES sends from no other, with the original sender in the name and in `Reply-To`, so that *Reply* goes to that person.
//! `References` holds the ids of the thread and of the original mail, so both sides' clients thread what follows.
//! [`MARK`] keeps a mail from going round, and no responder is asked for an answer (RFC 3834, section 5).

use mail_builder::headers::Header as _;

use crate::compose::{self, Error, Mail, Mailbox};
use crate::parse::Received;

/// The header by which a mail that we passed on is known.
pub const MARK: &str = "X-Telltale-Forwarded";
/// A mail that went through more servers than this goes round.
pub const MAX_HOPS: usize = 50;

/// Headers of the original that say how its body is to be read.
const KEPT: &[&str] =
    &["mime-version", "content-type", "content-transfer-encoding", "content-language", "content-disposition"];

/// To whom, and as what.
#[derive(Clone, Copy, Debug)]
pub struct Forward<'a> {
    /// The author of the message.
    pub author: Mailbox<'a>,
    /// The id of the message, which marks the mail.
    pub mark: &'a str,
    /// Its own id, without `<` and `>`.
    pub message_id: &'a str,
    /// The sender is who it says.
    pub verified: bool,
    /// When it is passed on, in seconds since 1970-01-01T00:00:00Z.
    pub date_unix_seconds: i64,
}

/// The bytes to be sent.
///
/// # Errors
/// When the original has no sender, is too large to be sent, or a header cannot be written.
pub fn forward(raw: &[u8], mail: &Received, forward: &Forward<'_>) -> Result<Vec<u8>, Error> {
    if raw.len() > compose::MAX_BYTES {
        return Err(Error::TooLarge { bytes: raw.len() });
    }
    let sender = mail.from.as_deref().unwrap_or_default();
    let shown = shown_name(mail, sender, forward.verified);
    let (name, subject) = (mail.from_name.as_deref().map(printable), printable(&mail.subject));
    let references: Vec<&str> = mail.references.iter().chain(&mail.message_id).map(String::as_str).collect();
    let head = Mail {
        from: Mailbox { name: Some(&shown), email: forward.author.email },
        reply_to: Some(Mailbox { name: name.as_deref(), email: sender }),
        to: vec![forward.author],
        cc: Vec::new(),
        subject: &subject,
        html: None,
        text: None,
        message_id: forward.message_id,
        references: compose::usable_ids(&references),
        in_reply_to: mail.in_reply_to.iter().map(String::as_str).find(|id| !compose::usable_ids(&[id]).is_empty()),
        date_unix_seconds: forward.date_unix_seconds,
        headers: vec![(MARK, forward.mark), ("X-Auto-Response-Suppress", "All")],
        boundary_seed: "",
        attachments: Vec::new(),
    };
    let mut bytes = Vec::with_capacity(raw.len());
    for (name, value) in compose::headers(&head)? {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        value.write_header(&mut bytes, name.len() + 2);
    }
    bytes.extend_from_slice(b"Auto-Submitted: auto-generated\r\n");
    let (fields, body) = split(raw);
    for field in fields.iter().filter(|field| KEPT.contains(&field_name(field).as_str())) {
        copy_field(field, &mut bytes);
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    Ok(bytes)
}

/// Who wrote, as the author's client shows it: names can be chosen at will, so the address stands beside.
fn shown_name(mail: &Received, sender: &str, verified: bool) -> String {
    let name = mail.from_name.as_deref().map(str::trim).filter(|name| !name.is_empty() && *name != sender);
    let shown = name.map_or_else(|| sender.to_owned(), |name| format!("{name} ({sender})"));
    let shown = printable(&shown);
    if verified { shown } else { format!("Not verified: {shown}") }
}

/// What can stand in a header: a stranger's words without what ends a line.
fn printable(text: &str) -> String {
    let line_end = |c: char| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    text.chars().filter(|c| !c.is_control() && !line_end(*c)).take(200).collect()
}

/// The header fields, each with its folded lines, and the body.
fn split(raw: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (mut fields, mut at, mut start): (Vec<&[u8]>, usize, usize) = (Vec::new(), 0, 0);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let continues = line.starts_with(b" ") || line.starts_with(b"\t");
        if at > start && !continues {
            fields.push(&raw[start..at]);
            start = at;
        }
        at += line.len();
        if line.trim_ascii().is_empty() && !continues {
            return (fields, &raw[at..]);
        }
    }
    fields.push(&raw[start..at]);
    (fields, &[])
}

/// Copies a field with the line ends that SMTP asks for; a lone carriage return could pass for one.
fn copy_field(field: &[u8], bytes: &mut Vec<u8>) {
    for line in field.split(|byte| *byte == b'\n') {
        let line = line.iter().filter(|byte| !matches!(byte, b'\r' | b'\0'));
        let start = bytes.len();
        bytes.extend(line);
        if bytes.len() > start {
            bytes.extend_from_slice(b"\r\n");
        }
    }
}

fn field_name(field: &[u8]) -> String {
    let name = field.split(|byte| *byte == b':').next().unwrap_or_default();
    String::from_utf8_lossy(name).trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    const RAW: &str = "Received: from a by b\r\nDKIM-Signature: v=1; d=example.org;\r\n b=x\r\nReturn-Path: <purchasing@example.org>\r\n\
        From: Purchasing <purchasing@example.org>\r\nTo: token@replies.example.com\r\nCc: other@example.org\r\nBcc: x@example.org\r\n\
        Subject: =?UTF-8?Q?Re:_Angebot_f=C3=BCr_Sie?=\r\nMessage-ID: <2@example.org>\r\nIn-Reply-To: <0100@email.amazonses.com>\r\n\
        References: <msg_1@t.example.com>\r\n <0100@email.amazonses.com>\r\nX-SES-CONFIGURATION-SET: other\r\n\
        Content-Type: multipart/alternative;\r\n boundary=b\r\nMIME-Version: 1.0\r\n\r\n--b\r\n\r\nJa\r\n--b--\r\n";

    fn forwarded(raw: &str, verified: bool) -> String {
        let author = Mailbox { name: Some("Sales"), email: "sales@example.com" };
        let as_what = Forward { author, mark: "msg_1", message_id: "f@t.example.com", verified, date_unix_seconds: 0 };
        let bytes = forward(raw.as_bytes(), &parse(raw.as_bytes()).unwrap(), &as_what).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_author_sees_who_wrote_and_answers_go_there() {
        let mail = parse(forwarded(RAW, true).as_bytes()).unwrap();
        assert_eq!(mail.from.as_deref(), Some("sales@example.com"));
        assert_eq!(mail.from_name.as_deref(), Some("Purchasing (purchasing@example.org)"));
        assert_eq!(mail.header("reply-to").next(), Some("\"Purchasing\" <purchasing@example.org>"));
        assert_eq!(mail.recipients, ["sales@example.com"]);
        assert_eq!(mail.subject, "Re: Angebot für Sie");
        let unverified = parse(forwarded(RAW, false).as_bytes()).unwrap();
        assert_eq!(unverified.from_name.as_deref(), Some("Not verified: Purchasing (purchasing@example.org)"));
    }

    #[test]
    fn the_thread_goes_on_and_the_body_is_untouched() {
        let text = forwarded(RAW, true);
        let mail = parse(text.as_bytes()).unwrap();
        assert_eq!(mail.references, ["msg_1@t.example.com", "0100@email.amazonses.com", "2@example.org"]);
        assert_eq!(mail.in_reply_to, ["0100@email.amazonses.com"]);
        assert!(text.ends_with("\r\n\r\n--b\r\n\r\nJa\r\n--b--\r\n"));
        assert_eq!(mail.content_type, "multipart/alternative");
    }

    #[test]
    fn nothing_of_the_way_here_goes_along_and_it_cannot_go_round() {
        let text = forwarded(RAW, true);
        let mail = parse(text.as_bytes()).unwrap();
        for gone in ["received", "dkim-signature", "return-path", "cc", "bcc", "x-ses-configuration-set"] {
            assert_eq!(mail.header(gone).count(), 0, "{gone}");
        }
        assert_eq!(mail.header("x-telltale-forwarded").next(), Some("msg_1"));
        assert_eq!(mail.header("auto-submitted").next(), Some("auto-generated"));
        assert!(!text.split("\r\n").any(|line| line.len() > 998));
    }

    #[test]
    fn what_cannot_be_written_into_a_header_is_left_out_or_refused() {
        let odd = RAW.replace("<2@example.org>", "<2 @exa mple>").replace("Purchasing <", "\"a\\\r\n b\" <");
        assert!(forwarded(&odd, true).contains("References: <msg_1@t.example.com>"));
        let author = Mailbox { name: None, email: "sales@example.com" };
        let as_what =
            Forward { author, mark: "m", message_id: "f@t.example.com", verified: true, date_unix_seconds: 0 };
        let nobody = b"Subject: x\r\n\r\nx";
        assert!(forward(nobody, &parse(nobody).unwrap(), &as_what).is_err());
    }
}
