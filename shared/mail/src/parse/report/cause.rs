//! Why a mail came back: whether the address is at fault and will not work later, or anything else.
//!
//! The words of the server that refused come first, then its own code, then the `Status` that the reporting server made of
//! it (RFC 3464, section 2.3.4), which often is a general one. A reason that tells nothing is *soft*: a refusal that is shown and
//! tried again harms less than an address that nobody may write to any more.

use super::words;

/// True when the address itself is at fault. `said`: the words of the refusing server; `addresses`: the names of the
/// recipient.
pub(super) fn is_hard(said: &str, status: Option<&str>, addresses: &[String]) -> bool {
    let said = words::fold(&without(said, addresses));
    if let Some(hard) = words::blame_address(&said) {
        return hard;
    }
    if let Some(code) = enhanced_codes(&said).next_back() {
        return blames_address(&code);
    }
    if let Some(code) = status.and_then(|status| enhanced_codes(status).next()).filter(|code| !is_general(code)) {
        return blames_address(&code);
    }
    refuses_address(&said)
}

/// True for a status that says more than its class.
pub(super) fn tells(status: &str) -> bool {
    enhanced_codes(status).next().is_some_and(|code| !is_general(&code))
}

/// RFC 3463, sections 3.2 to 3.5, and RFC 7505: no such mailbox, system or address, moved, disabled, no host, null MX.
fn blames_address(code: &str) -> bool {
    matches!(code, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.4" | "5.1.6" | "5.1.9" | "5.1.10" | "5.2.1" | "5.4.4")
}

/// RFC 3463, section 3.1: `X.0.0` tells nothing but the class.
fn is_general(code: &str) -> bool {
    code.ends_with(".0.0")
}

/// RFC 5321, sections 4.2.2 and 4.3.2: 550, 551 and 553 in answer to `RCPT TO` refuse the address.
fn refuses_address(said: &str) -> bool {
    let refused = said.split(|c: char| !c.is_ascii_digit()).any(|code| matches!(code, "550" | "551" | "553"));
    refused && words::name_recipient(said)
}

/// Codes such as `5.1.1` (RFC 3463, section 2), also `#5.1.1` and `550-5.1.1`; no addresses of hosts, no versions.
fn enhanced_codes(text: &str) -> impl DoubleEndedIterator<Item = String> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || c == '.'));
    words.map(|word| word.trim_matches('.')).filter(|word| is_enhanced(word)).map(str::to_owned)
}

fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let [class, subject, detail] = parts[..] else { return false };
    ["2", "4", "5"].contains(&class) && subject.len() == 1 && (1..=3).contains(&detail.len())
}

/// The words without the addresses, whose letters may spell anything.
fn without(said: &str, addresses: &[String]) -> String {
    let named =
        addresses.iter().any(|address| !address.is_empty() && said.to_lowercase().contains(&address.to_lowercase()));
    let words = said.split_whitespace().filter(|word| !word.contains('@') && !word.contains("://"));
    let words = words.collect::<Vec<_>>().join(" ");
    if named { format!("{words} recipient") } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_first_then_the_code_of_the_refusing_server_then_the_status() {
        for (said, status, hard) in [
            ("550 5.1.1 user unknown", Some("5.0.0"), true),
            ("550 5.1.1 <ann@example.org>", Some("5.0.0"), true),
            ("550 5.1.1 <ann@example.org>", None, true),
            ("550 5.7.1 blacklisted", Some("5.1.1"), false),
            ("552 5.2.2 x", Some("5.1.1"), false),
            ("550 5.1.8 sender domain has no MX", Some("5.1.1"), false),
            ("550 5.1.7 x", Some("5.1.1"), false),
            ("550 5.1.0 sender rejected", Some("5.1.0"), false),
            ("550 5.7.1 No such user", Some("5.7.1"), true),
            ("", Some("5.1.1"), true),
            ("", Some("5.1.8"), false),
            ("", Some("5.0.0"), false),
            ("550 odmowa", None, false),
            ("550 odmowa (in reply to RCPT TO command)", None, true),
            ("550 <ann@example.org> odmowa", None, true),
            ("554 <ann@example.org> odmowa", None, false),
            ("host mx.example.org[192.0.2.5] said: 550 5.2.1 x", None, true),
        ] {
            let names = ["ann@example.org".to_owned()];
            assert_eq!(is_hard(said, status, &names), hard, "{said} {status:?}");
        }
    }
}
