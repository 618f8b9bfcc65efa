//! The table itself: the only file that names attribute values and the SDK's builders.
//!
//! Every item has `pk`, `sk`, a version `v` of its shape, and perhaps `ttl` (seconds since 1970). TTL is cleanup
//! only: DynamoDB deletes late, so readers look at expiry themselves.

use std::collections::HashMap;
use std::pin::pin;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, KeysAndAttributes, Put, TransactWriteItem, Update};
use data_encoding::HEXLOWER;
use futures::stream::{self, Stream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::error::Error;
use super::keys::Key;
use super::write::{Operation, Write};
use crate::ids::Ids;

/// The version of the stored shapes. A reader of a later one converts what it finds.
const SHAPE: u32 = 1;

/// The index of an owner's messages (keys only).
const OWNER_INDEX: &str = "owner";

/// How many items one call reads by their keys, at most (`BatchGetItem`).
const MANY: usize = 100;
/// How often those are asked for that were left out: an answer ends at 16 MB, or earlier under load.
const TRIES: usize = 5;

type Attributes = HashMap<String, AttributeValue>;

/// One table and the client that reaches it.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    client: aws_sdk_dynamodb::Client,
    name: String,
    ids: Ids,
}

/// An item as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item(Attributes);

/// What must be true of what is stored for a write to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Anything: the item is the same whoever writes it.
    Any,
    /// Nothing is there yet.
    Absent,
    /// Nothing is there yet, or only what expired (`expires_at`) before this instant.
    AbsentOrExpired(Timestamp),
    /// The item is there with this `version`.
    Version(u32),
    /// Nothing is there yet, or only what was stored before it was counted.
    Uncounted,
}

/// Up to which place to read, and how.
#[derive(Debug, Clone, Default)]
pub(crate) struct Range {
    /// The first sort key.
    pub from: String,
    /// The last sort key.
    pub to: String,
    /// The newest first.
    pub backward: bool,
    /// At most this many, or this many a page.
    pub limit: Option<i32>,
    /// May lag behind the last write, at half the price.
    pub eventual: bool,
}

/// Numbers to add to those of an item, which begins with zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Addition {
    /// The item.
    pub key: Key,
    /// By attribute.
    pub numbers: Vec<(&'static str, i64)>,
}

impl Range {
    /// All sort keys that begin with `prefix`.
    pub(crate) fn prefix(prefix: &str) -> Self {
        Self { from: prefix.to_owned(), to: format!("{prefix}\u{7f}"), ..Self::default() }
    }
}

impl Item {
    /// The item of a value.
    pub(crate) fn new<T: Serialize>(key: &Key, value: &T) -> Result<Self, Error> {
        let mut attributes: Attributes = to_item(value)?;
        attributes.insert("pk".to_owned(), AttributeValue::S(key.pk.clone()));
        attributes.insert("sk".to_owned(), AttributeValue::S(key.sk.clone()));
        attributes.insert("v".to_owned(), AttributeValue::N(SHAPE.to_string()));
        Ok(Self(attributes))
    }

    /// Lets DynamoDB delete the item some time after `at`.
    pub(crate) fn expiring(mut self, at: Timestamp) -> Self {
        self.0.insert("ttl".to_owned(), AttributeValue::N(at.as_second().to_string()));
        self
    }

    /// Lets its writer recognise it.
    fn marked(mut self, mark: [u8; 8]) -> Self {
        self.0.insert("writer".to_owned(), AttributeValue::S(HEXLOWER.encode(&mark)));
        self
    }

    /// Lists the item in the index of an owner.
    pub(crate) fn indexed(mut self, owner: String, position: String) -> Self {
        self.0.insert("owner_pk".to_owned(), AttributeValue::S(owner));
        self.0.insert("owner_sk".to_owned(), AttributeValue::S(position));
        self
    }

    /// The value of the item.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, Error> {
        Ok(from_item(self.0)?)
    }

    /// Where it lies.
    pub(crate) fn key(&self) -> Key {
        Key { pk: self.text("pk").to_owned(), sk: self.text("sk").to_owned() }
    }

    /// Its sort key.
    pub(crate) fn sk(&self) -> &str {
        self.text("sk")
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
    }
}

impl Table {
    pub(crate) fn new(client: aws_sdk_dynamodb::Client, name: String, ids: Ids) -> Self {
        Self { client, name, ids }
    }

    /// Reads one item as the last write left it.
    pub(crate) async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, Error> {
        self.item(key, true).await?.map(Item::read).transpose()
    }

    /// Reads one item that hardly changes, at half the price.
    pub(crate) async fn get_eventual<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, Error> {
        self.item(key, false).await?.map(Item::read).transpose()
    }

    async fn item(&self, key: &Key, consistent: bool) -> Result<Option<Item>, Error> {
        let call = self.client.get_item().table_name(&self.name).set_key(Some(key_attributes(key)));
        Ok(call.consistent_read(consistent).send().await?.item.map(Item))
    }

    /// Writes one item. When an answer is lost, the SDK tries again and meets our own write; that is no conflict. A mark
    /// tells it from an equal item of somebody else: two recorders may come to the same figures from different hits.
    pub(crate) async fn put(&self, item: Item, condition: Condition) -> Result<(), Error> {
        let item = if condition == Condition::Any { item } else { item.marked(self.ids.bytes()) };
        let put = self.client.put_item().table_name(&self.name).set_item(Some(item.0.clone()));
        let (expression, values) = expression(condition);
        let call = put.set_condition_expression(expression).set_expression_attribute_values(values).send();
        match call.await.map_err(Error::from) {
            Err(Error::Conflict) if self.holds(&item).await? => Ok(()),
            other => other.map(drop),
        }
    }

    async fn holds(&self, item: &Item) -> Result<bool, Error> {
        Ok(self.item(&item.key(), true).await?.is_some_and(|stored| stored == *item))
    }

    /// Executes up to 100 writes, all or none. One alone needs no transaction, which costs twice as much; an addition
    /// does, because only the conditions of the other writes keep it from being added twice.
    pub(crate) async fn commit(&self, mut writes: Vec<Write>) -> Result<(), Error> {
        match writes.pop() {
            None => Ok(()),
            Some(Write(Operation::Put(item, condition))) if writes.is_empty() => self.put(item, condition).await,
            Some(Write(Operation::Delete(key))) if writes.is_empty() => self.delete(&key).await,
            Some(last) => {
                writes.push(last);
                self.transact(writes).await
            }
        }
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), Error> {
        let item = |Write(operation)| match operation {
            Operation::Put(item, condition) => self.transact_put(item, condition),
            Operation::Delete(key) => self.transact_delete(&key),
            Operation::Add(addition) => self.transact_update(&addition),
        };
        let items = writes.into_iter().map(item).collect::<Result<Vec<_>, _>>()?;
        let call = self.client.transact_write_items().set_transact_items(Some(items)).send();
        call.await.map(drop).map_err(|error| match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                let reasons = cancelled.cancellation_reasons();
                let failed = |code: &str| reasons.iter().any(|reason| reason.code() == Some(code));
                if failed("ConditionalCheckFailed") || failed("TransactionConflict") {
                    Error::Conflict
                } else {
                    Error::Unavailable(format!("{reasons:?}"))
                }
            }
            _ => error.into(),
        })
    }

    fn transact_put(&self, item: Item, condition: Condition) -> Result<TransactWriteItem, Error> {
        let (expression, values) = expression(condition);
        let put = Put::builder().table_name(&self.name).set_item(Some(item.0));
        let put = put.set_condition_expression(expression).set_expression_attribute_values(values).build();
        let put = put.map_err(|error| Error::Corrupt(error.to_string()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn transact_delete(&self, key: &Key) -> Result<TransactWriteItem, Error> {
        let delete = Delete::builder().table_name(&self.name).set_key(Some(key_attributes(key))).build();
        let delete = delete.map_err(|error| Error::Corrupt(error.to_string()))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }

    fn transact_update(&self, add: &Addition) -> Result<TransactWriteItem, Error> {
        let sums: Vec<String> = add.numbers.iter().map(|(name, _)| format!("{name} :{name}")).collect();
        let number = |n: i64| AttributeValue::N(n.to_string());
        let values = add.numbers.iter().map(|(name, n)| (format!(":{name}"), number(*n)));
        let update = Update::builder()
            .table_name(&self.name)
            .set_key(Some(key_attributes(&add.key)))
            .update_expression(format!("SET v = :v ADD {}", sums.join(", ")))
            .set_expression_attribute_values(Some(values.chain([(":v".to_owned(), number(SHAPE.into()))]).collect()));
        let update = update.build().map_err(|error| Error::Corrupt(error.to_string()))?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Deletes one item; not an error when it is not there.
    pub(crate) async fn delete(&self, key: &Key) -> Result<(), Error> {
        let call = self.client.delete_item().table_name(&self.name).set_key(Some(key_attributes(key)));
        Ok(call.send().await.map(drop)?)
    }

    /// Reads a range of a partition: all of it, or as many as its limit says.
    pub(crate) async fn query(&self, pk: &str, range: &Range) -> Result<Vec<Item>, Error> {
        let pages = pin!(self.pages(pk.to_owned(), range.clone()));
        if range.limit.is_some() {
            return pages.take(1).try_concat().await;
        }
        pages.try_concat().await
    }

    /// Reads a range of a partition page by page; each has as many items as the limit says, or 1 MB.
    pub(crate) fn pages(&self, pk: String, range: Range) -> impl Stream<Item = Result<Vec<Item>, Error>> {
        let state = Some((pk, range, None));
        stream::try_unfold(state, move |state| async move {
            let Some((pk, range, start)) = state else { return Ok(None) };
            let (items, last) = self.page(&pk, &range, start).await?;
            Ok(Some((items, last.map(|last| (pk, range, Some(last))))))
        })
    }

    /// One page, and where the next one begins.
    async fn page(
        &self,
        pk: &str,
        range: &Range,
        start: Option<Attributes>,
    ) -> Result<(Vec<Item>, Option<Attributes>), Error> {
        let call = self.client.query().table_name(&self.name);
        let call = call.key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to");
        let call = call.set_expression_attribute_values(Some(range_values(pk, range)));
        let call = call.consistent_read(!range.eventual).scan_index_forward(!range.backward);
        let page = call.set_limit(range.limit).set_exclusive_start_key(start).send().await?;
        Ok((page.items.unwrap_or_default().into_iter().map(Item).collect(), page.last_evaluated_key))
    }

    /// Reads the index of an owner: positions in order of time, after `after` when given; may lag behind the last write.
    pub(crate) async fn owner_positions(
        &self,
        owner: &str,
        after: Option<&str>,
        newest_first: bool,
        limit: i32,
    ) -> Result<Vec<String>, Error> {
        let items = self.owner_items(owner, after, newest_first, limit).await?;
        Ok(items.into_iter().map(|(position, _)| position).collect())
    }

    /// The same, with where the items lie.
    pub(crate) async fn owner_items(
        &self,
        owner: &str,
        after: Option<&str>,
        newest_first: bool,
        limit: i32,
    ) -> Result<Vec<(String, Key)>, Error> {
        // Positions begin with a digit, so "/" is before and ":" behind all of them.
        let (test, end) = if newest_first { ("owner_sk < :after", ":") } else { ("owner_sk > :after", "/") };
        let values = HashMap::from([
            (":owner".to_owned(), AttributeValue::S(owner.to_owned())),
            (":after".to_owned(), AttributeValue::S(after.unwrap_or(end).to_owned())),
        ]);
        let call = self.client.query().table_name(&self.name).index_name(OWNER_INDEX);
        let call = call.key_condition_expression(format!("owner_pk = :owner AND {test}"));
        let call = call.set_expression_attribute_values(Some(values)).scan_index_forward(!newest_first).limit(limit);
        let items = call.send().await?.items.unwrap_or_default().into_iter().map(Item);
        Ok(items.map(|item| (item.text("owner_sk").to_owned(), item.key())).collect())
    }

    /// Reads items by their keys, in no order, at half the price; may lag behind the last write. What is not there is
    /// left out.
    pub(crate) async fn get_many(&self, keys: &[Key]) -> Result<Vec<Item>, Error> {
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MANY) {
            let mut left: Vec<Attributes> = keys.iter().map(key_attributes).collect();
            for _ in 0..TRIES {
                let asked = KeysAndAttributes::builder().set_keys(Some(left)).build();
                let asked = asked.map_err(|error| Error::Corrupt(error.to_string()))?;
                let call = self.client.batch_get_item().request_items(&self.name, asked);
                let answer = call.send().await?;
                let found = answer.responses.unwrap_or_default().remove(&self.name);
                items.extend(found.unwrap_or_default().into_iter().map(Item));
                let unread = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
                left = unread.map(|unread| unread.keys).unwrap_or_default();
                if left.is_empty() {
                    break;
                }
            }
            if !left.is_empty() {
                return Err(Error::Unavailable("items were left out again and again".to_owned()));
            }
        }
        Ok(items)
    }
}

fn key_attributes(key: &Key) -> Attributes {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}

fn range_values(pk: &str, range: &Range) -> Attributes {
    HashMap::from([
        (":pk".to_owned(), AttributeValue::S(pk.to_owned())),
        (":from".to_owned(), AttributeValue::S(range.from.clone())),
        (":to".to_owned(), AttributeValue::S(range.to.clone())),
    ])
}

fn expression(condition: Condition) -> (Option<String>, Option<Attributes>) {
    match condition {
        Condition::Any => (None, None),
        Condition::Absent => (Some("attribute_not_exists(pk)".to_owned()), None),
        Condition::AbsentOrExpired(now) => {
            let values = HashMap::from([(":now".to_owned(), AttributeValue::S(domain::time::instant::format(now)))]);
            (Some("attribute_not_exists(pk) OR expires_at <= :now".to_owned()), Some(values))
        }
        Condition::Uncounted => (Some("attribute_not_exists(version)".to_owned()), None),
        Condition::Version(version) => {
            let values = HashMap::from([(":version".to_owned(), AttributeValue::N(version.to_string()))]);
            (Some("version = :version".to_owned()), Some(values))
        }
    }
}
