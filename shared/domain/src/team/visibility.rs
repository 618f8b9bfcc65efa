//! Whose messages a user sees.

use serde::{Deserialize, Serialize};

use crate::ground::id::UserId;
use crate::message::{Message, MessageState};
use crate::team::permission::{Permission, Reach, Rights};

/// The readers of sent mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentVisibility {
    /// Everybody in the organisation.
    #[default]
    Organisation,
    /// Its owner and managers.
    Owner,
}

/// The messages of an organisation that a caller sees.
#[derive(Debug, Clone, Copy)]
pub struct Sight {
    user: Option<UserId>,
    drafts: Option<Reach>,
    sent: Option<Reach>,
}

impl Sight {
    /// The sight of a user with these rights. A manager, who reads everybody's drafts, sees what was sent whatever the
    /// setting says.
    pub fn new(user: Option<UserId>, rights: &Rights, setting: SentVisibility) -> Self {
        let drafts = rights.reach(Permission::DraftsRead);
        let sent = rights.reach(Permission::MessagesRead);
        let narrowed = setting == SentVisibility::Owner && drafts != Some(Reach::Organisation);
        Self { user, drafts, sent: if narrowed { sent.map(|_| Reach::Own) } else { sent } }
    }

    /// True when the message is there for the caller.
    pub fn sees(&self, message: &Message) -> bool {
        let reach = if message.state == MessageState::Draft { self.drafts } else { self.sent };
        match reach {
            Some(Reach::Organisation) => true,
            Some(Reach::Own) => self.user == Some(message.owner),
            None => false,
        }
    }

    /// True when the caller sees the drafts of this user.
    pub fn sees_drafts_of(&self, owner: UserId) -> bool {
        match self.drafts {
            Some(Reach::Organisation) => true,
            Some(Reach::Own) => self.user == Some(owner),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::tests::message;
    use crate::team::permission::Role;

    #[test]
    fn a_draft_is_its_owners_and_what_was_sent_is_seen_as_the_setting_says() {
        use SentVisibility::{Organisation, Owner};
        let draft = Message { state: MessageState::Draft, ..message() };
        let sent = Message { state: MessageState::Released, ..message() };
        let (own, other) = (draft.owner, UserId::from_bytes([9; 16]));
        for (role, user, setting, sees_draft, sees_sent) in [
            (Role::Seller, own, Owner, true, true),
            (Role::Seller, other, Organisation, false, true),
            (Role::Seller, other, Owner, false, false),
            (Role::Administrator, other, Owner, false, false),
            (Role::Manager, other, Owner, true, true),
        ] {
            let rights = Rights { role: Some(role), scopes: None };
            let sight = Sight::new(Some(user), &rights, setting);
            assert_eq!((sight.sees(&draft), sight.sees(&sent)), (sees_draft, sees_sent), "{role:?} {setting:?}");
        }
    }
}
