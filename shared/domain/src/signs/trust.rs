//! Whether the sender of a received mail is who it says.
//!
//! The verdicts come from the mail service's notification, never from headers of the mail: anybody may write those.
//! Sources: Amazon SES developer guide, "Contents of notifications for Amazon SES email receiving"; RFC 7489 section 3.1
//! (alignment).

use serde::{Deserialize, Serialize};

/// The outcome of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthCheck {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// There was nothing to check, or no clear answer. Not the same as a pass.
    #[serde(other)]
    Gray,
}

/// What the mail service checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AuthVerdicts {
    /// The server may send for the envelope's domain.
    pub spf: AuthCheck,
    /// A signature is valid.
    pub dkim: AuthCheck,
    /// One of these two holds for the domain in `From`.
    pub dmarc: AuthCheck,
    /// It is not spam.
    pub spam: AuthCheck,
    /// It has no virus.
    pub virus: AuthCheck,
}

/// The domains by which a sender is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthDomains<'a> {
    /// Of the address in `From`.
    pub from: &'a str,
    /// Of the envelope's sender; empty for none.
    pub envelope: &'a str,
    /// The `d=` of every signature in the mail, valid or not.
    pub signatures: Vec<&'a str>,
}

impl AuthVerdicts {
    /// True when the domain in `From` vouches for the mail. Where it publishes no policy, SPF and DKIM do, each for a
    /// domain that fits; of several signatures nobody says which one is valid, so all of them have to fit.
    pub fn vouch_for(&self, domains: &AuthDomains<'_>) -> bool {
        if domains.from.is_empty()
            || self.dmarc == AuthCheck::Fail
            || self.spam == AuthCheck::Fail
            || self.virus == AuthCheck::Fail
        {
            return false;
        }
        let spf = self.spf == AuthCheck::Pass && aligned(domains.envelope, domains.from);
        let all_fit = domains.signatures.iter().all(|domain| aligned(domain, domains.from));
        let dkim = self.dkim == AuthCheck::Pass && !domains.signatures.is_empty() && all_fit;
        self.dmarc == AuthCheck::Pass || spf || dkim
    }
}

/// The same domain, or one below the other.
fn aligned(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let below = |a: &str, b: &str| a.strip_suffix(b).is_some_and(|rest| rest.ends_with('.') && b.contains('.'));
    !a.is_empty() && (a == b || below(&a, &b) || below(&b, &a))
}

#[cfg(test)]
mod tests {
    use super::*;
    use AuthCheck::{Fail, Gray, Pass};

    fn vouches(checks: [AuthCheck; 5], envelope: &str, signatures: &[&str]) -> bool {
        let [spf, dkim, dmarc, spam, virus] = checks;
        let domains = AuthDomains { from: "example.org", envelope, signatures: signatures.to_vec() };
        AuthVerdicts { spf, dkim, dmarc, spam, virus }.vouch_for(&domains)
    }

    #[test]
    fn a_sender_is_verified_by_its_own_domain_only() {
        for (checks, envelope, signatures, want) in [
            ([Gray, Gray, Pass, Pass, Pass], "", &[][..], true),
            ([Pass, Pass, Fail, Pass, Pass], "example.org", &["example.org"], false),
            ([Pass, Gray, Gray, Pass, Pass], "bounces.example.org", &[], true),
            ([Pass, Gray, Gray, Pass, Pass], "evil.test", &[], false),
            ([Pass, Gray, Gray, Pass, Pass], "evilexample.org", &[], false),
            ([Pass, Gray, Gray, Pass, Pass], "org", &[], false),
            ([Fail, Pass, Gray, Pass, Pass], "evil.test", &["Example.org"], true),
            ([Fail, Pass, Gray, Pass, Pass], "evil.test", &["evil.test", "example.org"], false),
            ([Fail, Pass, Gray, Pass, Pass], "evil.test", &[], false),
            ([Gray, Gray, Gray, Pass, Pass], "example.org", &["example.org"], false),
            ([Pass, Pass, Pass, Fail, Pass], "example.org", &[], false),
            ([Pass, Pass, Pass, Gray, Fail], "example.org", &[], false),
        ] {
            assert_eq!(vouches(checks, envelope, signatures), want, "{checks:?} {envelope} {signatures:?}");
        }
    }

    #[test]
    fn what_the_service_could_not_check_is_no_pass() {
        let read = |text: &str| serde_json::from_str::<AuthCheck>(text).unwrap();
        assert_eq!(
            [read("\"PASS\""), read("\"FAIL\""), read("\"GRAY\""), read("\"PROCESSING_FAILED\"")],
            [Pass, Fail, Gray, Gray]
        );
    }
}
