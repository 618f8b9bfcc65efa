//! What goes on by itself while the cloud runs: queues are polled, minutes pass.
//!
//! Both loops wait in real time and look at the cloud's clock, which may have been moved.

use std::time::Duration;

use crate::cloud::Cloud;
use crate::front::mapping::Mapping;
use crate::front::server::{Stop, stopped};
use crate::front::timer::Timers;

/// The longest time without a look at the clock.
const GLANCE: Duration = Duration::from_secs(1);

/// Hands the messages of one queue to its function as they come. A batch that has begun is finished before this returns.
pub async fn poll(cloud: Cloud, mapping: Mapping, stop: Stop) {
    while !*stop.borrow() {
        let changed = cloud.sqs.changed();
        match mapping.poll_once(&cloud).await {
            Ok(0) => {
                tokio::select! {
                    () = changed => {}
                    () = tokio::time::sleep(until_due(&cloud, &mapping)) => {}
                    () = stopped(&stop) => {}
                }
            }
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => {
                tracing::error!(%error, queue = mapping.queue, "a queue cannot be polled");
                tokio::time::sleep(GLANCE).await;
            }
        }
    }
}

fn until_due(cloud: &Cloud, mapping: &Mapping) -> Duration {
    let due = mapping.due(cloud).ok().flatten();
    let wait = due.map(|due| due.duration_since(cloud.clock.now()));
    wait.map_or(GLANCE, |wait| Duration::try_from(wait).unwrap_or_default().min(GLANCE))
}

/// Runs the rules of every minute as it begins, and once at the start: from then on they know how far they have read,
/// even if the clock is moved before the first minute is over.
pub async fn tick(timers: Timers, stop: Stop) {
    timers.tick().await;
    while !*stop.borrow() {
        timers.catch_up().await;
        tokio::select! {
            () = tokio::time::sleep(GLANCE) => {}
            () = stopped(&stop) => {}
        }
    }
}
