//! The one table. A method is an access pattern; `docs/DATA-MODEL.md` lists them all.
//!
//! Every method fails with [`Error::Unavailable`] when the table does not answer. `# Errors` tells only of what else may go
//! wrong.
//!
//! Domain types are stored as they serialize, with explicit names, beside the keys and a version of the shape.

mod api_keys;
mod audit;
mod cards;
mod consent;
mod copies;
mod due;
pub mod error;
mod hits;
mod idempotency;
mod images;
mod keys;
mod lists;
mod mails;
mod messages;
mod organisations;
mod owners;
mod people;
mod records;
mod reminders;
mod replies;
mod suppressions;
mod table;
mod tallies;
mod tasks;
mod templates;
mod users;
mod write;

pub use error::Error;
pub use hits::Figures;
pub use idempotency::{Idempotency, StoredAnswer};
pub(crate) use keys::link as link_key;
pub use lists::{ListPart, ListedMessage};
pub use owners::OwnedMessage;
pub use tasks::TaskPart;
pub use write::{Next, Write};

use crate::config::{self, ConfigError, names};
use crate::ids::Ids;
use table::Table;

/// The table, by access patterns.
#[derive(Clone, Debug)]
pub struct Store {
    table: Table,
}

impl Store {
    /// The table of this name. `ids` marks what is written on a condition.
    pub fn new(client: aws_sdk_dynamodb::Client, table: String, ids: Ids) -> Self {
        Self { table: Table::new(client, table, ids) }
    }

    /// The table whose name is in the environment.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(client: aws_sdk_dynamodb::Client) -> Result<Self, ConfigError> {
        Ok(Self::new(client, config::required(names::TABLE)?, Ids::System))
    }
}
