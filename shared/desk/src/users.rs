//! Users: created, changed, deactivated; and a user's own profile.

use aws::store::{Next, Write};
use domain::ground::id::UserId;
use domain::people::address::EmailAddress;
use domain::team::audit::AuditAction;
use domain::team::permission::Role;
use domain::team::user::{InvalidUser, User, UserChange, UserStatus};

use crate::{Actor, Checks, Code, Desk, Prepared, Refused, TRIES};

mod hand_over;

pub use hand_over::OpenWork;

/// A page of users, the oldest first.
#[derive(Debug)]
pub struct UserPage {
    /// The users.
    pub items: Vec<User>,
    /// The user at which the page ended; `None` on the last one.
    pub next: Option<UserId>,
}

impl Desk {
    /// A page of the organisation's users behind `after`.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn users(&self, actor: &Actor, after: Option<UserId>, limit: usize) -> Result<UserPage, Refused> {
        let ask = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let mut found = self.store.users(actor.org, after, Some(ask)).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|user| user.id);
        Ok(UserPage { items: found, next: if more { last } else { None } })
    }

    /// A user of the organisation.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn colleague(&self, actor: &Actor, id: UserId) -> Result<User, Refused> {
        self.store.user_now(actor.org, id).await?.ok_or_else(Refused::not_found)
    }

    /// Prepares a new user. Without a role it is a seller.
    ///
    /// # Errors
    /// All fields that are wrong; [`Code::UserExists`].
    pub async fn create_user(&self, actor: &Actor, change: UserChange) -> Result<Prepared<User>, Refused> {
        let email = change.email.as_deref().unwrap_or_default();
        let parsed = EmailAddress::parse(email);
        let address = parsed.map_err(|error| Refused::field("/email", Code::InvalidAddress, error))?;
        let id = UserId::new(actor.now, self.ids.next());
        let new = User::new(id, address, Role::Seller).changed(change).map_err(invalid)?;
        if self.store.user_with(actor.org, &new.mailbox.email).await?.is_some() {
            return Err(exists());
        }
        let line = self.audited(actor, AuditAction::UserCreated, id).await?;
        Ok(Prepared::of(actor, Next::user(actor.org, None, new)?).with([line]))
    }

    /// Changes a user. Somebody who was deactivated can be activated again; how to deactivate is
    /// [`Desk::deactivate_user`].
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::UserExists`], [`Code::LastAdministrator`], and all fields that are wrong.
    pub async fn change_user(&self, actor: &Actor, id: UserId, change: UserChange) -> Result<User, Refused> {
        if change.status == Some(UserStatus::Deactivated) {
            let detail = "POST …/deactivate says what becomes of open work";
            return Err(Refused::field("/status", Code::InvalidValue, detail));
        }
        self.save_user(actor, id, change, AuditAction::UserChanged).await
    }

    /// Changes the actor's own name, zone, language and signature.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub async fn change_profile(&self, actor: &Actor, change: UserChange) -> Result<User, Refused> {
        let own = UserChange { email: None, role: None, status: None, ..change };
        self.save_user(actor, actor.user()?.id, own, AuditAction::UserChanged).await
    }

    async fn save_user(
        &self,
        actor: &Actor,
        id: UserId,
        change: UserChange,
        action: AuditAction,
    ) -> Result<User, Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let before = self.colleague(actor, id).await?;
            let after = before.changed(change.clone()).map_err(invalid)?;
            let holder = self.store.user_with(actor.org, &after.mailbox.email).await?;
            if holder.is_some_and(|holder| holder != id) {
                return Err(exists());
            }
            let line = self.audited(actor, action, id).await?;
            let counted = self.counted(actor, &before, &after).await?;
            let next = Next::user(actor.org, Some(&before), after)?;
            match self.commit(Prepared::of(actor, next).with(counted).with([line]), None).await {
                Err(aws::store::Error::Conflict) if tries < TRIES => {}
                saved => return Ok(saved?),
            }
        }
    }

    /// Keeps the last administrator. Of two who leave at once, one starts over and sees that the other left.
    async fn counted(&self, actor: &Actor, before: &User, after: &User) -> Result<Vec<Write>, Refused> {
        if !before.administers() || after.administers() {
            return Ok(Vec::new());
        }
        let organisation = self.store.organisation(actor.org).await?.ok_or_else(Refused::not_found)?;
        let users = self.store.users(actor.org, None, None).await?;
        if !users.iter().any(|user| user.id != before.id && user.administers()) {
            return Err(Refused::because(Code::LastAdministrator, "the organisation needs an administrator"));
        }
        Ok(Write::touched_organisation(&organisation)?)
    }
}

fn exists() -> Refused {
    Refused::because(Code::UserExists, "a user of this organisation has this address")
}

/// All fields at fault.
fn invalid(wrong: Vec<InvalidUser>) -> Refused {
    let mut checks = Checks::default();
    for error in wrong {
        let (field, code) = match &error {
            InvalidUser::Email(_) => ("/email", Code::InvalidAddress),
            InvalidUser::Name(_) => ("/name", Code::InvalidText),
            InvalidUser::TimeZone => ("/time_zone", Code::UnknownTimeZone),
            InvalidUser::Signature => ("/signature/html", Code::TooLong),
        };
        checks.add(field, code, error);
    }
    checks.finish().err().unwrap_or_else(Refused::not_found)
}
