//! What an organisation decided for all of its users.

use serde::{Deserialize, Serialize};

/// The settings of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Tracking is available at all. Off: everything else stays usable, figures stay empty.
    pub tracking_enabled: bool,
    /// New messages are followed unless their author says otherwise.
    pub default_tracking: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { tracking_enabled: true, default_tracking: true }
    }
}
