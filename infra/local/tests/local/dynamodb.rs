//! The table: every operation, conditions, cancellations, capacity.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, Get, KeysAndAttributes, Put, PutRequest, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure, TransactGetItem, TransactWriteItem, WriteRequest,
};
use local::Cloud;
use serde_json::json;

use crate::clients;

fn tables() -> (Cloud, Client) {
    let cloud = clients::cloud();
    let definition = json!({
        "TableName": "telltale", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    });
    cloud.dynamodb.create_table(&definition).unwrap();
    cloud.dynamodb.create_table(&definition).unwrap();
    let client = clients::dynamodb(&cloud);
    (cloud, client)
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn key(sk: &str) -> HashMap<String, AttributeValue> {
    HashMap::from([("pk".to_owned(), s("MSG#1")), ("sk".to_owned(), s(sk))])
}

fn put(sk: &str) -> Put {
    Put::builder().table_name("telltale").set_item(Some(key(sk))).build().unwrap()
}

#[tokio::test]
async fn items_are_put_read_changed_queried_and_deleted() {
    let (_, client) = tables();
    client.put_item().table_name("telltale").set_item(Some(key("META"))).send().await.unwrap();
    let update = client.update_item().table_name("telltale").set_key(Some(key("META")));
    let update = update.update_expression("SET opens = if_not_exists(opens, :zero) + :one");
    let n = |n: &str| AttributeValue::N(n.to_owned());
    update
        .expression_attribute_values(":zero", n("0"))
        .expression_attribute_values(":one", n("1"))
        .send()
        .await
        .unwrap();
    let read = client.get_item().table_name("telltale").set_key(Some(key("META"))).send().await.unwrap();
    assert_eq!(read.item.unwrap()["opens"], n("1"));
    let found = client.query().table_name("telltale").key_condition_expression("pk = :pk");
    let found = found.expression_attribute_values(":pk", s("MSG#1")).send().await.unwrap();
    assert_eq!(found.count, 1);
    client.delete_item().table_name("telltale").set_key(Some(key("META"))).send().await.unwrap();
    let read = client.get_item().table_name("telltale").set_key(Some(key("META"))).send().await.unwrap();
    assert_eq!(read.item, None);
}

#[tokio::test]
async fn a_failed_condition_is_the_real_error_with_the_old_item() {
    let (_, client) = tables();
    let put = || {
        let put = client.put_item().table_name("telltale").set_item(Some(key("META")));
        let put = put.condition_expression("attribute_not_exists(pk)");
        put.return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld).send()
    };
    put().await.unwrap();
    let error = put().await.unwrap_err().into_service_error();
    let aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed) = error else {
        panic!("{error:?}");
    };
    assert_eq!(failed.item.unwrap(), key("META"));
}

#[tokio::test]
async fn batches_and_transactions_work_and_cancel_with_reasons() {
    let (_, client) = tables();
    let written =
        WriteRequest::builder().put_request(PutRequest::builder().set_item(Some(key("A"))).build().unwrap()).build();
    client.batch_write_item().request_items("telltale", vec![written]).send().await.unwrap();
    let keys = KeysAndAttributes::builder().keys(key("A")).keys(key("B")).build().unwrap();
    let read = client.batch_get_item().request_items("telltale", keys).send().await.unwrap();
    assert_eq!(read.responses.unwrap()["telltale"].len(), 1);

    client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put("B")).build())
        .send()
        .await
        .unwrap();
    let get = Get::builder().table_name("telltale").set_key(Some(key("B"))).build().unwrap();
    let read =
        client.transact_get_items().transact_items(TransactGetItem::builder().get(get).build()).send().await.unwrap();
    assert_eq!(read.responses.unwrap()[0].item, Some(key("B")));

    let check = ConditionCheck::builder().table_name("telltale").set_key(Some(key("C")));
    let check = check.condition_expression("attribute_exists(pk)").build().unwrap();
    let delete = Delete::builder().table_name("telltale").set_key(Some(key("A"))).build().unwrap();
    let cancelled = client.transact_write_items().transact_items(TransactWriteItem::builder().delete(delete).build());
    let cancelled = cancelled.transact_items(TransactWriteItem::builder().condition_check(check).build()).send().await;
    let TransactWriteItemsError::TransactionCanceledException(reasons) = cancelled.unwrap_err().into_service_error()
    else {
        panic!("not cancelled");
    };
    let codes: Vec<_> = reasons.cancellation_reasons().iter().map(|reason| reason.code().unwrap().to_owned()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
}

#[tokio::test]
async fn capacity_is_metered_and_told_only_to_those_who_ask() {
    let (cloud, client) = tables();
    let silent = client.put_item().table_name("telltale").set_item(Some(key("A"))).send().await.unwrap();
    assert_eq!(silent.consumed_capacity, None);
    let asked = client.put_item().table_name("telltale").set_item(Some(key("B")));
    let asked = asked.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await.unwrap();
    assert_eq!(asked.consumed_capacity.unwrap().capacity_units, Some(1.0));
    client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put("C")).build())
        .send()
        .await
        .unwrap();
    client.get_item().table_name("telltale").set_key(Some(key("A"))).send().await.unwrap();
    let usage = cloud.meter();
    assert_eq!((usage.capacity.write, usage.capacity.read), (4.0, 0.5));
    assert_eq!((usage.calls["dynamodb.PutItem"], usage.total_calls()), (2, 4));
    cloud.reset_meter();
    assert_eq!(cloud.meter().total_calls(), 0);
}

#[tokio::test]
async fn tables_are_described_and_missing_ones_refused() {
    let (_, client) = tables();
    let table = client.describe_table().table_name("telltale").send().await.unwrap().table.unwrap();
    assert_eq!(table.table_name(), Some("telltale"));
    let error = client.get_item().table_name("other").set_key(Some(key("A"))).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
    let error = client.put_item().table_name("telltale").item("pk", s("")).item("sk", s("A")).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
}
