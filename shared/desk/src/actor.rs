//! The caller: who acts, with which rights, through which door.

use domain::ground::id::{OrgId, UserId};
use domain::team::api_key::KeyId;
use domain::team::audit::{ActorId, Door};
use domain::team::permission::{Permission, Reach, Rights};
use domain::team::user::User;
use domain::team::visibility::{SentVisibility, Sight};
use domain::time::schedule::When;
use jiff::Timestamp;

use crate::{Code, Refused};

/// A user or an integration that acts: for one organisation, at one instant. The instant is taken once for each request.
#[derive(Debug, Clone)]
pub struct Actor {
    /// The organisation, the only source of the tenant.
    pub org: OrgId,
    /// The user who acts, or for whom an integration acts; `None` when an integration acts for nobody.
    pub user: Option<User>,
    /// The key by which the caller came; `None` when no key was needed.
    pub key: Option<KeyId>,
    /// The permissions of the caller.
    pub rights: Rights,
    /// The door through which the caller came.
    pub door: Door,
    /// The id of the request.
    pub request_id: String,
    /// When the request was taken up.
    pub now: Timestamp,
}

impl Actor {
    /// The user who acts.
    ///
    /// # Errors
    /// [`Code::UserNeeded`] when an integration acts for nobody.
    pub fn user(&self) -> Result<&User, Refused> {
        let needed = || Refused::because(Code::UserNeeded, "this key acts for users: name one in Telltale-User");
        self.user.as_ref().ok_or_else(needed)
    }

    /// The name of the caller in ledgers: the user, or the integration when it acts for nobody.
    ///
    /// # Errors
    /// [`Code::UserNeeded`] when there is neither, which no door lets in.
    pub fn id(&self) -> Result<ActorId, Refused> {
        match (&self.user, &self.key) {
            (Some(user), _) => Ok(ActorId::User(user.id)),
            (None, Some(key)) => Ok(ActorId::Key(key.clone())),
            (None, None) => self.user().map(|user| ActorId::User(user.id)),
        }
    }

    /// True when an integration acts for a user.
    pub(crate) fn is_for_somebody_else(&self) -> bool {
        self.rights.scopes.is_some()
    }

    /// The IANA name of the zone in which the caller reads and says times.
    pub fn home(&self) -> &str {
        self.user.as_ref().and_then(|user| user.time_zone.as_deref()).unwrap_or("UTC")
    }

    /// The instant that a field means. A wall time that names no zone is meant on the caller's clock.
    ///
    /// # Errors
    /// [`Code::UnknownTimeZone`].
    pub fn instant(&self, when: &When, field: &str) -> Result<Timestamp, Refused> {
        let instant = when.at_home(self.home()).instant();
        instant.map_err(|error| Refused::field(field, Code::UnknownTimeZone, error))
    }

    /// Whose things the caller reaches.
    ///
    /// # Errors
    /// [`Code::Forbidden`].
    pub fn require(&self, permission: Permission) -> Result<Reach, Refused> {
        self.rights.reach(permission).ok_or_else(|| forbidden(permission))
    }

    /// The messages of the organisation that the caller sees.
    pub fn sight(&self, setting: SentVisibility) -> Sight {
        Sight::new(self.user.as_ref().map(|user| user.id), &self.rights, setting)
    }

    /// Lets the owner of a thing act on it, who may do so.
    pub(crate) fn require_owner(&self, permission: Permission, owner: UserId) -> Result<(), Refused> {
        let reach = self.require(permission)?;
        let owns = self.user.as_ref().is_some_and(|user| user.id == owner);
        if owns || reach == Reach::Organisation { Ok(()) } else { Err(forbidden(permission)) }
    }
}

fn forbidden(permission: Permission) -> Refused {
    Refused::because(Code::Forbidden, format!("this needs the permission {}", permission.as_str()))
}
