//! `DynamoDB`: the JSON protocol in front of the embedded engine, which evaluates the real expressions.

use std::path::Path;

use bytes::Bytes;
use dynoxide::actions::{
    batch_get_item::BatchGetItemRequest, batch_write_item::BatchWriteItemRequest, create_table::CreateTableRequest,
    delete_item::DeleteItemRequest, describe_table::DescribeTableRequest, get_item::GetItemRequest,
    put_item::PutItemRequest, query::QueryRequest, scan::ScanRequest, transact_get_items::TransactGetItemsRequest,
    transact_write_items::TransactWriteItemsRequest, update_item::UpdateItemRequest,
};
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::cloud::meter::Capacity;
use crate::cloud::wire::{Call, Refusal, Request, Response, answer};

/// The tables. Clones are the same tables.
#[derive(Clone)]
pub struct DynamoDb(Database);

impl DynamoDb {
    pub(crate) fn memory() -> Result<Self, String> {
        Database::memory().map(Self).map_err(|error| error.to_string())
    }

    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let path = path.to_str().ok_or("the path is not UTF-8")?;
        // What the crate says of a damaged file is advice for its own callers.
        let unreadable = |error| {
            tracing::debug!(%error, "the table's file cannot be opened");
            "it is damaged, or not a file of Telltale".to_owned()
        };
        Database::new(path).map(Self).map_err(unreadable)
    }

    /// Makes a table from the body of a `CreateTable` call, unless it is there already.
    pub fn create_table(&self, definition: &Value) -> Result<(), Refusal> {
        let request = from_json(&definition.to_string()).map_err(|error| refusal(&error))?;
        match self.0.create_table(request) {
            Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => Ok(()),
            Err(error) => Err(refusal(&error)),
        }
    }

    /// Answers one call, and says what it consumed.
    pub(crate) fn handle(&self, request: &Request) -> (Response, Capacity) {
        let operation = Call::of(request).operation;
        match self.metered(&operation, request.body()) {
            Ok((body, capacity)) => (answer(200, CONTENT_TYPE, body), capacity),
            Err(error) => (refused(&error), Capacity::default()),
        }
    }

    /// Asks for the consumed capacity whether the caller wants to know or not, and takes it out of the answer when not.
    fn metered(&self, operation: &str, body: &Bytes) -> Result<(String, Capacity), DynoxideError> {
        let mut input: Value = serde_json::from_slice(body).map_err(|error| malformed(&error))?;
        let asked = input.get("ReturnConsumedCapacity").is_some_and(|level| level != "NONE");
        if !asked && is_metered(operation) {
            input["ReturnConsumedCapacity"] = "TOTAL".into();
        }
        let mut output = self.run(operation, &input.to_string())?;
        let capacity = consumed(operation, &output["ConsumedCapacity"]);
        if !asked && let Some(fields) = output.as_object_mut() {
            fields.remove("ConsumedCapacity");
        }
        Ok((output.to_string(), capacity))
    }

    fn run(&self, operation: &str, body: &str) -> Result<Value, DynoxideError> {
        let db = &self.0;
        match operation {
            "GetItem" => json(&db.get_item(from_json::<GetItemRequest>(body)?)?),
            "PutItem" => json(&db.put_item(from_json::<PutItemRequest>(body)?)?),
            "UpdateItem" => json(&db.update_item(from_json::<UpdateItemRequest>(body)?)?),
            "DeleteItem" => json(&db.delete_item(from_json::<DeleteItemRequest>(body)?)?),
            "Query" => json(&db.query(from_json::<QueryRequest>(body)?)?),
            "Scan" => json(&db.scan(from_json::<ScanRequest>(body)?)?),
            "BatchGetItem" => json(&db.batch_get_item(from_json::<BatchGetItemRequest>(body)?)?),
            "BatchWriteItem" => json(&db.batch_write_item(from_json::<BatchWriteItemRequest>(body)?)?),
            "TransactGetItems" => json(&db.transact_get_items(from_json::<TransactGetItemsRequest>(body)?)?),
            "TransactWriteItems" => json(&db.transact_write_items(from_json::<TransactWriteItemsRequest>(body)?)?),
            "CreateTable" => json(&db.create_table(from_json::<CreateTableRequest>(body)?)?),
            "DescribeTable" => json(&db.describe_table(from_json::<DescribeTableRequest>(body)?)?),
            _ => {
                Err(DynoxideError::ValidationException(format!("{operation} is not part of the cloud on one machine")))
            }
        }
    }
}

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

fn is_metered(operation: &str) -> bool {
    !matches!(operation, "CreateTable" | "DescribeTable")
}

/// Sums the units of one table or of several.
fn consumed(operation: &str, reported: &Value) -> Capacity {
    let units = |table: &Value| table["CapacityUnits"].as_f64().unwrap_or_default();
    let total = reported.as_array().map_or_else(|| units(reported), |tables| tables.iter().map(units).sum());
    match operation {
        "GetItem" | "Query" | "Scan" | "BatchGetItem" | "TransactGetItems" => Capacity { read: total, write: 0.0 },
        _ => Capacity { read: 0.0, write: total },
    }
}

fn from_json<T: DeserializeOwned>(body: &str) -> Result<T, DynoxideError> {
    serde_json::from_str(body).map_err(|error| malformed(&error))
}

fn json<T: Serialize>(output: &T) -> Result<Value, DynoxideError> {
    serde_json::to_value(output).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// The engine marks what it finds while reading with a class in capitals, which its own server takes off.
fn malformed(error: &serde_json::Error) -> DynoxideError {
    let text = error.to_string();
    let message = match text.split_once(':') {
        Some((class, message)) if class.chars().all(|c| c.is_ascii_uppercase() || c == '_') => message.to_owned(),
        _ => text,
    };
    DynoxideError::ValidationException(message)
}

/// The engine writes its errors as `DynamoDB` does, cancellation reasons and old items included.
fn refused(error: &DynoxideError) -> Response {
    answer(error.status_code(), CONTENT_TYPE, error.to_json())
}

fn refusal(error: &DynoxideError) -> Refusal {
    let code = error.error_type().rsplit('#').next().unwrap_or_default();
    Refusal::new(error.status_code(), code, error.to_string())
}
