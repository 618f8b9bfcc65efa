//! Organisations: the tenants that everything belongs to.

use serde::{Deserialize, Serialize};

use crate::ground::id::OrgId;

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// The id.
    pub id: OrgId,
    /// As people call it.
    pub name: String,
    /// Counts changes of what only one request at a time may change, such as who administers.
    #[serde(default)]
    pub version: u32,
}
