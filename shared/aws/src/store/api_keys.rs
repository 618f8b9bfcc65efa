//! API keys, by their public part, and which of them an organisation has.

use domain::ground::id::OrgId;
use domain::team::api_key::{ApiKey, KeyId};
use serde::{Deserialize, Serialize};

use super::table::{Condition, Item, Range};
use super::{Error, Next, Store, Write, keys};

/// That an organisation has a key.
#[derive(Serialize, Deserialize)]
struct ListedKey {
    key: KeyId,
}

impl Next<ApiKey> {
    /// The next version of a key; without one before, a new key, which its organisation lists from then on. Keys from before
    /// are listed when they change for the first time.
    ///
    /// # Errors
    /// When the key cannot be serialized.
    pub fn api_key(before: Option<&ApiKey>, after: ApiKey) -> Result<Self, Error> {
        let mut next = Self::version(&keys::api_key(&after.id), before, after)?;
        if before.is_none_or(|before| before.version == 0) {
            let key = next.value.id.clone();
            let listed = keys::api_key_of(next.value.org, &key);
            next.writes.push(Write::put(&listed, &ListedKey { key }, Condition::Any)?);
        }
        Ok(next)
    }
}

impl Store {
    /// The API key with this id; may lag behind the last write.
    pub async fn api_key(&self, id: &KeyId) -> Result<Option<ApiKey>, Error> {
        self.table.get_eventual(&keys::api_key(id)).await
    }

    /// The same as the last write left it.
    pub async fn api_key_now(&self, id: &KeyId) -> Result<Option<ApiKey>, Error> {
        self.table.get(&keys::api_key(id)).await
    }

    /// The keys of an organisation behind one, the oldest first.
    pub async fn api_keys(&self, org: OrgId, after: Option<&KeyId>, limit: i32) -> Result<Vec<ApiKey>, Error> {
        let all = Range::prefix(keys::KEY);
        // The first key behind another one is that one and the lowest character.
        let from = after.map_or(all.from, |after| format!("{}\u{1}", keys::api_key_of(org, after).sk));
        let range = Range { from, to: all.to, limit: Some(limit), ..Range::default() };
        let listed = self.table.query(&keys::org(org).pk, &range).await?;
        let listed = listed.into_iter().map(Item::read::<ListedKey>).collect::<Result<Vec<_>, _>>()?;

        let keys: Vec<_> = listed.iter().map(|listed| keys::api_key(&listed.key)).collect();
        let found = self.table.get_many(&keys).await?;
        let mut found = found.into_iter().map(Item::read::<ApiKey>).collect::<Result<Vec<_>, _>>()?;
        found.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }
}
