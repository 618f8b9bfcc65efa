//! The audit log: who changed what, through which door. A line names ids only.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::{AuditId, UserId};
use crate::team::api_key::KeyId;

/// How many days a line is kept, unless the organisation says otherwise.
pub const AUDIT_DAYS: u32 = 730;
/// The longest that can be chosen, in days.
pub const MAX_AUDIT_DAYS: u32 = 3650;

/// A user, or an integration by its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ActorId {
    /// A user.
    User(UserId),
    /// An integration that acts for nobody.
    Key(KeyId),
}

impl std::fmt::Display for ActorId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Key(key) => key.fmt(f),
        }
    }
}

impl From<ActorId> for String {
    fn from(id: ActorId) -> Self {
        id.to_string()
    }
}

impl From<UserId> for ActorId {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl TryFrom<String> for ActorId {
    type Error = crate::ground::id::InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match KeyId::parse(&text) {
            Some(key) => Ok(Self::Key(key)),
            None => text.parse().map(Self::User),
        }
    }
}

/// The door through which somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The HTTPS API.
    Api,
    /// The console.
    Console,
    /// The add-in.
    Addin,
    /// Administration, which has no public route.
    Admin,
}

macro_rules! actions {
    ($($(#[$doc:meta])+ $name:ident = $word:literal;)+) => {
        /// The act.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum AuditAction {
            $($(#[$doc])+ #[serde(rename = $word)] $name,)+
        }

        impl AuditAction {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }
        }
    };
}

actions! {
    /// An organisation was made.
    OrganisationCreated = "organisation.created";
    /// The settings changed.
    SettingsChanged = "settings.changed";
    /// A user was made.
    UserCreated = "user.created";
    /// A user changed.
    UserChanged = "user.changed";
    /// A user was deactivated.
    UserDeactivated = "user.deactivated";
    /// A key was made.
    KeyCreated = "key.created";
    /// A key was taken back.
    KeyRevoked = "key.revoked";
    /// A person's preference, or how it is known, changed.
    PreferenceChanged = "record.preference_changed";
    /// Somebody exported what is held about a person.
    PersonExported = "person.exported";
    /// Somebody erased a person.
    PersonErased = "person.erased";
    /// Mail may go to an address again.
    SuppressionRemoved = "suppression.removed";
    /// A message got another owner.
    MessageReassigned = "message.reassigned";
    /// An integration sent mail for a user.
    MessageSentFor = "message.sent_for";
}

/// A line of the audit log. Lines are only ever added, and go when their time is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLine {
    /// The id, which sorts by time.
    pub id: AuditId,
    /// When it was done.
    #[serde(with = "crate::time::instant::millis")]
    pub at: Timestamp,
    /// The user or integration that did it; `None` for administration.
    pub actor: Option<ActorId>,
    /// The key by which the actor came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// The door through which the actor came.
    pub door: Door,
    /// The act.
    pub action: AuditAction,
    /// The id of the thing that it was done to, such as `usr_…`, `contact:c-1` or `settings`.
    pub target: String,
    /// The id of the request.
    pub request_id: String,
    /// Not shown from this instant on.
    #[serde(with = "crate::time::instant::millis")]
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actor_is_read_as_it_is_written() {
        let at = "2026-11-23T08:00:00Z".parse().unwrap();
        for actor in [ActorId::User(UserId::new(at, [1; 10])), ActorId::Key(KeyId::new(at, [2; 10]))] {
            assert_eq!(ActorId::try_from(actor.to_string()), Ok(actor));
        }
        assert!(ActorId::try_from("org_1".to_owned()).is_err());
    }
}
