//! How far a message has come, for people: one code, one instant, and one sentence that every view shares.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::copy::delivery::DeliveryStage;
use super::copy::{Copy, CopyState};
use super::{Message, MessageStatus, MessageWithCopies};
use crate::signs::engagement::{Deed, DeedKind, Kpis};
use crate::team::settings::Settings;
use crate::time::{phrase, zone};

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgressCode {
    /// Its author still writes it.
    Draft,
    /// It waits for its time.
    Scheduled,
    /// At least one copy is under way.
    Sending,
    /// The author took it back.
    Cancelled,
    /// No copy left.
    Failed,
    /// A person has to say whether a copy left.
    Unconfirmed,
    /// Every copy came back.
    Undeliverable,
    /// It left, and nothing more can be known: it is not tracked, or the organisation does not track.
    Sent,
    /// It left, and no person is known to have looked at it.
    NotOpened,
    /// A person opened it, clicked, or viewed a file.
    Seen,
    /// A person answered it.
    Replied,
}

/// How far a message has come, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The stable code.
    pub code: ProgressCode,
    /// When it came so far: the scheduled time, the time of sending, the last look, the first answer.
    pub at: Option<Timestamp>,
    /// The deed that the message came to: the last open; where no open is known, the last click or view.
    deed: Option<DeedKind>,
}

impl Progress {
    /// The progress of a message. `kpis` are the figures as the organisation may see them ([`Kpis::shown_to`]).
    pub fn of(stored: &MessageWithCopies, kpis: Option<&Kpis>, now: Timestamp) -> Self {
        let MessageWithCopies { message, copies } = stored;
        let plain = |code, at| Self { code, at, deed: None };
        match message.status(copies, now) {
            MessageStatus::Draft => plain(ProgressCode::Draft, None),
            MessageStatus::Cancelled => plain(ProgressCode::Cancelled, None),
            MessageStatus::Failed => plain(ProgressCode::Failed, None),
            MessageStatus::Scheduled => plain(ProgressCode::Scheduled, message.send_at),
            MessageStatus::Sending if is_unconfirmed(copies) => plain(ProgressCode::Unconfirmed, None),
            MessageStatus::Sending => plain(ProgressCode::Sending, None),
            MessageStatus::Sent => Self::of_sent(message, copies, kpis),
        }
    }

    fn of_sent(message: &Message, copies: &[Copy], kpis: Option<&Kpis>) -> Self {
        let sent_at = Message::sent_at(copies);
        let plain = |code| Self { code, at: sent_at, deed: None };
        if let Some(kpis) = kpis {
            if let Some(at) = kpis.first_replied_at {
                return Self { code: ProgressCode::Replied, at: Some(at), deed: Some(DeedKind::Reply) };
            }
            let opened = kpis.last_opened_at.map(|at| Deed { at, by: DeedKind::Open });
            if let Some(Deed { at, by }) = opened.or(kpis.last_deed) {
                return Self { code: ProgressCode::Seen, at: Some(at), deed: Some(by) };
            }
        }
        if all_came_back(copies) {
            return plain(ProgressCode::Undeliverable);
        }
        if kpis.is_none() || !message.tracked {
            return plain(ProgressCode::Sent);
        }
        plain(ProgressCode::NotOpened)
    }

    /// One line for lists, as it reads at `now` on the author's clock: the one the schedule names, else UTC.
    pub fn sentence(&self, message: &Message, now: Timestamp) -> String {
        let wall = message.schedule.as_ref().map(|schedule| &schedule.wall);
        let zone = wall.and_then(|wall| zone::named(&wall.time_zone)).unwrap_or(TimeZone::UTC);
        let ago = || self.at.map_or_else(String::new, |at| format!(" {}", phrase::ago(at, now, &zone)));
        match self.code {
            ProgressCode::Draft => "Draft".to_owned(),
            ProgressCode::Cancelled => "Cancelled".to_owned(),
            ProgressCode::Failed => "Not sent".to_owned(),
            ProgressCode::Sending => "Sending".to_owned(),
            ProgressCode::Unconfirmed => "Perhaps not sent".to_owned(),
            ProgressCode::Undeliverable => "Could not be delivered".to_owned(),
            ProgressCode::Sent if message.tracked => "Sent".to_owned(),
            ProgressCode::Sent => "Sent, not tracked".to_owned(),
            ProgressCode::NotOpened => "Not opened yet".to_owned(),
            ProgressCode::Replied => format!("Replied{}", ago()),
            ProgressCode::Seen => match self.deed {
                Some(DeedKind::Click) => format!("Clicked{}", ago()),
                Some(DeedKind::AttachmentView) => format!("Viewed an attachment{}", ago()),
                _ => format!("Last opened{}", ago()),
            },
            ProgressCode::Scheduled => match &message.schedule {
                Some(schedule) => phrase::scheduled(schedule.at, &schedule.wall, now),
                None => "Scheduled".to_owned(),
            },
        }
    }
}

impl Kpis {
    /// The figures as an organisation may see them: none while it does not track.
    pub fn shown_to(&self, settings: &Settings) -> Option<&Self> {
        settings.tracking_enabled.then_some(self)
    }
}

/// True when no copy is under way, and a person has to decide about one.
fn is_unconfirmed(copies: &[Copy]) -> bool {
    let settled = copies.iter().all(Copy::is_settled);
    settled && copies.iter().any(|copy| copy.state == CopyState::Unconfirmed)
}

/// True when every copy that left was sent back.
fn all_came_back(copies: &[Copy]) -> bool {
    let mut left = copies.iter().filter(|copy| copy.state == CopyState::Sent).peekable();
    left.peek().is_some() && left.all(|copy| copy.delivery.stage() == Some(DeliveryStage::Bounced))
}

#[cfg(test)]
mod tests;
