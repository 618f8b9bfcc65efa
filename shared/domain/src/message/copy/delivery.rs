//! What the mail service tells about a copy after it took it: evidence, and how the delivery went.
//!
//! Reports come in any order and any number of times, also before the worker that sent the copy has written down the
//! answer, and after it died. Each part of [`Delivery`] keeps the earliest report of its kind, so every order ends in
//! the same copy, and [`Delivery::stage`] only moves forward: *delivered* never hides a complaint.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Copy, CopyState};
use crate::ground::id::{AttemptId, MessageId};

/// The longest reason that is kept, in characters.
const MAX_DETAIL: usize = 300;

/// How far a delivery has come. A later stage hides the earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeliveryStage {
    /// The recipient's server took it.
    Delivered,
    /// The recipient's server sent it back, or could not be reached for too long.
    Bounced,
    /// The recipient called it unwanted.
    Complained,
}

/// Something that happened on the way, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryNotice {
    /// When.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// What, in words of the other side; one line of plain text.
    pub detail: String,
}

/// That a copy came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// When, and why.
    #[serde(flatten)]
    pub notice: DeliveryNotice,
    /// The address will not work later either.
    pub hard: bool,
}

/// How the delivery of a copy went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// When the recipient's server took it.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// The mail service took it and threw it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<DeliveryNotice>,
    /// The recipient's server could not take it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delayed: Option<DeliveryNotice>,
    /// It came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounced: Option<Bounce>,
    /// The recipient complained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complained: Option<DeliveryNotice>,
}

/// Which submission of which copy a mail was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MailRef {
    /// The message.
    pub message: MessageId,
    /// The position of the recipient.
    pub recipient: u16,
    /// The attempt that handed it over.
    pub attempt: AttemptId,
}

/// What the mail service reports about one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SesReport {
    /// Its id of the mail.
    pub ses_id: String,
    /// When it took the mail.
    #[serde(with = "crate::time::instant::millis")]
    pub accepted_at: Timestamp,
    /// Whose copy it was, when the report says so.
    pub mail: Option<MailRef>,
    /// What happened. That it took the mail, follows from every report.
    pub news: DeliveryNews,
}

/// What happened to a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryNews {
    /// The mail service took it.
    Accepted,
    /// It took it and threw it away: a virus.
    Rejected(DeliveryNotice),
    /// The recipient's server took it.
    Delivered {
        /// When.
        #[serde(with = "crate::time::instant::millis")]
        at: Timestamp,
    },
    /// The recipient's server could not take it yet.
    Delayed(DeliveryNotice),
    /// It came back.
    Bounced(Bounce),
    /// The recipient called it unwanted.
    Complained(DeliveryNotice),
}

impl DeliveryNotice {
    /// Words of a foreign server become one line of plain text of limited length.
    pub fn of(at: Timestamp, words: &str) -> Self {
        let words = words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let line = words.collect::<Vec<_>>().join(" ");
        Self { at, detail: line.chars().take(MAX_DETAIL).collect() }
    }

    fn without_words(&self) -> Self {
        Self { at: self.at, detail: String::new() }
    }
}

impl Delivery {
    /// True when nothing was reported.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// How far it has come; `None` while nothing is known of the recipient's side.
    pub fn stage(&self) -> Option<DeliveryStage> {
        let delivered = self.delivered_at.map(|_| DeliveryStage::Delivered);
        let bounced = self.bounced.as_ref().map(|_| DeliveryStage::Bounced);
        let complained = self.complained.as_ref().map(|_| DeliveryStage::Complained);
        complained.or(bounced).or(delivered)
    }

    /// What people should read about it: the latest stage's reason, or why it is late.
    pub fn detail(&self) -> Option<String> {
        match self.stage() {
            Some(DeliveryStage::Complained) => self.complained.as_ref().map(|notice| notice.detail.clone()),
            Some(DeliveryStage::Bounced) => self.bounced.as_ref().map(|bounce| bounce.notice.detail.clone()),
            Some(DeliveryStage::Delivered) => None,
            None => self.delayed.as_ref().map(|notice| format!("delayed: {}", notice.detail)),
        }
    }

    /// The same without the words of other servers, which may name people.
    #[must_use]
    pub fn without_words(&self) -> Self {
        let mute = |notice: &Option<DeliveryNotice>| notice.as_ref().map(DeliveryNotice::without_words);
        let bounced = self.bounced.as_ref();
        Self {
            delivered_at: self.delivered_at,
            rejected: mute(&self.rejected),
            delayed: mute(&self.delayed),
            bounced: bounced.map(|bounce| Bounce { notice: bounce.notice.without_words(), hard: bounce.hard }),
            complained: mute(&self.complained),
        }
    }

    fn hear(&mut self, news: &DeliveryNews) {
        match news {
            DeliveryNews::Accepted => {}
            DeliveryNews::Delivered { at } => {
                self.delivered_at = Some(self.delivered_at.map_or(*at, |before| before.min(*at)));
            }
            DeliveryNews::Rejected(notice) => earliest(&mut self.rejected, notice),
            DeliveryNews::Delayed(notice) => earliest(&mut self.delayed, notice),
            DeliveryNews::Complained(notice) => earliest(&mut self.complained, notice),
            DeliveryNews::Bounced(bounce) => match &mut self.bounced {
                // That an address does not exist weighs more than that a mailbox was full.
                Some(before) if (before.hard, bounce.notice.at) >= (bounce.hard, before.notice.at) => {}
                before => *before = Some(bounce.clone()),
            },
        }
    }
}

fn earliest(before: &mut Option<DeliveryNotice>, notice: &DeliveryNotice) {
    if before.as_ref().is_none_or(|before| (notice.at, &notice.detail) < (before.at, &before.detail)) {
        *before = Some(notice.clone());
    }
}

impl Copy {
    /// The copy after a report about this mail; `None` when it says nothing new.
    ///
    /// Evidence settles a copy of which nobody knew whether it left. About a mail of an earlier attempt, when another
    /// one has left since, it says that the recipient got two.
    pub fn heard(&self, attempt: AttemptId, report: &SesReport) -> Option<Self> {
        let mut after = self.clone();
        // Sent again by a person, and the last try did not leave: what was in doubt did, so nothing more has to.
        let nothing_since = matches!(self.state, CopyState::Queued | CopyState::RetryWait | CopyState::Failed);
        if self.attempt == Some(attempt) || (nothing_since && self.submissions > 0) {
            after.delivery.hear(&report.news);
            after.settle(attempt, report);
            if self.erased {
                (after.delivery, after.detail) = (after.delivery.without_words(), None);
            }
        } else {
            after.doubled = true;
        }
        (after != *self).then_some(after)
    }

    fn settle(&mut self, attempt: AttemptId, report: &SesReport) {
        if self.state == CopyState::Cancelled {
            return;
        }
        if self.state != CopyState::Sent && self.sent_at.is_none() {
            self.sent_at = Some(report.accepted_at);
        }
        if self.ses_id.is_none() || self.state != CopyState::Sent {
            self.ses_id = Some(report.ses_id.clone());
        }
        (self.attempt, self.until, self.assumed) = (Some(attempt), None, false);
        (self.state, self.detail) = match &self.delivery.rejected {
            Some(notice) => (CopyState::Failed, Some(notice.detail.clone())),
            None => (CopyState::Sent, None),
        };
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::message::copy::{CopyStep, SesAnswer};

    fn at(seconds: i64) -> Timestamp {
        "2026-11-23T08:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
    }

    fn attempt(n: u8) -> AttemptId {
        AttemptId::new(at(0), [n; 10])
    }

    fn submitted() -> Copy {
        Copy::queued(0, at(0), 1).submitting(at(1), attempt(1)).unwrap()
    }

    fn notice(seconds: i64, detail: &str) -> DeliveryNotice {
        DeliveryNotice { at: at(seconds), detail: detail.to_owned() }
    }

    fn bounced(seconds: i64, hard: bool) -> DeliveryNews {
        DeliveryNews::Bounced(Bounce { notice: notice(seconds, "550 5.1.1 user unknown"), hard })
    }

    fn report(news: DeliveryNews) -> SesReport {
        SesReport { ses_id: "0100".into(), accepted_at: at(2), mail: None, news }
    }

    fn heard(copy: &Copy, news: DeliveryNews) -> Copy {
        copy.heard(attempt(1), &report(news)).unwrap()
    }

    #[test]
    fn words_of_a_foreign_server_become_one_line() {
        let notice = DeliveryNotice::of(at(0), &format!("a\r\nb\u{0} {}", "x".repeat(1000)));
        assert!(notice.detail.starts_with("a b x") && notice.detail.chars().count() == MAX_DETAIL);
    }

    #[test]
    fn every_report_is_evidence_that_the_mail_was_taken() {
        let CopyStep::Settle(confirming, _) = submitted().step(at(91)) else { panic!() };
        let CopyStep::Settle(unconfirmed, _) = confirming.step(at(2000)) else { panic!() };
        for open in [submitted(), *confirming, (*unconfirmed).clone(), unconfirmed.assumed_sent().unwrap()] {
            for news in [DeliveryNews::Accepted, DeliveryNews::Delivered { at: at(5) }, bounced(5, true)] {
                let sent = heard(&open, news);
                assert_eq!((sent.state, sent.ses_id.as_deref(), sent.assumed), (CopyState::Sent, Some("0100"), false));
                assert!(sent.sent_at.is_some());
            }
        }
    }

    #[test]
    fn the_answer_and_the_evidence_may_come_in_either_order() {
        let accepted = |copy: &Copy| copy.answered(at(3), SesAnswer::Accepted("0100".into()));
        let first = heard(&submitted(), DeliveryNews::Accepted);
        assert!(accepted(&first).is_err(), "there is nothing left to settle");
        let answered = accepted(&submitted()).unwrap();
        assert_eq!(answered.heard(attempt(1), &report(DeliveryNews::Accepted)), None);
    }

    #[test]
    fn a_mail_that_was_thrown_away_failed_in_any_order() {
        let rejected = DeliveryNews::Rejected(notice(3, "Bad content"));
        for news in [[DeliveryNews::Accepted, rejected.clone()], [rejected, DeliveryNews::Accepted]] {
            let copy = news
                .iter()
                .fold(submitted(), |copy, news| copy.heard(attempt(1), &report(news.clone())).unwrap_or(copy));
            assert_eq!((copy.state, copy.detail.as_deref()), (CopyState::Failed, Some("Bad content")));
        }
    }

    #[test]
    fn evidence_makes_sending_again_needless_unless_it_has_begun() {
        let unconfirmed = Copy { state: CopyState::Unconfirmed, ..submitted() };
        let again = unconfirmed.sent_again(at(2000)).unwrap();
        assert_eq!(heard(&again, DeliveryNews::Accepted).state, CopyState::Sent);
        let second = again.submitting(at(2000), attempt(2)).unwrap();
        let doubled = heard(&second, DeliveryNews::Delivered { at: at(5) });
        assert!(doubled.doubled && doubled.state == CopyState::Submitting && doubled.delivery.is_empty());
    }

    #[test]
    fn evidence_makes_a_second_try_needless_that_did_not_leave() {
        let unconfirmed = Copy { state: CopyState::Unconfirmed, ..submitted() };
        let second = unconfirmed.sent_again(at(2000)).unwrap().submitting(at(2000), attempt(2)).unwrap();
        for answer in [
            SesAnswer::NotNow { reason: "throttled".into(), wait: SignedDuration::from_secs(5) },
            SesAnswer::Refused("no".into()),
        ] {
            let not_left = second.answered(at(2001), answer).unwrap();
            let settled = heard(&not_left, DeliveryNews::Delivered { at: at(5) });
            assert_eq!((settled.state, settled.doubled), (CopyState::Sent, false));
        }
    }

    #[test]
    fn a_late_delivery_hides_neither_bounce_nor_complaint() {
        let complained = DeliveryNews::Complained(notice(60, "abuse"));
        for (news, stage) in [
            (vec![DeliveryNews::Delivered { at: at(5) }], DeliveryStage::Delivered),
            (vec![bounced(9, false), DeliveryNews::Delivered { at: at(20) }], DeliveryStage::Bounced),
            (
                vec![complained.clone(), DeliveryNews::Delivered { at: at(90) }, bounced(95, true)],
                DeliveryStage::Complained,
            ),
        ] {
            let copy = news.into_iter().fold(submitted(), |copy, news| heard(&copy, news));
            assert_eq!(copy.delivery.stage(), Some(stage));
        }
    }

    fn any_news() -> impl Strategy<Value = DeliveryNews> {
        prop_oneof![
            Just(DeliveryNews::Accepted),
            (0..9_i64).prop_map(|n| DeliveryNews::Delivered { at: at(n) }),
            (0..9_i64).prop_map(|n| DeliveryNews::Delayed(notice(n, "4.4.1"))),
            (0..9_i64, any::<bool>()).prop_map(|(n, hard)| bounced(n, hard)),
            (0..9_i64).prop_map(|n| DeliveryNews::Complained(notice(n, "abuse"))),
            (0..9_i64).prop_map(|n| DeliveryNews::Rejected(notice(n, "Bad content"))),
        ]
    }

    proptest! {
        #[test]
        fn any_order_and_repetition_ends_in_the_same_copy(
            (news, shuffled) in prop::collection::vec(any_news(), 1..9).prop_flat_map(|news| {
                let twice = [news.clone(), news.clone()].concat();
                (Just(news), Just(twice).prop_shuffle())
            })
        ) {
            let listen = |news: Vec<DeliveryNews>| news.into_iter().fold(submitted(), |copy, news| {
                copy.heard(attempt(1), &report(news)).unwrap_or(copy)
            });
            let (a, b) = (listen(news), listen(shuffled));
            prop_assert_eq!((a.state, &a.delivery, &a.detail), (b.state, &b.delivery, &b.detail));
        }
    }
}
