//! Permissions: one table for every door. `docs/PERMISSIONS.md` shows it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The role of a user in the organisation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Decides for the organisation: settings, users, keys. The first user is one, and so is everybody from before roles
    /// existed.
    #[default]
    Administrator,
    /// Sees everybody's mail, cards and figures, and gives mail to somebody else. Never sends as another.
    Manager,
    /// Writes mail of their own.
    Seller,
}

/// Whose things a permission reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Those of the user who acts.
    Own,
    /// Everybody's in the organisation.
    Organisation,
}

macro_rules! words {
    ($(#[$doc:meta])+ $name:ident { $($(#[$member_doc:meta])+ $member:ident = $word:literal;)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$member_doc])+ #[serde(rename = $word)] $member,)+
        }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$member),+];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$member => $word,)+
                }
            }
        }
    };
}

words! {
    /// A part of the API that an integration may use.
    Scope {
        /// Messages, their files, cards, hosted images.
        Messages = "messages";
        /// Records and activities.
        Records = "records";
        /// Templates.
        Templates = "templates";
        /// Settings, and addresses that get no mail.
        Settings = "settings";
        /// Export and erasure of a person.
        People = "people";
        /// The feed of events and webhooks.
        Events = "events";
        /// Users and the audit log.
        Users = "users";
        /// Mailboxes.
        Mailboxes = "mailboxes";
        /// Items of other software.
        Items = "items";
    }
}

words! {
    /// Something that a caller may do.
    Permission {
        /// Read the settings.
        SettingsRead = "settings.read";
        /// Change the settings.
        SettingsWrite = "settings.write";
        /// Read the names of colleagues.
        UsersRead = "users.read";
        /// Create, change and deactivate users.
        UsersWrite = "users.write";
        /// List keys, without their secrets.
        KeysRead = "keys.read";
        /// Create and revoke keys.
        KeysWrite = "keys.write";
        /// Read the audit log.
        AuditRead = "audit.read";
        /// Read mail that was sent or scheduled. `sent_visibility` may narrow it to a seller's own.
        MessagesRead = "messages.read";
        /// Read drafts.
        DraftsRead = "drafts.read";
        /// Write drafts, send, schedule, take back.
        MessagesWrite = "messages.write";
        /// Give a message to another owner.
        MessagesReassign = "messages.reassign";
        /// Read cards.
        CardsRead = "cards.read";
        /// Act on cards.
        CardsWrite = "cards.write";
        /// Read hosted images.
        ImagesRead = "images.read";
        /// Add and delete hosted images.
        ImagesWrite = "images.write";
        /// Read records, their activities and their consent.
        RecordsRead = "records.read";
        /// Save and delete records, add activities, note consent.
        RecordsWrite = "records.write";
        /// Read templates and their figures.
        TemplatesRead = "templates.read";
        /// Save and delete templates.
        TemplatesWrite = "templates.write";
        /// See which addresses get no mail.
        SuppressionsRead = "suppressions.read";
        /// Let mail go to such an address again.
        SuppressionsWrite = "suppressions.write";
        /// Export what is held about a person.
        PeopleExport = "people.export";
        /// Erase a person.
        PeopleErase = "people.erase";
    }
}

/// A row of the table.
struct Row {
    /// The scope that an integration needs; an integration cannot do what has none.
    scope: Option<Scope>,
    /// Whose things an administrator, a manager and a seller reach; `None` where the role may not.
    roles: [Option<Reach>; 3],
}

const OWN: Option<Reach> = Some(Reach::Own);
const ALL: Option<Reach> = Some(Reach::Organisation);
const NO: Option<Reach> = None;

const fn row(scope: Option<Scope>, roles: [Option<Reach>; 3]) -> Row {
    Row { scope, roles }
}

impl Permission {
    /// The table itself: the scope of an integration, then administrator, manager, seller.
    #[expect(clippy::match_same_arms, reason = "a table has a row for each permission")]
    const fn table(self) -> Row {
        use Scope::{Messages, People, Records, Settings, Templates, Users};
        match self {
            Self::SettingsRead => row(Some(Settings), [ALL, ALL, ALL]),
            Self::SettingsWrite => row(Some(Settings), [ALL, NO, NO]),
            Self::UsersRead => row(Some(Users), [ALL, ALL, ALL]),
            Self::UsersWrite => row(Some(Users), [ALL, NO, NO]),
            Self::KeysRead | Self::KeysWrite => row(None, [ALL, NO, NO]),
            Self::AuditRead => row(Some(Users), [ALL, NO, NO]),
            Self::MessagesRead => row(Some(Messages), [ALL, ALL, ALL]),
            Self::DraftsRead | Self::CardsRead => row(Some(Messages), [OWN, ALL, OWN]),
            Self::MessagesWrite | Self::CardsWrite => row(Some(Messages), [OWN, OWN, OWN]),
            Self::MessagesReassign => row(Some(Messages), [NO, ALL, NO]),
            Self::ImagesRead | Self::ImagesWrite => row(Some(Messages), [ALL, ALL, ALL]),
            Self::RecordsRead | Self::RecordsWrite => row(Some(Records), [ALL, ALL, ALL]),
            Self::TemplatesRead | Self::TemplatesWrite => row(Some(Templates), [ALL, ALL, ALL]),
            Self::SuppressionsRead => row(Some(Settings), [ALL, ALL, ALL]),
            Self::SuppressionsWrite => row(Some(Settings), [ALL, ALL, NO]),
            Self::PeopleExport | Self::PeopleErase => row(Some(People), [ALL, ALL, NO]),
        }
    }

    /// The scope that an integration needs for it.
    pub fn scope(self) -> Option<Scope> {
        self.table().scope
    }

    /// Whose things a role reaches with it; `None` when the role may not.
    pub fn reach(self, role: Role) -> Option<Reach> {
        self.table().roles[role as usize]
    }

    /// True when it is about things that belong to a user, so that an integration has to name one.
    pub fn needs_user(self) -> bool {
        self.scope() == Some(Scope::Messages) && !matches!(self, Self::ImagesRead | Self::ImagesWrite)
    }
}

/// The rights of a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    /// The role of the user who acts; `None` when an integration acts for nobody.
    pub role: Option<Role>,
    /// The scopes of an integration; `None` when a user acts.
    pub scopes: Option<BTreeSet<Scope>>,
}

impl Rights {
    /// Whose things the caller reaches; `None` when the caller may not. An integration needs the scope. For things that
    /// belong to users it reaches as far as the user it names, for all others its scope alone decides.
    pub fn reach(&self, permission: Permission) -> Option<Reach> {
        let by_role = self.role.and_then(|role| permission.reach(role));
        let Some(scopes) = &self.scopes else { return by_role };
        permission.scope().filter(|scope| scopes.contains(scope))?;
        if permission.needs_user() { by_role } else { Some(Reach::Organisation) }
    }

    /// All that the caller may do, in the order of the table.
    pub fn permissions(&self) -> Vec<Permission> {
        Permission::ALL.iter().copied().filter(|permission| self.reach(*permission).is_some()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(role: Role) -> Rights {
        Rights { role: Some(role), scopes: None }
    }

    fn integration(scopes: &[Scope], role: Option<Role>) -> Rights {
        Rights { role, scopes: Some(scopes.iter().copied().collect()) }
    }

    #[test]
    fn a_seller_keeps_to_their_own_and_a_manager_reads_all() {
        for (permission, administrator, manager, seller) in [
            (Permission::SettingsWrite, ALL, NO, NO),
            (Permission::KeysWrite, ALL, NO, NO),
            (Permission::DraftsRead, OWN, ALL, OWN),
            (Permission::MessagesWrite, OWN, OWN, OWN),
            (Permission::MessagesReassign, NO, ALL, NO),
            (Permission::PeopleErase, ALL, ALL, NO),
        ] {
            let reach = [Role::Administrator, Role::Manager, Role::Seller].map(|role| user(role).reach(permission));
            assert_eq!(reach, [administrator, manager, seller], "{permission:?}");
        }
    }

    #[test]
    fn an_integration_needs_the_scope_and_reaches_as_far_as_the_user_it_names() {
        let settings = integration(&[Scope::Settings], Some(Role::Seller));
        assert_eq!(settings.reach(Permission::SettingsWrite), ALL, "the scope decides, whoever is named");
        assert_eq!(settings.reach(Permission::MessagesWrite), NO);

        let messages = |role| integration(&[Scope::Messages], role);
        assert_eq!(messages(Some(Role::Seller)).reach(Permission::DraftsRead), OWN);
        assert_eq!(messages(Some(Role::Manager)).reach(Permission::DraftsRead), ALL);
        assert_eq!(messages(None).reach(Permission::DraftsRead), NO, "nobody is named");
        assert_eq!(messages(None).reach(Permission::ImagesWrite), ALL);
    }

    #[test]
    fn no_integration_makes_keys() {
        let every = integration(Scope::ALL, Some(Role::Administrator));
        let without_scope: Vec<_> = Permission::ALL.iter().filter(|it| it.scope().is_none()).collect();
        assert_eq!(without_scope, [&Permission::KeysRead, &Permission::KeysWrite]);
        assert!(without_scope.iter().all(|it| every.reach(**it) == NO));
    }

    #[test]
    fn names_are_unique_and_each_permission_is_somebodys() {
        let words: BTreeSet<&str> = Permission::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(words.len(), Permission::ALL.len());
        let roles = [Role::Administrator, Role::Manager, Role::Seller];
        assert!(Permission::ALL.iter().all(|it| roles.iter().any(|role| it.reach(*role).is_some())));
    }
}
