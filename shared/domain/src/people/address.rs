//! Email addresses: one strict `addr-spec` (RFC 5321 section 4.1.2 without quoted strings and literals).
//!
//! Parsers that disagree about odd addresses send mail to the wrong domain, so the grammar here is the
//! narrow one that all of them read alike: a dot-atom, `@`, and a host name that passes UTS 46.

use serde::{Deserialize, Serialize};

/// The longest address SMTP can carry (RFC 5321 section 4.5.3.1.3, less the angle brackets), in octets.
pub const MAX_LENGTH: usize = 254;
const MAX_LOCAL: usize = 64;

/// An address as it is used on the wire: ASCII, the domain in lower case and Punycode.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Why a text is not an address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// There is no `@`, or nothing beside it.
    #[error("an address has the form name@domain")]
    Form,
    /// The part before the `@` has characters outside a dot-atom.
    #[error("the part before the @ may hold ASCII letters, digits, single dots and !#$%&'*+-/=?^_`{{|}}~, 64 at most")]
    Local,
    /// The part after the `@` is no registered-looking host name.
    #[error("the part after the @ is not a domain name")]
    Domain,
    /// Longer than SMTP allows.
    #[error("an address has at most 254 characters")]
    TooLong,
}

impl EmailAddress {
    /// Reads an address; spaces around it are not part of it.
    ///
    /// # Errors
    /// [`InvalidAddress`] says which part is wrong.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(InvalidAddress::Form)?;
        if local.is_empty() || domain.is_empty() {
            return Err(InvalidAddress::Form);
        }
        if !is_dot_atom(local) || local.len() > MAX_LOCAL {
            return Err(InvalidAddress::Local);
        }
        let address = format!("{local}@{}", host_name(domain)?);
        if address.len() > MAX_LENGTH { Err(InvalidAddress::TooLong) } else { Ok(Self(address)) }
    }

    /// The address, ready for an envelope.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The host name after the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// What two spellings of one mailbox share. Receivers treat the local part without regard to case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn is_dot_atom(local: &str) -> bool {
    let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(atext))
}

fn host_name(domain: &str) -> Result<String, InvalidAddress> {
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| InvalidAddress::Domain)?;
    let label =
        |label: &str| !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-');
    let top = ascii.rsplit('.').next().unwrap_or_default();
    let numeric = top.bytes().all(|b| b.is_ascii_digit());
    let valid = ascii.len() <= 253 && ascii.contains('.') && ascii.split('.').all(label) && !numeric;
    if valid { Ok(ascii) } else { Err(InvalidAddress::Domain) }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidAddress;

    fn try_from(text: String) -> Result<Self, InvalidAddress> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

/// Addresses are personal data: what is logged with `{:?}` shows the domain only.
impl std::fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "***@{}", self.domain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_all_mail_systems_read_alike_are_accepted() {
        for (text, want) in [
            ("a@example.com", "a@example.com"),
            (" Jo.Do+crm@Example.COM ", "Jo.Do+crm@example.com"),
            ("o'neill@sub.example.co.uk", "o'neill@sub.example.co.uk"),
            ("post@bücher.example", "post@xn--bcher-kva.example"),
            ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), want);
        }
    }

    #[test]
    fn everything_else_is_refused_with_the_part_that_is_wrong() {
        use InvalidAddress::{Domain, Form, Local, TooLong};
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!(
            "{}@{}.com",
            "a".repeat(60),
            ["b".repeat(60), "c".repeat(60), "d".repeat(60), "e".repeat(20)].join(".")
        );
        for (text, want) in [
            ("", Form),
            ("a", Form),
            ("@example.com", Form),
            ("a@", Form),
            (".a@example.com", Local),
            ("a..b@example.com", Local),
            ("a b@example.com", Local),
            ("\"a b\"@example.com", Local),
            ("a@b@example.com", Local),
            ("ü@example.com", Local),
            ("a(c)@example.com", Local),
            ("a\r\nBcc: x@example.com", Local),
            ("A <a@example.com>", Local),
            ("a@localhost", Domain),
            ("a@[192.0.2.1]", Domain),
            ("a@192.0.2.1", Domain),
            ("a@-x.com", Domain),
            ("a@exa mple.com", Domain),
            ("a@example..com", Domain),
            ("a@example.com.", Domain),
            ("a@example.com\u{0}", Domain),
            ("a@exa_mple.com", Domain),
            (&long_local, Local),
            (&long, TooLong),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap_err(), want, "{text:?}");
        }
    }

    #[test]
    fn the_key_ignores_case_and_debug_hides_the_mailbox() {
        let address = EmailAddress::parse("Jo@Example.com").unwrap();
        assert_eq!(address.key(), "jo@example.com");
        assert_eq!(format!("{address:?}"), "***@example.com");
    }
}
