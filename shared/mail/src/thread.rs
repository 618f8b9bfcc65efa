//! To which message a received mail belongs: what in it may name one of ours, the surest first.
//!
//! SES replaces our `Message-ID` by `<id@email.amazonses.com>` or `<id@REGION.amazonses.com>`, some clients drop
//! `References`, and some servers change the domain of an id. So three names are looked for: the token in the address,
//! our own id, which we also put into `References`, and the SES id whatever domain stands behind it.

use domain::ground::id::MessageId;

use crate::parse::Received;

/// Something that may name a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Candidate {
    /// The local part of an address at our inbound domain.
    Address(String),
    /// Our own id of a message, perhaps with the position of a recipient.
    OwnId(MessageId, Option<u16>),
    /// The mail service's id of a copy.
    SesId(String),
}

/// The most names that are looked up.
const MOST: usize = 20;

/// All names in a mail and its envelope's recipients, without repetition. Of the ids, that of the mail it answers comes
/// first, then the newest of the thread.
pub fn candidates(mail: &Received, envelope: &[String], inbound_domain: Option<&str>) -> Vec<Candidate> {
    let addresses = envelope.iter().chain(&mail.recipients);
    let tokens = addresses.filter_map(|address| {
        let (local, domain) = address.rsplit_once('@')?;
        let own = inbound_domain.is_some_and(|own| domain.trim_end_matches('>').eq_ignore_ascii_case(own));
        own.then(|| Candidate::Address(local.trim_start_matches('<').to_owned()))
    });
    let reported = mail.attached_ids.iter();
    let ids = mail.in_reply_to.iter().chain(mail.references.iter().rev()).chain(reported);
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in tokens.chain(ids.filter_map(|id| of_id(id))) {
        if !found.contains(&candidate) {
            found.push(candidate);
        }
        if found.len() == MOST {
            break;
        }
    }
    found
}

fn of_id(id: &str) -> Option<Candidate> {
    let id = id.trim_matches(['<', '>', ' ']);
    let local = id.split('@').next().unwrap_or_default();
    if local.starts_with("msg_") {
        let (message, recipient) = match local.split_once('.') {
            Some((message, recipient)) => (message, Some(recipient.parse().ok()?)),
            None => (local, None),
        };
        return Some(Candidate::OwnId(message.parse().ok()?, recipient));
    }
    is_ses_id(local).then(|| Candidate::SesId(local.to_owned()))
}

/// `0100019ab1c2d3e4-11111111-2222-3333-4444-555555555555-000000`: a time, a UUID, and a number.
fn is_ses_id(local: &str) -> bool {
    let lengths: Vec<usize> = local.split('-').map(str::len).collect();
    let hex = local.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    hex && lengths == [16, 8, 4, 4, 4, 12, 6]
}

#[cfg(test)]
mod tests {
    use super::*;

    const SES: &str = "0100019ab1c2d3e4-11111111-2222-3333-4444-555555555555-000000";
    const MSG: &str = "msg_019ab1c2d3e47000800000000000000a";

    fn mail(in_reply_to: &[&str], references: &[&str]) -> Received {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Received { in_reply_to: owned(in_reply_to), references: owned(references), ..Received::default() }
    }

    #[test]
    fn an_id_of_the_mail_service_is_known_in_any_domain_form() {
        for domain in ["@email.amazonses.com", "@eu-central-1.amazonses.com", "@mail.example.org", ""] {
            let found = candidates(&mail(&[&format!("{SES}{domain}")], &[]), &[], None);
            assert_eq!(found, [Candidate::SesId(SES.to_owned())], "{domain}");
        }
    }

    #[test]
    fn the_answered_mail_comes_before_the_thread_and_the_token_before_both() {
        let own = format!("{MSG}@t.example.com");
        let received =
            mail(&[&format!("{SES}@email.amazonses.com")], &["x@example.org", &own, &format!("{MSG}.3@t.example.com")]);
        let envelope = ["abc@Replies.example.com".to_owned(), "sales@example.com".to_owned()];
        let id: MessageId = MSG.parse().unwrap();
        assert_eq!(
            candidates(&received, &envelope, Some("replies.example.com")),
            [
                Candidate::Address("abc".to_owned()),
                Candidate::SesId(SES.to_owned()),
                Candidate::OwnId(id, Some(3)),
                Candidate::OwnId(id, None),
            ]
        );
    }

    #[test]
    fn what_is_no_name_of_ours_is_left_out() {
        for id in ["", "msg_1@example.com", "1@example.com", "msg_019ab1c2d3e47000800000000000000a.x@a", "-------"] {
            assert_eq!(candidates(&mail(&[id], &[id]), &[], None), [], "{id}");
        }
        let many: Vec<String> =
            (0..90).map(|n| format!("0100019ab1c2d3e4-11111111-2222-3333-4444-555555555555-0000{n:02}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(candidates(&mail(&[], &many), &[], None).len(), MOST);
    }
}
