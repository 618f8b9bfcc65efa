//! Engagement: everything that follows from the hits of a message, as one fold over a set.
//!
//! Order and repetition of the input make no difference, so whatever crashed, came twice or came late ends
//! in the same figures.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::EventId;
use crate::message::Message;
use crate::message::copy::Copy;
use crate::signs::event::{Hit, HitAction};
use crate::signs::reply::Reply;
use crate::signs::verdict::{self, Verdict};

/// The figures of a message. Approximations all the same: images may be blocked or cached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kpis {
    /// Opens by a person.
    pub opens: u32,
    /// Downloads of tracked files by a person.
    pub attachment_views: u32,
    /// Clicks by a person.
    pub link_clicks: u32,
    /// Answers by a person.
    pub replies: u32,
    /// The first answer by a person.
    #[serde(default, with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub first_replied_at: Option<Timestamp>,
    /// Opens that no person is known to have made.
    pub machine_opens: u32,
    /// Clicks and downloads that no person is known to have made.
    pub machine_clicks: u32,
    /// The first open by a person.
    #[serde(with = "crate::time::instant::optional_millis")]
    pub first_opened_at: Option<Timestamp>,
    /// The last open by a person.
    #[serde(with = "crate::time::instant::optional_millis")]
    pub last_opened_at: Option<Timestamp>,
    /// The first click or view by a person, when no open is known to have come before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_deed: Option<Deed>,
    /// The last click or view by a person, when no open is known at all. Lists read figures by the thousand, so nothing is
    /// kept that the opens tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_deed: Option<Deed>,
}

/// Something that a person did with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// When.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// What the person did.
    pub by: DeedKind,
}

/// The deeds by which a person shows that they have seen a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeedKind {
    /// They opened it.
    #[serde(alias = "opened")]
    Open,
    /// They followed a link.
    Click,
    /// They viewed a file.
    AttachmentView,
    /// They answered it.
    #[serde(alias = "answered")]
    Reply,
}

impl Kpis {
    /// The figures of several messages, or copies, taken together.
    pub fn sum<'a>(all: impl IntoIterator<Item = &'a Self>) -> Self {
        all.into_iter().fold(Self::default(), |sum, one| {
            let earliest = |a: Option<Timestamp>, b: Option<Timestamp>| a.into_iter().chain(b).min();
            Self {
                opens: sum.opens.saturating_add(one.opens),
                attachment_views: sum.attachment_views.saturating_add(one.attachment_views),
                link_clicks: sum.link_clicks.saturating_add(one.link_clicks),
                replies: sum.replies.saturating_add(one.replies),
                first_replied_at: earliest(sum.first_replied_at, one.first_replied_at),
                machine_opens: sum.machine_opens.saturating_add(one.machine_opens),
                machine_clicks: sum.machine_clicks.saturating_add(one.machine_clicks),
                first_opened_at: earliest(sum.first_opened_at, one.first_opened_at),
                last_opened_at: sum.last_opened_at.max(one.last_opened_at),
                first_deed: sum.first_deed.into_iter().chain(one.first_deed).min_by_key(|deed| deed.at),
                last_deed: sum.last_deed.into_iter().chain(one.last_deed).max_by_key(|deed| deed.at),
            }
        })
    }

    /// The figures with what came back counted anew, each mail once.
    #[must_use]
    pub fn with_replies(self, replies: &[Reply]) -> Self {
        let mut answers: Vec<&Reply> = Vec::new();
        for reply in replies.iter().filter(|reply| reply.is_answer()) {
            // Two recorders may each have kept the same mail, which came by two ways.
            if !answers.iter().any(|known| known.is_same_mail(reply)) {
                answers.push(reply);
            }
        }
        let first_replied_at = answers.iter().map(|reply| reply.at).min();
        Self { replies: u32::try_from(answers.len()).unwrap_or(u32::MAX), first_replied_at, ..self }
    }

    /// The first sign that a person has seen the message: an open, a click, a view or an answer.
    pub fn seen(&self) -> Option<Deed> {
        let opened = self.first_opened_at.map(|at| Deed { at, by: DeedKind::Open });
        let replied = self.first_replied_at.map(|at| Deed { at, by: DeedKind::Reply });
        [opened, self.first_deed, replied].into_iter().flatten().min_by_key(|deed| deed.at)
    }

    /// The figures that remain when recipients are erased. Of a message that nobody is left of, none; of one whose log is
    /// gone, all, for nobody can tell whose figures they are.
    #[must_use]
    pub fn after_erasure(stored: &Self, folded: Self, nobody_left: bool, expired: bool) -> Self {
        match (nobody_left, expired) {
            (true, _) => Self::default(),
            (false, true) => stored.clone(),
            (false, false) => folded,
        }
    }

    /// These figures with the answers that others have.
    #[must_use]
    pub fn keeping_replies(self, others: &Self) -> Self {
        Self { replies: others.replies, first_replied_at: others.first_replied_at, ..self }
    }
}

/// What the rules may know besides the hits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoldContext {
    /// By position in the message.
    pub recipients: Vec<verdict::Recipient>,
    /// How many different links the message has.
    pub links: usize,
}

impl FoldContext {
    /// What a message and its copies tell.
    pub fn of(message: &Message, copies: &[Copy]) -> Self {
        let sender = message.from.email.key();
        let recipients = message.recipients.iter().enumerate().map(|(n, recipient)| verdict::Recipient {
            arrived_at: copies.get(n).and_then(|copy| copy.delivery.delivered_at.or(copy.sent_at)),
            is_sender: recipient.mailbox.email.key() == sender,
        });
        Self { recipients: recipients.collect(), links: usize::from(message.links) }
    }
}

/// A hit with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The facts.
    pub hit: Hit,
    /// What they mean.
    pub verdict: Verdict,
}

impl Judged {
    /// A person looked at the mail.
    pub fn is_open_by_person(&self) -> bool {
        self.hit.action == HitAction::Open && self.verdict.class.is_person()
    }
}

/// The outcome of the fold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Engagement {
    /// The figures.
    pub kpis: Kpis,
    /// All hits, each once, oldest first.
    pub judged: Vec<Judged>,
}

impl Engagement {
    /// The deeds of each person, by the place of the recipient, whatever the number of times.
    pub fn deeds(&self) -> BTreeSet<(u16, DeedKind)> {
        let persons = self.judged.iter().filter(|judged| judged.verdict.class.is_person() && !judged.hit.request.head);
        persons.map(|judged| (judged.hit.recipient, judged.hit.action.into())).collect()
    }

    /// The first open by a person, for each recipient who opened.
    pub fn first_opens(&self) -> BTreeMap<u16, &Hit> {
        let mut first = BTreeMap::new();
        for judged in &self.judged {
            if judged.is_open_by_person() {
                first.entry(judged.hit.recipient).or_insert(&judged.hit);
            }
        }
        first
    }
}

impl From<HitAction> for DeedKind {
    fn from(action: HitAction) -> Self {
        match action {
            HitAction::Open => Self::Open,
            HitAction::Click(_) => Self::Click,
            HitAction::AttachmentView(_) => Self::AttachmentView,
        }
    }
}

impl DeedKind {
    fn beside_opens(action: HitAction) -> Option<Self> {
        Some(Self::from(action)).filter(|deed| *deed != Self::Open)
    }
}

/// True for a hit that by itself looks like a person's.
pub fn may_be_by_person(hit: &Hit, context: &FoldContext) -> bool {
    !fold([hit.clone()], context).deeds().is_empty()
}

/// Of hits that are new, those by which a person does something for the first time, as they look beside the log.
pub fn first_deeds(log: &[Hit], new: &[Hit], context: &FoldContext) -> Vec<Hit> {
    let mut deeds = fold(log.iter().cloned(), context).deeds();
    let known: BTreeSet<EventId> = log.iter().map(|hit| hit.id).collect();
    let all = fold(log.iter().chain(new).cloned(), context).judged.into_iter();
    let new = all.filter(|judged| judged.verdict.class.is_person() && !known.contains(&judged.hit.id));
    new.map(|judged| judged.hit).filter(|hit| deeds.insert((hit.recipient, hit.action.into()))).collect()
}

/// Folds a set of hits, given in any order and any number of times.
pub fn fold(hits: impl IntoIterator<Item = Hit>, context: &FoldContext) -> Engagement {
    let unique: BTreeMap<EventId, Hit> = hits.into_iter().map(|hit| (hit.id, hit)).collect();
    let mut by_recipient: BTreeMap<u16, Vec<&Hit>> = BTreeMap::new();
    for hit in unique.values() {
        by_recipient.entry(hit.recipient).or_default().push(hit);
    }
    let mut judged = Vec::with_capacity(unique.len());
    for (position, mut hits) in by_recipient {
        hits.sort_by_key(|hit| (hit.at, hit.id));
        let recipient = context.recipients.get(usize::from(position)).copied().unwrap_or_default();
        let verdicts = verdict::judge(&hits, recipient, context.links);
        judged.extend(hits.into_iter().cloned().zip(verdicts).map(|(hit, verdict)| Judged { hit, verdict }));
    }
    judged.sort_by_key(|judged| (judged.hit.at, judged.hit.id));
    Engagement { kpis: count(&judged), judged }
}

fn count(judged: &[Judged]) -> Kpis {
    let mut kpis = Kpis::default();
    // A HEAD request fetches nothing: it is kept, and counted nowhere.
    for Judged { hit, verdict } in judged.iter().filter(|judged| !judged.hit.request.head) {
        if verdict.class.is_person()
            && let Some(by) = DeedKind::beside_opens(hit.action)
        {
            let deed = Deed { at: hit.at, by };
            kpis.first_deed.get_or_insert(deed);
            kpis.last_deed = Some(deed);
        }
        match (hit.action, verdict.class.is_person(), verdict.class.is_machine()) {
            (HitAction::Open, true, _) => {
                kpis.opens += 1;
                kpis.first_opened_at.get_or_insert(hit.at);
                kpis.last_opened_at = Some(hit.at);
            }
            (HitAction::Click(_), true, _) => kpis.link_clicks += 1,
            (HitAction::AttachmentView(_), true, _) => kpis.attachment_views += 1,
            (HitAction::Open, _, true) => kpis.machine_opens += 1,
            (_, _, true) => kpis.machine_clicks += 1,
            _ => {}
        }
    }
    if let Some(opened) = kpis.first_opened_at {
        kpis.first_deed = kpis.first_deed.filter(|deed| deed.at < opened);
        kpis.last_deed = None;
    }
    kpis
}

#[cfg(test)]
mod tests;
