//! The stored addresses of a message's links, for tokens whose key was given up.

use domain::ground::id::MessageId;
use serde::Deserialize;
use serde_json::json;

use super::Direct;
use crate::config::{self, ConfigError, names};
use crate::store::link_key;

/// The table, as far as links go.
#[derive(Clone, Debug)]
pub struct Links {
    dynamodb: Direct,
    table: String,
}

/// The output of [`GetItem`](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html).
#[derive(Deserialize)]
struct Output {
    #[serde(rename = "Item")]
    item: Option<Item>,
}

#[derive(Deserialize)]
struct Item {
    urls: List,
}

#[derive(Deserialize)]
struct List {
    #[serde(rename = "L")]
    list: Vec<Text>,
}

#[derive(Deserialize)]
struct Text {
    #[serde(rename = "S")]
    text: String,
}

impl Links {
    /// The table of this name.
    pub fn new(dynamodb: Direct, table: String) -> Self {
        Self { dynamodb, table }
    }

    /// The table whose name is in the environment.
    ///
    /// # Errors
    /// When the variable is missing.
    pub fn from_env(dynamodb: Direct) -> Result<Self, ConfigError> {
        Ok(Self::new(dynamodb, config::required(names::TABLE)?))
    }

    /// The address of one link; `None` when the message has no such link, or the table does not answer.
    pub async fn link(&self, message: MessageId, index: u16) -> Option<String> {
        let (key, place) = link_key(message, index);
        let input = json!({
            "TableName": self.table,
            "Key": {"pk": {"S": key.pk}, "sk": {"S": key.sk}},
            "ProjectionExpression": "urls",
        });
        match self.dynamodb.call("DynamoDB_20120810.GetItem", &input).await {
            Ok(answer) => {
                let output: Output = serde_json::from_slice(&answer).ok()?;
                output.item?.urls.list.into_iter().nth(place).map(|url| url.text)
            }
            Err(error) => {
                tracing::error!(%error, "stored links not readable");
                None
            }
        }
    }
}
