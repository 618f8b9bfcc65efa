//! Users of an organisation, and the addresses by which they are known.

use domain::ground::id::{OrgId, UserId};
use domain::people::address::EmailAddress;
use domain::team::user::User;
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item, Range};
use super::{Error, Next, Store, Write, keys};

/// Whose an address is.
#[derive(Serialize, Deserialize)]
struct Login {
    user: UserId,
}

impl Next<User> {
    /// The next version of a user; without one before, a new user. No two users of an organisation have the same address:
    /// each address is an item that can only be written where there is none.
    ///
    /// # Errors
    /// When the user cannot be serialized.
    pub fn user(org: OrgId, before: Option<&User>, after: User) -> Result<Self, Error> {
        let mut next = Self::version(&keys::user(org, after.id), before, after)?;
        let login = keys::login(org, &next.value.mailbox.email);
        let old = before.map(|before| keys::login(org, &before.mailbox.email));
        if old.as_ref() != Some(&login) {
            next.writes.push(Write::put(&login, &Login { user: next.value.id }, Condition::Absent)?);
            next.writes.extend(old.map(Write::delete));
        }
        Ok(next)
    }
}

impl Store {
    /// A user of the organisation; may lag behind the last write.
    pub async fn user(&self, org: OrgId, user: UserId) -> Result<Option<User>, Error> {
        self.table.get_eventual(&keys::user(org, user)).await
    }

    /// The same as the last write left it.
    pub async fn user_now(&self, org: OrgId, user: UserId) -> Result<Option<User>, Error> {
        self.table.get(&keys::user(org, user)).await
    }

    /// The user who has this address.
    pub async fn user_with(&self, org: OrgId, email: &EmailAddress) -> Result<Option<UserId>, Error> {
        let login: Option<Login> = self.table.get(&keys::login(org, email)).await?;
        Ok(login.map(|login| login.user))
    }

    /// The users of an organisation behind one, the oldest first; all of them without a limit.
    pub async fn users(&self, org: OrgId, after: Option<UserId>, limit: Option<i32>) -> Result<Vec<User>, Error> {
        let all = Range::prefix(keys::USER);
        // The first key behind another one is that one and the lowest character.
        let from = after.map_or(all.from, |after| format!("{}\u{1}", keys::user(org, after).sk));
        let range = Range { from, to: all.to, limit, ..Range::default() };
        let items = self.table.query(&keys::org(org).pk, &range).await?;
        items.into_iter().map(Item::read).collect()
    }
}
