//! What an organisation decided for all of its users.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::people::consent::Preference;
use crate::time::delivery_time::WorkingHours;

/// Where recipients' answers go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Replies {
    /// To the author's own address. They are counted when a copy reaches us, by journalling or a rule of the mail server.
    #[default]
    Author,
    /// To an address at our inbound domain; each is counted, then passed on to the author.
    InboundDomain,
}

/// What becomes of a followed message when a recipient does not allow it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockedRecipients {
    /// Nobody's copy is followed.
    #[default]
    BlockMessage,
    /// The objecting recipient gets an untouched copy, the others are followed.
    CleanCopy,
}

/// How many days texts, files and what happened to a message are kept, unless the organisation says otherwise.
pub const RETENTION_DAYS: u32 = 730;
/// The longest that can be chosen, in days.
pub const MAX_RETENTION_DAYS: u32 = 3650;

/// The settings of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Tracking is available at all. Off: everything else stays usable, figures stay empty.
    pub tracking_enabled: bool,
    /// Since when it is available again: a hit from before is not recorded, even if it is looked at later.
    #[serde(with = "crate::time::instant::optional_millis", skip_serializing_if = "Option::is_none")]
    pub enabled_since: Option<Timestamp>,
    /// New messages are followed unless their author says otherwise.
    pub default_tracking: bool,
    /// Where answers to followed messages go.
    pub replies: Replies,
    /// What holds for recipients whom nobody asked: `Allow` or `Deny`.
    pub unknown_consent: Preference,
    /// What one objection does to the message.
    pub blocked_recipients: BlockedRecipients,
    /// When recipients are met at work, on their own clocks.
    pub working_hours: WorkingHours,
    /// How many days after a message left its text, its files, and what happened to it are kept: from 1 to
    /// [`MAX_RETENTION_DAYS`].
    pub retention_days: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tracking_enabled: true,
            enabled_since: None,
            default_tracking: true,
            unknown_consent: Preference::Allow,
            blocked_recipients: BlockedRecipients::default(),
            working_hours: WorkingHours::default(),
            replies: Replies::default(),
            retention_days: RETENTION_DAYS,
        }
    }
}

impl Settings {
    /// How long a message is kept after it left.
    pub fn retention(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.retention_days))
    }

    /// True when a hit at this instant may be recorded at all.
    pub fn records(&self, at: Timestamp) -> bool {
        self.tracking_enabled && self.enabled_since.is_none_or(|since| at >= since)
    }
}
