//! Tracking of a message: the author asks for it, the organisation allows it, and the recipients let it happen.

use serde::{Deserialize, Serialize};

use crate::message::TrackingState;
use crate::people::consent::{Preference, Standing};
use crate::team::settings::{BlockedRecipients, Settings};

/// Whether a message is tracked, and who objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingDecision {
    /// Tracked or not.
    pub state: TrackingState,
    /// Why it is not; `None` when it is.
    pub reason: Option<UntrackedReason>,
    /// The positions of the recipients who do not allow it. Empty when nobody wants to track the message.
    pub objecting: Vec<u16>,
}

/// Why a message is not tracked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UntrackedReason {
    /// The author does not want it.
    Author,
    /// The organisation does not track mail.
    Organisation,
    /// One or more recipients do not allow it.
    Recipients,
}

impl TrackingDecision {
    fn off(reason: UntrackedReason) -> Self {
        Self { state: TrackingState::Off, reason: Some(reason), objecting: Vec::new() }
    }
}

/// True when this preference forbids tracking, by the organisation's rule for those whom nobody asked.
pub fn forbids(preference: Preference, settings: &Settings) -> bool {
    match preference {
        Preference::Allow => false,
        Preference::Unknown => settings.unknown_consent == Preference::Deny,
        Preference::Deny => true,
    }
}

/// Decides about a message that would leave now, from the standings of its recipients, in their order.
pub fn decide(requested: bool, settings: &Settings, standings: &[Standing]) -> TrackingDecision {
    if !requested {
        return TrackingDecision::off(UntrackedReason::Author);
    }
    if !settings.tracking_enabled {
        return TrackingDecision::off(UntrackedReason::Organisation);
    }

    let numbered = (0..).zip(standings);
    let objecting: Vec<u16> =
        numbered.filter(|(_, standing)| forbids(standing.preference, settings)).map(|(n, _)| n).collect();
    let others = objecting.len() < standings.len();
    let clean_copies = settings.blocked_recipients == BlockedRecipients::CleanCopy && others;
    if objecting.is_empty() || clean_copies {
        return TrackingDecision { state: TrackingState::On, reason: None, objecting };
    }
    TrackingDecision { state: TrackingState::Blocked, reason: Some(UntrackedReason::Recipients), objecting }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_objection_blocks_the_message_or_only_its_copy() {
        use BlockedRecipients::{BlockMessage, CleanCopy};
        use Preference::{Allow, Deny, Unknown};
        use TrackingState::{Blocked, Off, On};
        for (requested, unknown_consent, blocked_recipients, recipients, state, objecting) in [
            (true, Allow, BlockMessage, vec![], On, vec![]),
            (true, Allow, BlockMessage, vec![Allow, Unknown], On, vec![]),
            (true, Deny, BlockMessage, vec![Allow, Unknown], Blocked, vec![1]),
            (true, Allow, BlockMessage, vec![Deny, Allow], Blocked, vec![0]),
            (false, Allow, BlockMessage, vec![Deny, Allow], Off, vec![]),
            (true, Allow, CleanCopy, vec![Deny, Allow], On, vec![0]),
            (true, Deny, CleanCopy, vec![Deny, Unknown], Blocked, vec![0, 1]),
        ] {
            let standing = |preference: &Preference| Standing { preference: *preference, ..Standing::default() };
            let standings: Vec<Standing> = recipients.iter().map(standing).collect();
            let settings = Settings { unknown_consent, blocked_recipients, ..Settings::default() };
            let reason = match state {
                On => None,
                Off => Some(UntrackedReason::Author),
                Blocked => Some(UntrackedReason::Recipients),
            };
            let want = TrackingDecision { state, reason, objecting };
            assert_eq!(decide(requested, &settings, &standings), want, "{recipients:?}");
            let off = Settings { tracking_enabled: false, ..settings };
            let off = decide(requested, &off, &standings);
            let why = if requested { UntrackedReason::Organisation } else { UntrackedReason::Author };
            assert_eq!((off.state, off.reason), (Off, Some(why)));
        }
    }
}
