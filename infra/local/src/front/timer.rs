//! EventBridge rules of `rate(1 minute)`: functions that run once a minute.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::cloud::account::{ACCOUNT, REGION};
use crate::cloud::ids;
use crate::front::function::{Function, invoke};

/// How many missed minutes are made up for. The functions catch up themselves, so a jump of days needs no thousand ticks.
pub const MAX_CATCH_UP: i64 = 60;

/// The rules of a cloud. Clones share the minute they have reached.
#[derive(Clone)]
pub struct Timers {
    cloud: Cloud,
    rules: Vec<(&'static str, Function)>,
    reached: Arc<Mutex<i64>>,
}

impl Timers {
    /// Rules by name, in the time of `cloud`. The first minute to run is the next one.
    pub fn new(cloud: &Cloud, rules: Vec<(&'static str, Function)>) -> Self {
        let reached = Arc::new(Mutex::new(minute(cloud.clock.now())));
        Self { cloud: cloud.clone(), rules, reached }
    }

    /// Runs every rule once, at the present instant. A failure is logged, and the next minute tries again.
    pub async fn tick(&self) {
        self.tick_at(self.cloud.clock.now()).await;
    }

    /// Runs the rules for every minute that began since the last call, the latest [`MAX_CATCH_UP`] of them.
    pub async fn catch_up(&self) {
        let now = minute(self.cloud.clock.now());
        let reached = std::mem::replace(&mut *self.reached.lock().unwrap_or_else(PoisonError::into_inner), now);
        for minute in (reached + 1).max(now - MAX_CATCH_UP + 1)..=now {
            self.tick_at(Timestamp::from_second(minute * 60).unwrap_or(Timestamp::MAX)).await;
        }
    }

    async fn tick_at(&self, at: Timestamp) {
        for (rule, function) in &self.rules {
            let event = event(rule, at, &ids::uuid(&self.cloud.clock).to_string());
            if let Err(error) = invoke(&self.cloud.faults, function, event).await {
                tracing::error!(error, rule, "a scheduled function failed");
            }
        }
    }
}

fn minute(at: Timestamp) -> i64 {
    at.duration_since(Timestamp::UNIX_EPOCH).as_secs().div_euclid(SignedDuration::from_mins(1).as_secs())
}

fn event(rule: &str, at: Timestamp, id: &str) -> Value {
    json!({
        "version": "0",
        "id": id,
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}")],
        "detail": {},
    })
}
