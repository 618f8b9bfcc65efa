//! Verdicts: who was behind a hit, and why we think so.
//!
//! Every hit keeps its facts; a verdict is computed from all hits of a message together, so a better rule
//! labels history anew. Hard facts come first, then relations between hits, then timing.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::signs::agent::Client;
use crate::signs::event::{Hit, HitAction};

/// Who was behind a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictClass {
    /// A person.
    Human,
    /// A mail provider's image proxy on behalf of a person: a real open, the device unknown.
    Proxy,
    /// Software that fetches before anybody looks.
    Prefetch,
    /// A security scanner, a crawler, a script.
    Scanner,
    /// The sender's own side.
    OwnTeam,
    /// The same hit again, within half a minute.
    Duplicate,
    /// Nothing speaks for a person, nothing against.
    Unknown,
}

impl VerdictClass {
    /// True for what counts as done by a person. Nothing else ever does, or sets anything off.
    pub fn is_person(self) -> bool {
        matches!(self, Self::Human | Self::Proxy)
    }

    /// True for what counts as done by a machine.
    pub fn is_machine(self) -> bool {
        matches!(self, Self::Prefetch | Self::Scanner | Self::Unknown)
    }
}

/// A class and the rules that led to it, as stable names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Who.
    pub class: VerdictClass,
    /// Why.
    pub reasons: Vec<&'static str>,
}

/// What the rules may know about one recipient besides the hits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recipient {
    /// When the recipient's server accepted the copy, or else when it was sent.
    pub arrived_at: Option<Timestamp>,
    /// The recipient is the sender.
    pub is_sender: bool,
}

/// Three networks for one recipient within this time: a scanner farm, not a person.
const MANY_NETWORKS: (usize, SignedDuration) = (3, SignedDuration::from_secs(30));
/// All links of a message within this time, when there are at least three.
const EVERY_LINK: (usize, SignedDuration) = (3, SignedDuration::from_secs(10));
/// This many different links within this time are beyond a hand.
const LINK_BURST: (usize, SignedDuration) = (2, SignedDuration::from_secs(2));
/// The same so soon after arrival that hardly a person has read as far as the second link.
const LINKS_ON_ARRIVAL: (usize, SignedDuration) = (2, SignedDuration::from_secs(5));
/// The same fetch again within this time is one.
const DUPLICATE: SignedDuration = SignedDuration::from_secs(30);
/// A fetch this soon after arrival is suspicious: with an outdated browser it is a scanner, and so are quick links.
const TOO_SOON: SignedDuration = SignedDuration::from_secs(60);

/// Judges the hits of one recipient, which must be in order of time. `links` is how many the message has.
pub fn judge(hits: &[&Hit], recipient: Recipient, links: usize) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(hits.len());
    let relations = Relations::of(hits, recipient, links);
    for (n, hit) in hits.iter().enumerate() {
        let mut verdict = by_facts(hit);
        if verdict.class.is_person() || verdict.class == VerdictClass::Unknown {
            let reasons = relations.reasons(n).chain(too_soon(hit, recipient)).collect::<Vec<_>>();
            if recipient.is_sender {
                verdict = Verdict { class: VerdictClass::OwnTeam, reasons: vec!["recipient_is_sender"] };
            } else if !reasons.is_empty() {
                verdict = Verdict { class: VerdictClass::Scanner, reasons };
            }
        }
        if verdict.class.is_person() && repeats(&hits[..n], &verdicts, hit) {
            verdict = Verdict { class: VerdictClass::Duplicate, reasons: vec!["same_within_30_seconds"] };
        }
        if hit.request.image {
            verdict.reasons.push("hosted_image");
        }
        verdicts.push(verdict);
    }
    verdicts
}

/// What the request alone tells.
fn by_facts(hit: &Hit) -> Verdict {
    let (class, reason) = match hit.request.agent.client {
        _ if hit.request.head => (VerdictClass::Scanner, "head_request"),
        _ if hit.request.prefetch => (VerdictClass::Prefetch, "prefetch_header"),
        Client::GmailPrefetch => (VerdictClass::Prefetch, "gmail_prefetch"),
        Client::AppleMailPrivacy => (VerdictClass::Prefetch, "apple_mail_privacy"),
        Client::Script => (VerdictClass::Scanner, "program_agent"),
        Client::Absent => (VerdictClass::Scanner, "no_agent"),
        client if client.is_image_proxy() => (VerdictClass::Proxy, "image_proxy"),
        Client::Other => (VerdictClass::Unknown, "unrecognised_agent"),
        _ => (VerdictClass::Human, "mail_or_browser_agent"),
    };
    Verdict { class, reasons: vec![reason] }
}

/// An outdated browser within a minute of arrival: how delivery-time scanners look.
fn too_soon(hit: &Hit, recipient: Recipient) -> Option<&'static str> {
    (hit.request.agent.outdated && is_on_arrival(hit, recipient)).then_some("outdated_agent_on_arrival")
}

fn is_on_arrival(hit: &Hit, recipient: Recipient) -> bool {
    recipient.arrived_at.is_some_and(|arrived_at| hit.at.duration_since(arrived_at) < TOO_SOON)
}

/// True when a person's hit of the same kind came just before, from the same network and client. Hits that were
/// duplicates themselves extend the half minute only from the first one that counted.
fn repeats(earlier: &[&Hit], verdicts: &[Verdict], hit: &Hit) -> bool {
    let same = |other: &Hit| {
        other.action == hit.action
            && other.request.agent == hit.request.agent
            && other.request.network == hit.request.network
    };
    let counted = earlier.iter().zip(verdicts).rev().filter(|(_, verdict)| verdict.class.is_person());
    counted.take_while(|(other, _)| hit.at.duration_since(other.at) <= DUPLICATE).any(|(other, _)| same(other))
}

/// Which hits stand in a burst that no person makes.
struct Relations {
    networks: Vec<bool>,
    every_link: Vec<bool>,
    link_burst: Vec<bool>,
    links_on_arrival: Vec<bool>,
}

impl Relations {
    fn of(hits: &[&Hit], recipient: Recipient, links: usize) -> Self {
        let network = |hit: &Hit| hit.request.network.clone();
        let link = |hit: &Hit| match hit.action {
            HitAction::Click(link) => Some(link),
            HitAction::Open | HitAction::AttachmentView(_) => None,
        };
        let early_link = |hit: &Hit| if is_on_arrival(hit, recipient) { link(hit) } else { None };
        let all_links = if links >= EVERY_LINK.0 { links } else { usize::MAX };
        Self {
            networks: bursts(hits, MANY_NETWORKS.0, MANY_NETWORKS.1, network),
            every_link: bursts(hits, all_links, EVERY_LINK.1, link),
            link_burst: bursts(hits, LINK_BURST.0, LINK_BURST.1, link),
            links_on_arrival: bursts(hits, LINKS_ON_ARRIVAL.0, LINKS_ON_ARRIVAL.1, early_link),
        }
    }

    fn reasons(&self, n: usize) -> impl Iterator<Item = &'static str> {
        let named = [
            (self.networks[n], "many_networks"),
            (self.every_link[n], "every_link"),
            (self.link_burst[n], "link_burst"),
            (self.links_on_arrival[n], "links_on_arrival"),
        ];
        named.into_iter().filter_map(|(stands, reason)| stands.then_some(reason))
    }
}

/// Marks the hits that lie in a window of `length` with at least `count` different values. One pass with two ends.
fn bursts<T: Ord>(hits: &[&Hit], count: usize, length: SignedDuration, value: impl Fn(&Hit) -> Option<T>) -> Vec<bool> {
    let valued: Vec<(usize, T)> = hits.iter().enumerate().filter_map(|(n, hit)| Some((n, value(hit)?))).collect();
    let mut marked = vec![false; hits.len()];
    let mut start = 0;
    for end in 0..valued.len() {
        while hits[valued[end].0].at.duration_since(hits[valued[start].0].at) > length {
            start += 1;
        }
        let window = &valued[start..=end];
        if window.len() >= count && window.iter().map(|(_, value)| value).collect::<BTreeSet<_>>().len() >= count {
            for (n, _) in window {
                marked[*n] = true;
            }
        }
    }
    marked
}
