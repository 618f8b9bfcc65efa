//! Functions that run once a minute.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use local::Timers;
use local::front::timer::MAX_CATCH_UP;
use local::function;
use serde_json::{Value, json};

use crate::clients;

#[tokio::test]
async fn every_minute_that_began_is_run_and_no_other() {
    let cloud = clients::cloud();
    let seen: Arc<Mutex<Vec<Value>>> = Arc::default();
    let record = {
        let seen = seen.clone();
        function(move |event| {
            seen.lock().unwrap().push(event);
            async { Ok(Value::Null) }
        })
    };
    let timers = Timers::new(&cloud, vec![("scheduler", record)]);
    let after = |seconds| {
        cloud.clock.advance(SignedDuration::from_secs(seconds));
        timers.catch_up()
    };
    after(59).await;
    assert_eq!(seen.lock().unwrap().len(), 0);
    after(62).await;
    let minutes: Vec<_> = seen.lock().unwrap().iter().map(|event| event["time"].clone()).collect();
    assert_eq!(minutes, ["2026-11-23T08:01:00Z", "2026-11-23T08:02:00Z"]);
    let mut event = seen.lock().unwrap().remove(0);
    event["id"] = "".into();
    let expected = json!({
        "version": "0", "id": "", "detail-type": "Scheduled Event", "source": "aws.events", "account": "000000000000",
        "time": "2026-11-23T08:01:00Z", "region": "eu-central-1",
        "resources": ["arn:aws:events:eu-central-1:000000000000:rule/scheduler"], "detail": {},
    });
    assert_eq!(event, expected);
    after(72 * 3600).await;
    assert_eq!(seen.lock().unwrap().len(), 1 + usize::try_from(MAX_CATCH_UP).unwrap());
    timers.tick().await;
    assert_eq!(seen.lock().unwrap().len(), 2 + usize::try_from(MAX_CATCH_UP).unwrap());
}
