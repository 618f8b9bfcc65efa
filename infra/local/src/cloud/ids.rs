//! Names for what a service makes: message ids, receipts, request ids.

use aws::clock::Clock;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use uuid::{NoContext, Uuid};

/// A fresh UUID that sorts by the clock's time.
pub(crate) fn uuid(clock: &Clock) -> Uuid {
    let now = clock.now();
    let seconds = u64::try_from(now.as_second()).unwrap_or_default();
    let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos))
}

/// A mail id as SES makes them: time, UUID, and a shard that is always zero.
pub(crate) fn mail(at: Timestamp, uuid: Uuid) -> String {
    format!("0100{:012x}-{uuid}-000000", at.as_millisecond())
}

/// A request id as API Gateway makes them: 16 characters of base64, different every time.
pub(crate) fn request(clock: &Clock) -> String {
    STANDARD.encode(&uuid(clock).as_bytes()[5..])
}
