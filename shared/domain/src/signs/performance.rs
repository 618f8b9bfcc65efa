//! How well templates do: what became of the followed mail that was made from them.
//!
//! Rates of small numbers mislead, so templates are compared by the lower bound of Wilson's interval (E. B. Wilson, 1927)
//! at 95 %: what the rate is at least, given how little is known.
//!
//! A message counts once, however many recipients it has, as soon as the mail service took a copy of it that is followed;
//! also when that copy came back later, which says nothing about the text but belongs to what was sent.

use std::cmp::Ordering;

use crate::message::Message;
use crate::message::copy::{Copy, CopyState};
use crate::signs::engagement::Kpis;

/// With fewer sent messages nothing is recommended.
pub const MIN_SENT: u32 = 20;
/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.96;

/// The figures of a template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Followed messages that were sent.
    pub sent: u32,
    /// Of those, seen by a person: opened, clicked, viewed or answered.
    pub opened: u32,
    /// Of those, replied to by a person.
    pub replied: u32,
}

/// What changed in the figures of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TallyChange {
    /// More messages sent.
    pub sent: i64,
    /// More of them opened; fewer when what seemed a person was a machine.
    pub opened: i64,
    /// More of them replied to.
    pub replied: i64,
}

/// Whether a copy makes its message one that was sent, for the template that it was made from.
pub fn counts(message: &Message, copy: &Copy) -> bool {
    let followed = message.tracked && copy.untouched.is_none() && !copy.erased;
    message.template.is_some() && followed && copy.state == CopyState::Sent
}

impl Tally {
    /// What one message adds: nothing until it left.
    pub fn of_message(left: bool, kpis: &Kpis) -> Self {
        let one = |counts: bool| u32::from(left && counts);
        Self { sent: one(true), opened: one(kpis.seen().is_some()), replied: one(kpis.replies > 0) }
    }

    /// What to add to these figures so that they are `after`; `None` when they are.
    pub fn until(self, after: Self) -> Option<TallyChange> {
        let more = |before: u32, after: u32| i64::from(after) - i64::from(before);
        let Self { sent, opened, replied } = self;
        let change = TallyChange {
            sent: more(sent, after.sent),
            opened: more(opened, after.opened),
            replied: more(replied, after.replied),
        };
        (self != after).then_some(change)
    }

    /// Which part was opened; none while nothing was sent.
    pub fn open_rate(self) -> Option<f64> {
        (self.sent > 0).then(|| f64::from(self.opened) / f64::from(self.sent))
    }

    /// Which part was replied to; none while nothing was sent.
    pub fn reply_rate(self) -> Option<f64> {
        (self.sent > 0).then(|| f64::from(self.replied) / f64::from(self.sent))
    }

    /// Whether enough is known, and it is not that nobody cared.
    pub fn can_be_recommended(self) -> bool {
        self.sent >= MIN_SENT && (self.opened > 0 || self.replied > 0)
    }

    /// Greater is better: by replies, then by opens.
    fn compare(self, other: Self) -> Ordering {
        let replies = at_least(self.replied, self.sent).total_cmp(&at_least(other.replied, other.sent));
        replies.then_with(|| at_least(self.opened, self.sent).total_cmp(&at_least(other.opened, other.sent)))
    }

    /// The figures in words.
    pub fn reason(self) -> String {
        let Self { sent, opened, replied } = self;
        let percent = |hits| (at_least(hits, sent) * 100.0).floor();
        match sent {
            0 => "not sent yet".to_owned(),
            1 => "sent once: too little to compare, 20 are needed".to_owned(),
            _ if sent < MIN_SENT => format!("sent {sent} times: too little to compare, {MIN_SENT} are needed"),
            _ if replied == 0 => format!("opened {opened} of {sent}, at least {} %, no replies", percent(opened)),
            _ => format!("replied {replied} of {sent}, at least {} %", percent(replied)),
        }
    }
}

/// The best of those that can be compared; the earlier one of equals.
pub fn best<T>(templates: impl IntoIterator<Item = (T, Tally)>) -> Option<T> {
    let known = templates.into_iter().enumerate().filter(|(_, (_, tally))| tally.can_be_recommended());
    known.max_by(|(m, (_, a)), (n, (_, b))| a.compare(*b).then(n.cmp(m))).map(|(_, (template, _))| template)
}

/// What the rate is at least: the lower end of Wilson's interval.
pub fn at_least(hits: u32, of: u32) -> f64 {
    if of == 0 {
        return 0.0;
    }
    let (n, rate) = (f64::from(of), f64::from(hits) / f64::from(of));
    let (z2, center) = (Z * Z, rate + Z * Z / (2.0 * n));
    let margin = Z * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
    ((center - margin) / (1.0 + z2 / n)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signs::engagement::{Deed, DeedKind};
    use proptest::prelude::*;

    fn tally(sent: u32, opened: u32, replied: u32) -> Tally {
        Tally { sent, opened, replied }
    }

    #[test]
    fn the_bound_is_the_published_one() {
        // 0.2213 for 14 of 40, 0.0 for none, 0.8389 for 20 of 20.
        for (hits, of, want) in [(14, 40, 0.2213), (0, 40, 0.0), (20, 20, 0.8389), (1, 1, 0.2065)] {
            assert!((at_least(hits, of) - want).abs() < 0.0001, "{hits} of {of}: {}", at_least(hits, of));
        }
    }

    #[test]
    fn the_best_has_the_most_certain_replies_and_then_opens() {
        for (tallies, want) in [
            (vec![], None),
            (vec![tally(19, 19, 19)], None),
            (vec![tally(20, 0, 0)], None),
            (vec![tally(20, 1, 0)], Some(0)),
            // 3 of 20 is 15 %, at least 5 %; 28 of 200 is 14 %, at least 9 %.
            (vec![tally(20, 20, 3), tally(200, 200, 28)], Some(1)),
            (vec![tally(40, 20, 10), tally(40, 30, 10)], Some(1)),
            (vec![tally(40, 30, 10), tally(40, 30, 10)], Some(0)),
            (vec![tally(5, 5, 5), tally(40, 1, 0)], Some(1)),
        ] {
            assert_eq!(best(tallies.iter().copied().enumerate()), want, "{tallies:?}");
        }
    }

    #[test]
    fn a_message_counts_once_when_it_left_and_says_what_changed() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let deed = |opens: u32| (opens > 0).then_some(Deed { at, by: DeedKind::Open });
        let replied = |replies: u32| (replies > 0).then_some(at);
        let kpis = |opens, replies| Kpis {
            opens,
            replies,
            first_deed: deed(opens),
            first_replied_at: replied(replies),
            ..Kpis::default()
        };
        for (left, kpis, want) in [
            (false, kpis(3, 1), tally(0, 0, 0)),
            (true, kpis(0, 0), tally(1, 0, 0)),
            (true, kpis(3, 0), tally(1, 1, 0)),
            (true, kpis(0, 2), tally(1, 1, 1)),
        ] {
            assert_eq!(Tally::of_message(left, &kpis), want, "{left} {kpis:?}");
        }
        assert_eq!(tally(1, 1, 0).until(tally(1, 1, 0)), None);
        let change = TallyChange { sent: 0, opened: -1, replied: 1 };
        assert_eq!(tally(1, 1, 0).until(tally(1, 0, 1)), Some(change), "it was a machine after all");
    }

    #[test]
    fn reasons_are_words() {
        for (tally, want) in [
            (tally(0, 0, 0), "not sent yet"),
            (tally(1, 1, 1), "sent once: too little to compare, 20 are needed"),
            (tally(19, 1, 1), "sent 19 times: too little to compare, 20 are needed"),
            (tally(40, 30, 14), "replied 14 of 40, at least 22 %"),
            (tally(40, 30, 0), "opened 30 of 40, at least 59 %, no replies"),
        ] {
            assert_eq!(tally.reason(), want);
        }
    }

    proptest! {
        #[test]
        fn the_bound_is_below_the_rate_and_grows_with_certainty(hits in 0_u32..1000, more in 0_u32..1000) {
            let of = hits + more;
            let rate = if of == 0 { 0.0 } else { f64::from(hits) / f64::from(of) };
            prop_assert!((0.0..=rate).contains(&at_least(hits, of)));
            prop_assert!(at_least(hits * 2, of * 2) >= at_least(hits, of));
        }
    }
}
