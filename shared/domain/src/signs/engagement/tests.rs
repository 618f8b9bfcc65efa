use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;
use crate::signs::agent::Agent;
use crate::signs::event::HitRequest;
use crate::signs::network::Network;
use crate::signs::verdict::{Recipient, VerdictClass};

const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
const OLD_CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/72.0.3626.109 Safari/537.36";
const GMAIL: &str = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";

fn start() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

fn hit(seconds: i64, action: HitAction, agent: &str, ip: &str) -> Hit {
    let request = HitRequest {
        agent: Agent::of(Some(agent)),
        network: Network::of(ip),
        head: false,
        prefetch: false,
        image: false,
    };
    let key = format!("{seconds}{action:?}{agent}{ip}");
    Hit { id: EventId::of(at(seconds), &[&key]), at: at(seconds), recipient: 0, action, request }
}

fn context() -> FoldContext {
    FoldContext { recipients: vec![Recipient { arrived_at: Some(start()), is_sender: false }; 3], links: 4 }
}

fn classes(hits: &[Hit]) -> Vec<(VerdictClass, Vec<&'static str>)> {
    let engagement = fold(hits.to_vec(), &context());
    engagement.judged.into_iter().map(|judged| (judged.verdict.class, judged.verdict.reasons)).collect()
}

#[test]
fn a_person_opens_clicks_and_downloads() {
    let hits = [
        hit(90, HitAction::Open, CHROME, "192.0.2.1"),
        hit(95, HitAction::Click(0), CHROME, "192.0.2.1"),
        hit(99, HitAction::AttachmentView(0), CHROME, "192.0.2.1"),
        hit(3600, HitAction::Open, GMAIL, "198.51.100.1"),
    ];
    let kpis = fold(hits, &context()).kpis;
    assert_eq!((kpis.opens, kpis.link_clicks, kpis.attachment_views), (2, 1, 1));
    assert_eq!((kpis.machine_opens, kpis.machine_clicks), (0, 0));
    assert_eq!((kpis.first_opened_at, kpis.last_opened_at), (Some(at(90)), Some(at(3600))));
}

#[test]
fn machines_are_named_with_the_reason() {
    for (hits, want) in [
        (vec![hit(9, HitAction::Open, "curl/8.5.0", "192.0.2.1")], (VerdictClass::Scanner, "program_agent")),
        (vec![hit(9, HitAction::Open, "", "192.0.2.1")], (VerdictClass::Scanner, "no_agent")),
        (vec![hit(9, HitAction::Open, "Mozilla/5.0", "192.0.2.1")], (VerdictClass::Prefetch, "apple_mail_privacy")),
        (vec![hit(9, HitAction::Open, GMAIL, "192.0.2.1")], (VerdictClass::Proxy, "image_proxy")),
        (vec![hit(9, HitAction::Open, "mail thing", "192.0.2.1")], (VerdictClass::Unknown, "unrecognised_agent")),
        (
            vec![hit(9, HitAction::Click(0), OLD_CHROME, "192.0.2.1")],
            (VerdictClass::Scanner, "outdated_agent_on_arrival"),
        ),
        (vec![hit(900, HitAction::Click(0), OLD_CHROME, "192.0.2.1")], (VerdictClass::Human, "mail_or_browser_agent")),
        (
            (0..4).map(|n| hit(100 + 2 * i64::from(n), HitAction::Click(n), CHROME, "192.0.2.1")).collect(),
            (VerdictClass::Scanner, "every_link"),
        ),
        (
            (0..3).map(|n| hit(100, HitAction::Click(n), CHROME, "192.0.2.1")).collect(),
            (VerdictClass::Scanner, "link_burst"),
        ),
        (
            (0..3).map(|n| hit(100 + n, HitAction::Open, CHROME, &format!("192.0.{n}.1"))).collect(),
            (VerdictClass::Scanner, "many_networks"),
        ),
    ] {
        for (class, reasons) in classes(&hits) {
            assert_eq!((class, reasons[0]), want);
        }
    }
}

/// Modern Edge, a network of its own, and the links in this order: seconds after arrival, and the link.
fn clicks(times: &[(i64, u16)]) -> Vec<(VerdictClass, Vec<&'static str>)> {
    let edge = format!("{CHROME} Edg/131.0.0.0");
    classes(&times.iter().map(|(s, link)| hit(*s, HitAction::Click(*link), &edge, "192.0.2.1")).collect::<Vec<_>>())
}

#[test]
fn a_message_is_seen_by_the_first_deed_of_a_person() {
    let click = |seconds| hit(seconds, HitAction::Click(0), CHROME, "192.0.2.1");
    let open = |seconds| hit(seconds, HitAction::Open, CHROME, "192.0.2.1");
    let view = |seconds| hit(seconds, HitAction::AttachmentView(0), CHROME, "192.0.2.1");
    for (hits, seen, last) in [
        (vec![open(100), click(200)], Some((100, DeedKind::Open)), None),
        (vec![click(100), open(200)], Some((100, DeedKind::Click)), None),
        (vec![click(100), view(200)], Some((100, DeedKind::Click)), Some((200, DeedKind::AttachmentView))),
        (vec![], None, None),
    ] {
        let kpis = fold(hits, &context()).kpis;
        let start = open(0).at;
        let deed = |(seconds, by)| Deed { at: start + SignedDuration::from_secs(seconds), by };
        assert_eq!((kpis.seen(), kpis.last_deed), (seen.map(deed), last.map(deed)));
    }
}

#[test]
fn two_links_in_one_instant_are_no_persons() {
    for (times, reason) in [
        (&[(1, 0), (1, 1)], "link_burst"),
        (&[(1, 0), (3, 1)], "link_burst"),
        (&[(3600, 0), (3600, 1)], "link_burst"),
        (&[(3600, 0), (3602, 1)], "link_burst"),
        (&[(-1, 0), (3, 1)], "links_on_arrival"),
        (&[(20, 0), (25, 1)], "links_on_arrival"),
    ] {
        for (class, reasons) in clicks(times) {
            assert_eq!((class, reasons[0]), (VerdictClass::Scanner, reason), "{times:?}");
        }
    }
}

#[test]
fn two_links_seconds_apart_the_same_link_and_two_networks_are_still_a_person() {
    for times in [&[(100, 0), (103, 1)], &[(3600, 0), (3604, 1)], &[(20, 0), (26, 1)], &[(58, 0), (61, 1)]] {
        let got = clicks(times);
        assert!(got.iter().all(|(class, _)| *class == VerdictClass::Human), "{times:?}: {got:?}");
    }
    let same_link: Vec<_> = clicks(&[(1, 0), (2, 0)]).into_iter().map(|(class, _)| class).collect();
    assert_eq!(same_link, [VerdictClass::Human, VerdictClass::Duplicate]);
    let hits = [
        hit(100, HitAction::Click(0), CHROME, "192.0.2.1"),
        hit(103, HitAction::Click(1), CHROME, "192.0.2.1"),
        hit(110, HitAction::Open, CHROME, "198.51.100.1"),
    ];
    assert!(classes(&hits).iter().all(|(class, _)| *class == VerdictClass::Human));
}

#[test]
fn head_is_kept_and_counted_nowhere() {
    let mut head = hit(100, HitAction::Click(0), CHROME, "192.0.2.1");
    head.request.head = true;
    let engagement = fold([head], &context());
    assert_eq!(engagement.judged[0].verdict.reasons, ["head_request"]);
    assert_eq!(engagement.kpis, Kpis::default());
}

#[test]
fn the_same_again_within_half_a_minute_is_one() {
    let hits = [0, 10, 29, 31, 62].map(|seconds| hit(100 + seconds, HitAction::Open, CHROME, "192.0.2.1"));
    let engagement = fold(hits.clone(), &context());
    assert_eq!(engagement.kpis.opens, 3);
    assert_eq!(classes(&hits).iter().filter(|(class, _)| *class == VerdictClass::Duplicate).count(), 2);
    let other_device = hit(105, HitAction::Open, GMAIL, "192.0.2.1");
    assert_eq!(fold(hits.into_iter().chain([other_device]), &context()).kpis.opens, 4);
}

#[test]
fn the_senders_own_hits_are_own_team() {
    let context = FoldContext { recipients: vec![Recipient { is_sender: true, ..Recipient::default() }], links: 0 };
    let engagement = fold([hit(100, HitAction::Open, CHROME, "192.0.2.1")], &context);
    assert_eq!(engagement.judged[0].verdict.class, VerdictClass::OwnTeam);
    assert_eq!((engagement.kpis.opens, engagement.kpis.machine_opens), (0, 0));
}

#[test]
fn first_opens_are_by_recipient_and_by_persons_only() {
    let mut second = hit(120, HitAction::Open, CHROME, "192.0.2.1");
    second.recipient = 1;
    let hits =
        [hit(50, HitAction::Open, "curl/8", "192.0.2.1"), hit(100, HitAction::Open, CHROME, "192.0.2.1"), second];
    let engagement = fold(hits, &context());
    let first: Vec<_> = engagement.first_opens().into_iter().map(|(recipient, hit)| (recipient, hit.at)).collect();
    assert_eq!(first, [(0, at(100)), (1, at(120))]);
}

fn hits() -> impl Strategy<Value = Vec<Hit>> {
    let agents = prop::sample::select(vec![CHROME, OLD_CHROME, GMAIL, "curl/8", ""]);
    let actions =
        prop_oneof![Just(HitAction::Open), (0_u16..4).prop_map(HitAction::Click), Just(HitAction::AttachmentView(0))];
    let one = (0_i64..120, actions, agents, 0_u8..4, 0_u16..3).prop_map(|(seconds, action, agent, net, recipient)| {
        Hit { recipient, ..hit(seconds, action, agent, &format!("192.0.{net}.1")) }
    });
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn order_and_repetition_make_no_difference(hits in hits(), seed: u64) {
        let once = fold(hits.clone(), &context());
        let mut again: Vec<Hit> = hits.iter().chain(&hits).cloned().collect();
        let len = again.len().max(1);
        for n in 0..again.len() {
            let other = usize::try_from(seed.rotate_left(u32::try_from(n).unwrap()) % len as u64).unwrap();
            again.swap(n, other);
        }
        // Hits that differ in the recipient alone share an id here; the last one would win, so leave those out.
        let ids: std::collections::BTreeSet<_> = hits.iter().map(|hit| hit.id).collect();
        prop_assume!(ids.len() == hits.len());
        prop_assert_eq!(fold(again, &context()), once);
    }

    #[test]
    fn every_hit_is_judged_once_and_figures_never_exceed_hits(hits in hits()) {
        let engagement = fold(hits.clone(), &context());
        let ids: std::collections::BTreeSet<_> = hits.iter().map(|hit| hit.id).collect();
        prop_assert_eq!(engagement.judged.len(), ids.len());
        let k = &engagement.kpis;
        prop_assert!((k.opens + k.link_clicks + k.attachment_views + k.machine_opens + k.machine_clicks) as usize <= ids.len());
    }
}

#[test]
fn only_what_a_person_does_for_the_first_time_is_a_first_deed() {
    let open = |seconds| hit(seconds, HitAction::Open, CHROME, "192.0.2.1");
    let log = [hit(600, HitAction::Open, "curl/8", "198.51.100.1")];
    let machine = hit(700, HitAction::Open, "curl/8", "198.51.100.1");
    let click = hit(1300, HitAction::Click(0), CHROME, "192.0.2.1");
    assert!(may_be_by_person(&open(700), &context()) && !may_be_by_person(&machine, &context()));

    let new = [open(1200), machine, click.clone(), open(2400)];
    assert_eq!(first_deeds(&log, &new, &context()), [open(1200), click]);
    assert_eq!(first_deeds(&[open(1200)], &[open(1200), open(2400)], &context()), []);
}
