//! What one installation keeps for itself: the keys that sign links, and the API key that is printed at every start.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws::ids::Ids;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ground::keyring::KeyRing;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cloud::faults::Faults;
use crate::front::function::{Function, invoke};

/// The secrets of an installation, in a file that only its owner reads.
pub struct Identity {
    path: PathBuf,
    stored: Stored,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    tracking_keys: Value,
    access: Option<Access>,
}

/// Who may call the API, and as whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// The key.
    pub api_key: String,
    /// The user whom it acts for.
    pub user: String,
}

/// Why the secrets cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what was written.
    #[error("the secrets in {} cannot be read: {reason}", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The first user could not be made.
    #[error("the first user cannot be made: {0}")]
    Admin(String),
}

impl Identity {
    /// The identity in `directory`, new signing keys when there is none.
    pub fn open(directory: &Path, ids: &Ids) -> Result<Self, IdentityError> {
        let path = directory.join("identity.json");
        match fs::read(&path) {
            Ok(bytes) => {
                let stored = serde_json::from_slice(&bytes).map_err(|error| corrupt(&path, &error))?;
                Ok(Self { path, stored })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let key = STANDARD.encode(ids.bytes::<32>());
                let stored = Stored { tracking_keys: json!({ "active": 1, "1": key }), access: None };
                let identity = Self { path, stored };
                identity.save().map(|()| identity)
            }
            Err(source) => Err(IdentityError::Io { path, source }),
        }
    }

    /// The keys that sign tokens and cursors.
    pub fn keys(&self) -> Result<KeyRing, IdentityError> {
        serde_json::from_value(self.stored.tracking_keys.clone()).map_err(|error| corrupt(&self.path, &error))
    }

    /// The API key; on the first call, `admin` makes an organisation, a user, and a key for them.
    pub async fn access(&mut self, admin: &Function) -> Result<Access, IdentityError> {
        if let Some(access) = &self.stored.access {
            return Ok(access.clone());
        }
        let access = first_access(admin).await.map_err(IdentityError::Admin)?;
        self.stored.access = Some(access.clone());
        self.save()?;
        Ok(access)
    }

    /// Written aside and renamed, so that a crash leaves the old file or the new one.
    fn save(&self) -> Result<(), IdentityError> {
        let aside = self.path.with_extension("new");
        let write = || {
            let mut file: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
            file.write_all(&serde_json::to_vec_pretty(&self.stored)?)?;
            file.sync_all()?;
            fs::rename(&aside, &self.path)
        };
        write().map_err(|source| IdentityError::Io { path: self.path.clone(), source })
    }
}

async fn first_access(admin: &Function) -> Result<Access, String> {
    let org = asked(admin, json!({ "action": "create_organisation", "name": "Example" }), "org").await?;
    let user = json!({ "action": "create_user", "org": org, "email": "sales@example.com", "name": "Sales" });
    let user = asked(admin, user, "user").await?;
    let api_key = asked(admin, json!({ "action": "create_key", "org": org, "user": user }), "api_key").await?;
    Ok(Access { api_key, user })
}

async fn asked(admin: &Function, command: Value, wanted: &str) -> Result<String, String> {
    let answer = invoke(&Faults::default(), admin, command).await?;
    answer[wanted].as_str().map(ToOwned::to_owned).ok_or_else(|| answer.to_string())
}

fn corrupt(path: &Path, reason: &serde_json::Error) -> IdentityError {
    IdentityError::Corrupt { path: path.to_owned(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::front::function::function;

    #[tokio::test]
    async fn the_same_key_comes_back_and_only_its_owner_reads_it() {
        let directory = tempfile::tempdir().unwrap();
        let admin = function(|command: Value| async move {
            Ok(
                json!({ "org": "org_1", "user": "usr_1", "api_key": format!("tt_{}", command["action"].as_str().unwrap()) }),
            )
        });
        let mut first = Identity::open(directory.path(), &Ids::seeded(1)).unwrap();
        let access = first.access(&admin).await.unwrap();
        let never = function(|_| async { Err("asked again".to_owned()) });
        let mut second = Identity::open(directory.path(), &Ids::seeded(2)).unwrap();
        assert_eq!(second.access(&never).await.unwrap(), access);
        let derived = |identity: &Identity| identity.keys().unwrap().derive("test");
        assert_eq!(derived(&first), derived(&second));
        let mode = fs::metadata(directory.path().join("identity.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_one_clear_sentence() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("identity.json"), "{").unwrap();
        let error = Identity::open(directory.path(), &Ids::seeded(1)).err().unwrap();
        assert!(matches!(error, IdentityError::Corrupt { .. }), "{error}");
    }
}
