//! Users: the people who write messages.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ground::id::UserId;
use crate::ground::name::{self, InvalidName};
use crate::message::Mailbox;
use crate::people::address::EmailAddress;
use crate::team::permission::Role;
use crate::time::zone;

/// The longest signature, in bytes.
pub const MAX_SIGNATURE: usize = 16 * 1024;

/// A language in which Telltale speaks to a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Slovene.
    Sl,
}

/// Whether a user may act.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// The user may act.
    #[default]
    Active,
    /// The user left: keys and sessions are refused, and what was sent stays.
    Deactivated,
}

/// A user of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name and address that messages come from.
    #[serde(flatten)]
    pub mailbox: Mailbox,
    /// The role of the user in the organisation.
    #[serde(default)]
    pub role: Role,
    /// Whether the user may act.
    #[serde(default)]
    pub status: UserStatus,
    /// The IANA zone of the user's clock; UTC when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// In which Telltale speaks to the user.
    #[serde(default)]
    pub language: Language,
    /// HTML that goes below the text of a new draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Counts every change; the condition of the next one.
    #[serde(default)]
    pub version: u32,
}

/// A change of a user; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// See [`User::mailbox`].
    pub email: Option<String>,
    /// See [`User::mailbox`]; `Some(None)` takes it away.
    pub name: Option<Option<String>>,
    /// See [`User::role`].
    pub role: Option<Role>,
    /// See [`User::status`].
    pub status: Option<UserStatus>,
    /// See [`User::time_zone`]; `Some(None)` takes it away.
    pub time_zone: Option<Option<String>>,
    /// See [`User::language`].
    pub language: Option<Language>,
    /// See [`User::signature`]; `Some(None)` takes it away.
    pub signature: Option<Option<String>>,
}

/// A field of a user that cannot be so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUser {
    /// The address is none.
    #[error("{0}")]
    Email(#[from] crate::people::address::InvalidAddress),
    /// The name has characters that may not stand in a header, or is too long.
    #[error("{0}")]
    Name(#[from] InvalidName),
    /// There is no such zone.
    #[error("expected an IANA name such as Europe/Berlin")]
    TimeZone,
    /// The signature is longer than [`MAX_SIGNATURE`].
    #[error("at most 16 KiB")]
    Signature,
}

impl User {
    /// A new user, active, with nothing but an address.
    pub fn new(id: UserId, email: EmailAddress, role: Role) -> Self {
        Self {
            id,
            mailbox: Mailbox { email, name: None },
            role,
            status: UserStatus::Active,
            time_zone: None,
            language: Language::default(),
            signature: None,
            version: 0,
        }
    }

    /// True when the user may act.
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }

    /// True when the user decides for the organisation now.
    pub fn administers(&self) -> bool {
        self.is_active() && self.role == Role::Administrator
    }

    /// When the user was made: its id tells.
    pub fn created_at(&self) -> Timestamp {
        self.id.at()
    }

    /// This user with a change.
    ///
    /// # Errors
    /// All fields that cannot be so.
    pub fn changed(&self, change: UserChange) -> Result<Self, Vec<InvalidUser>> {
        let mut wrong = Vec::new();
        let mut after = self.clone();
        match change.email.as_deref().map(EmailAddress::parse) {
            Some(Ok(email)) => after.mailbox.email = email,
            Some(Err(error)) => wrong.push(error.into()),
            None => {}
        }
        if let Some(name) = change.name {
            wrong.extend(name::display_name(name.as_deref().unwrap_or_default()).err().map(InvalidUser::from));
            after.mailbox.name = name.filter(|name| !name.trim().is_empty());
        }
        if let Some(time_zone) = change.time_zone {
            if time_zone.as_deref().is_some_and(|name| zone::named(name).is_none()) {
                wrong.push(InvalidUser::TimeZone);
            }
            after.time_zone = time_zone;
        }
        if let Some(signature) = change.signature {
            if signature.as_ref().is_some_and(|html| html.len() > MAX_SIGNATURE) {
                wrong.push(InvalidUser::Signature);
            }
            after.signature = signature.filter(|html| !html.trim().is_empty());
        }
        after.role = change.role.unwrap_or(after.role);
        after.status = change.status.unwrap_or(after.status);
        after.language = change.language.unwrap_or(after.language);
        if wrong.is_empty() { Ok(after) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        let at = "2026-11-23T08:00:00Z".parse().unwrap();
        User::new(UserId::new(at, [1; 10]), EmailAddress::parse("a@example.com").unwrap(), Role::Seller)
    }

    #[test]
    fn a_change_keeps_the_rest() {
        let change = UserChange { time_zone: Some(Some("Europe/Berlin".to_owned())), ..UserChange::default() };
        let zoned = user().changed(change).unwrap();
        assert_eq!(zoned, User { time_zone: Some("Europe/Berlin".to_owned()), ..user() });
        let change = UserChange { time_zone: Some(None), role: Some(Role::Manager), ..UserChange::default() };
        assert_eq!(zoned.changed(change).unwrap(), User { role: Role::Manager, ..user() });
    }

    #[test]
    fn all_that_cannot_be_so_is_named_at_once() {
        let change = UserChange {
            email: Some("nobody".to_owned()),
            name: Some(Some("a\nb".to_owned())),
            time_zone: Some(Some("Mars/Base".to_owned())),
            signature: Some(Some("x".repeat(MAX_SIGNATURE + 1))),
            ..UserChange::default()
        };
        assert_eq!(user().changed(change).unwrap_err().len(), 4);
    }

    #[test]
    fn users_from_before_roles_administer() {
        let stored = serde_json::json!({"id": user().id, "email": "a@example.com", "name": null});
        let read: User = serde_json::from_value(stored).unwrap();
        assert!(read.administers());
        assert_eq!(read.created_at().to_string(), "2026-11-23T08:00:00Z");
    }
}
