//! What an organisation decided for all of its users.

use serde::{Deserialize, Serialize};

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

/// The settings of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Tracking is available at all. Off: everything else stays usable, figures stay empty.
    pub tracking_enabled: bool,
    /// New messages are followed unless their author says otherwise.
    pub default_tracking: bool,
    /// Where answers to followed messages go.
    #[serde(default)]
    pub replies: Replies,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tracking_enabled: true, default_tracking: true, replies: Replies::default() }
    }
}
