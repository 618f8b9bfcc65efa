//! How well templates do: what became of the mail that was made from them.
//!
//! Rates of small numbers mislead, so templates are compared by the lower bound of Wilson's interval (E. B. Wilson, 1927)
//! at 95 %: what the rate is at least, given how little is known.
//!
//! A message counts once, however many recipients it has, as soon as the mail service took a copy of it; also when that copy
//! came back later, which says nothing about the text but belongs to what was sent. Opens and replies are known of tracked
//! messages only, so their rates are over those.

use crate::message::Message;
use crate::message::copy::{Copy, CopyState};
use crate::signs::engagement::Kpis;

/// With fewer messages nothing is recommended.
pub const MIN_SENT: u32 = 20;
/// The 97.5th percentile of the normal distribution.
const Z: f64 = 1.96;

/// The figures of a template.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that left.
    pub sent: u32,
    /// Of those, not tracked.
    pub untracked: u32,
    /// Of the tracked ones, seen by a person: opened, clicked, viewed or answered.
    pub opened: u32,
    /// Of the tracked ones, replied to by a person.
    pub replied: u32,
    /// Opportunities that were won, among those that the messages were about.
    pub won: u32,
}

/// What changed in the figures of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TallyChange {
    /// More messages sent.
    pub sent: i64,
    /// More of them not tracked; fewer when a tracked copy follows.
    pub untracked: i64,
    /// More of them opened; fewer when what seemed a person was a machine.
    pub opened: i64,
    /// More of them replied to.
    pub replied: i64,
}

/// A goal that a template can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// Answers.
    Replies,
    /// Being read.
    Opens,
    /// Won opportunities.
    Sales,
}

/// How a message left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Departure {
    /// A copy left.
    pub left: bool,
    /// A copy left with the means to track it.
    pub tracked: bool,
}

impl Departure {
    /// The part that a copy adds to how its message left, for the template that it was made from; nothing of one that was not sent.
    pub fn of(message: &Message, copy: &Copy) -> Self {
        let left = message.template.is_some() && !copy.erased && copy.state == CopyState::Sent;
        Self { left, tracked: left && message.tracked && copy.untouched.is_none() }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { left: self.left || other.left, tracked: self.tracked || other.tracked }
    }
}

impl Goal {
    /// All goals, the most telling first.
    pub const ALL: [Self; 3] = [Self::Replies, Self::Opens, Self::Sales];

    /// The word used in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replies => "replies",
            Self::Opens => "opens",
            Self::Sales => "sales",
        }
    }
}

impl Tally {
    /// What one message adds: nothing until it left.
    pub fn of_message(departure: Departure, kpis: &Kpis) -> Self {
        let Departure { left, tracked } = departure;
        let one = |counts: bool| u32::from(left && counts);
        Self {
            sent: one(true),
            untracked: one(!tracked),
            opened: one(tracked && kpis.seen().is_some()),
            replied: one(tracked && kpis.replies > 0),
            won: 0,
        }
    }

    /// The numbers to add to these figures so that they are `after`; `None` when they are. Won opportunities are not counted here.
    pub fn until(self, after: Self) -> Option<TallyChange> {
        let more = |before: u32, after: u32| i64::from(after) - i64::from(before);
        let change = TallyChange {
            sent: more(self.sent, after.sent),
            untracked: more(self.untracked, after.untracked),
            opened: more(self.opened, after.opened),
            replied: more(self.replied, after.replied),
        };
        (self != after).then_some(change)
    }

    /// How many of the messages were tracked.
    pub fn tracked(self) -> u32 {
        self.sent.saturating_sub(self.untracked)
    }

    /// How often the goal was reached, and of how many.
    fn reached(self, goal: Goal) -> (u32, u32) {
        match goal {
            Goal::Replies => (self.replied, self.tracked()),
            Goal::Opens => (self.opened, self.tracked()),
            Goal::Sales => (self.won, self.sent),
        }
    }

    /// The part that reached the goal; none while there is nothing to tell it of.
    pub fn rate(self, goal: Goal) -> Option<f64> {
        let (hits, of) = self.reached(goal);
        (of > 0).then(|| f64::from(hits) / f64::from(of))
    }

    /// The part that reaches the goal at least; none while there is nothing to tell it of.
    pub fn bound(self, goal: Goal) -> Option<f64> {
        let (hits, of) = self.reached(goal);
        (of > 0).then(|| at_least(hits, of))
    }

    /// Whether enough is known, and it is not that nobody cared.
    pub fn can_be_recommended(self) -> bool {
        Goal::ALL.iter().any(|goal| self.can_be_recommended_for(*goal))
    }

    fn can_be_recommended_for(self, goal: Goal) -> bool {
        let (hits, of) = self.reached(goal);
        of >= MIN_SENT && hits > 0
    }

    /// The figures in words: of the goals that it is recommended for, else of what is known.
    pub fn reason(self, recommended_for: &[Goal]) -> String {
        let tracked = self.tracked();
        let percent = |hits, of| (at_least(hits, of) * 100.0).floor();
        let words = |goal: &Goal| {
            let (hits, of) = self.reached(*goal);
            let deed = match goal {
                Goal::Replies => "replied",
                Goal::Opens => "opened",
                Goal::Sales => "won",
            };
            format!("{deed} {hits} of {of}, at least {} %", percent(hits, of))
        };
        match self.sent {
            0 => "not sent yet".to_owned(),
            _ if !recommended_for.is_empty() => recommended_for.iter().map(words).collect::<Vec<_>>().join("; "),
            1 => "sent once: too little to compare, 20 are needed".to_owned(),
            sent if sent < MIN_SENT => format!("sent {sent} times: too little to compare, {MIN_SENT} are needed"),
            sent if tracked < MIN_SENT => {
                format!("sent {sent} times, {tracked} of them tracked: too little to compare, {MIN_SENT} are needed")
            }
            _ if self.replied == 0 => format!("{}, no replies", words(&Goal::Opens)),
            _ => words(&Goal::Replies),
        }
    }
}

/// The best of those that can be compared; the earlier one of equals.
pub fn best<T>(goal: Goal, templates: impl IntoIterator<Item = (T, Tally)>) -> Option<T> {
    let known = templates.into_iter().enumerate().filter(|(_, (_, tally))| tally.can_be_recommended_for(goal));
    let bound = |tally: Tally| tally.bound(goal).unwrap_or_default();
    let best = known.max_by(|(m, (_, a)), (n, (_, b))| bound(*a).total_cmp(&bound(*b)).then(n.cmp(m)));
    best.map(|(_, (template, _))| template)
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
        Tally { sent, opened, replied, ..Tally::default() }
    }

    #[test]
    fn the_bound_is_the_published_one() {
        // 0.2213 for 14 of 40, 0.0 for none, 0.8389 for 20 of 20.
        for (hits, of, want) in [(14, 40, 0.2213), (0, 40, 0.0), (20, 20, 0.8389), (1, 1, 0.2065)] {
            assert!((at_least(hits, of) - want).abs() < 0.0001, "{hits} of {of}: {}", at_least(hits, of));
        }
    }

    #[test]
    fn the_best_reaches_its_goal_most_certainly() {
        let won = |sent, untracked, won| Tally { sent, untracked, won, ..Tally::default() };
        for (goal, tallies, want) in [
            (Goal::Replies, vec![], None),
            (Goal::Replies, vec![tally(19, 19, 19)], None),
            (Goal::Replies, vec![tally(20, 20, 0)], None),
            (Goal::Opens, vec![tally(20, 1, 0)], Some(0)),
            // 3 of 20 is 15 %, at least 5 %; 28 of 200 is 14 %, at least 9 %.
            (Goal::Replies, vec![tally(20, 20, 3), tally(200, 200, 28)], Some(1)),
            (Goal::Opens, vec![tally(40, 20, 10), tally(40, 30, 10)], Some(1)),
            (Goal::Replies, vec![tally(40, 30, 10), tally(40, 30, 10)], Some(0)),
            (Goal::Sales, vec![won(40, 40, 1), won(40, 0, 2), won(19, 0, 19)], Some(1)),
            // Opens and replies are known of tracked messages only.
            (Goal::Opens, vec![Tally { untracked: 21, ..tally(40, 19, 0) }], None),
        ] {
            assert_eq!(best(goal, tallies.iter().copied().enumerate()), want, "{goal:?} {tallies:?}");
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
        let departure = |left, tracked| Departure { left, tracked };
        for (departure, kpis, want) in [
            (departure(false, false), kpis(3, 1), tally(0, 0, 0)),
            (departure(true, true), kpis(0, 0), tally(1, 0, 0)),
            (departure(true, true), kpis(3, 0), tally(1, 1, 0)),
            (departure(true, true), kpis(0, 2), tally(1, 1, 1)),
            (departure(true, false), kpis(0, 2), Tally { untracked: 1, ..tally(1, 0, 0) }),
        ] {
            assert_eq!(Tally::of_message(departure, &kpis), want, "{departure:?} {kpis:?}");
        }
        assert_eq!(tally(1, 1, 0).until(tally(1, 1, 0)), None);
        let change = TallyChange { sent: 0, untracked: 0, opened: -1, replied: 1 };
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
            assert_eq!(tally.reason(&[]), want);
        }
        let all = Tally { won: 2, ..tally(40, 30, 14) };
        let words = "replied 14 of 40, at least 22 %; won 2 of 40, at least 1 %";
        assert_eq!(all.reason(&[Goal::Replies, Goal::Sales]), words);
        let few = Tally { untracked: 30, ..tally(40, 5, 0) };
        assert_eq!(few.reason(&[]), "sent 40 times, 10 of them tracked: too little to compare, 20 are needed");
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
