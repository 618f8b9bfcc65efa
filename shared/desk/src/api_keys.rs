//! API keys: made, listed without their secrets, taken back.

use std::collections::BTreeSet;

use aws::store::Next;
use domain::ground::id::UserId;
use domain::ground::name;
use domain::team::api_key::{self, ApiKey, KeyId};
use domain::team::audit::AuditAction;
use domain::team::permission::Scope;
use jiff::Timestamp;

use crate::{Actor, Checks, Code, Desk, Prepared, Refused, TRIES};

/// A key that is to be made: for a user, or for an integration with scopes.
#[derive(Debug, Clone, Default)]
pub struct ApiKeyInput {
    /// As people call it.
    pub name: String,
    /// The user whom it acts for.
    pub user: Option<String>,
    /// The scopes of an integration.
    pub scopes: Option<BTreeSet<Scope>>,
    /// Not valid from this instant on.
    pub expires_at: Option<Timestamp>,
}

/// A key that was made, and its text, which nobody sees again.
#[derive(Clone)]
pub struct NewApiKey {
    /// The key as it is stored.
    pub key: ApiKey,
    /// The whole text.
    pub text: String,
}

/// A page of keys, the oldest first.
#[derive(Debug)]
pub struct ApiKeyPage {
    /// The keys.
    pub items: Vec<ApiKey>,
    /// The key at which the page ended; `None` on the last one.
    pub next: Option<KeyId>,
}

impl Desk {
    /// A page of the organisation's keys that were not taken back.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn api_keys(&self, actor: &Actor, after: Option<&KeyId>, limit: usize) -> Result<ApiKeyPage, Refused> {
        let ask = i32::try_from(limit + 1).unwrap_or(i32::MAX);
        let mut found = self.store.api_keys(actor.org, after, ask).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(|key| key.id.clone());
        found.retain(|key| !key.revoked && key.org == actor.org);
        Ok(ApiKeyPage { items: found, next: if more { last } else { None } })
    }

    /// Prepares a new key.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub async fn create_api_key(&self, actor: &Actor, input: ApiKeyInput) -> Result<Prepared<NewApiKey>, Refused> {
        let mut checks = Checks::default();
        checks.keep("/name", Code::InvalidText, name::display_name(&input.name));
        if input.name.trim().is_empty() {
            checks.add("/name", Code::MissingField, "say what the key is for");
        }
        if input.user.is_some() == input.scopes.is_some() {
            checks.add("/user", Code::InvalidValue, "a key is for a `user`, or for an integration with `scopes`");
        }
        if input.scopes.as_ref().is_some_and(BTreeSet::is_empty) {
            checks.add("/scopes", Code::InvalidValue, "an integration needs at least one scope");
        }
        if input.expires_at.is_some_and(|end| end <= actor.now) {
            checks.add("/expires_at", Code::InThePast, "this time is over");
        }
        let user = match &input.user {
            Some(user) => self.named_user(actor, user, "/user", &mut checks).await?,
            None => None,
        };
        checks.finish()?;

        let minted = api_key::mint(KeyId::new(actor.now, self.ids.next()), self.ids.bytes());
        let key = ApiKey {
            name: input.name,
            user,
            scopes: input.scopes.unwrap_or_default(),
            expires_at: input.expires_at,
            ..ApiKey::new(minted.stored, actor.org, actor.now)
        };
        let line = self.audited(actor, AuditAction::KeyCreated, &key.id).await?;
        let prepared = Prepared::of(actor, Next::api_key(None, key)?).with([line]);
        Ok(prepared.map(|key| NewApiKey { key, text: minted.text }))
    }

    /// Takes a key back, for good. A key that was taken back before stays so.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn revoke_api_key(&self, actor: &Actor, id: &KeyId) -> Result<(), Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let key = self.store.api_key_now(id).await?.filter(|key| key.org == actor.org);
            let key = key.ok_or_else(Refused::not_found)?;
            if key.revoked {
                return Ok(());
            }
            let line = self.audited(actor, AuditAction::KeyRevoked, id).await?;
            let next = Next::api_key(Some(&key), ApiKey { revoked: true, ..key.clone() })?;
            match self.commit(Prepared::of(actor, next).with([line]), None).await {
                Err(aws::store::Error::Conflict) if tries < TRIES => {}
                done => return Ok(done.map(drop)?),
            }
        }
    }

    /// The active user whom a field names.
    pub(crate) async fn named_user(
        &self,
        actor: &Actor,
        id: &str,
        field: &str,
        checks: &mut Checks,
    ) -> Result<Option<UserId>, Refused> {
        let user = match id.parse() {
            Ok(id) => self.store.user_now(actor.org, id).await?,
            Err(_) => None,
        };
        let user = user.filter(domain::team::user::User::is_active).map(|user| user.id);
        if user.is_none() {
            checks.add(field, Code::UnknownUser, "there is no such active user in this organisation");
        }
        Ok(user)
    }
}
