//! Follow, don't follow, blocked: what the author wants, the organisation allows and the recipients let happen.

use crate::message::TrackingState;
use crate::people::consent::{Preference, Standing};
use crate::team::settings::{BlockedRecipients, Settings};

/// Whether a message is followed, and who objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackingDecision {
    /// Followed or not.
    pub state: TrackingState,
    /// The positions of the recipients who do not allow it. Empty when nobody wants to follow it.
    pub objecting: Vec<u16>,
}

/// True when this preference forbids following, by the organisation's rule for those whom nobody asked.
pub fn forbids(preference: Preference, settings: &Settings) -> bool {
    match preference {
        Preference::Allow => false,
        Preference::Unknown => settings.unknown_consent == Preference::Deny,
        Preference::Deny => true,
    }
}

/// Decides about a message that would leave now, from what its recipients allow, in their order.
pub fn decide(requested: bool, settings: &Settings, standings: &[Standing]) -> TrackingDecision {
    if !requested || !settings.tracking_enabled {
        return TrackingDecision { state: TrackingState::Off, objecting: Vec::new() };
    }
    let objecting: Vec<u16> =
        (0..).zip(standings).filter(|(_, who)| forbids(who.preference, settings)).map(|(n, _)| n).collect();
    let rest = settings.blocked_recipients == BlockedRecipients::CleanCopy && objecting.len() < standings.len();
    let state = if objecting.is_empty() || rest { TrackingState::On } else { TrackingState::Blocked };
    TrackingDecision { state, objecting }
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
            let want = TrackingDecision { state, objecting };
            assert_eq!(decide(requested, &settings, &standings), want, "{recipients:?}");
            let off = Settings { tracking_enabled: false, ..settings };
            assert_eq!(decide(requested, &off, &standings).state, Off);
        }
    }
}
