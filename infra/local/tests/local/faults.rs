//! Faults as the SDK sees them, and whether the call was applied.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use jiff::SignedDuration;
use local::cloud::sqs::{Queue, Sqs};
use local::{Cloud, Fault};

use crate::clients::{self, ENDPOINT};

fn queue() -> Cloud {
    let cloud = clients::cloud();
    cloud.sqs.create_queue(&Queue::new("q", SignedDuration::from_secs(30))).unwrap();
    cloud
}

async fn send(cloud: &Cloud) -> Result<(), SdkError<aws_sdk_sqs::operation::send_message::SendMessageError>> {
    clients::sqs(cloud).send_message().queue_url(Sqs::url(ENDPOINT, "q")).message_body("x").send().await.map(drop)
}

fn sent(cloud: &Cloud) -> usize {
    cloud.sqs.depth("q").unwrap().total()
}

#[tokio::test]
async fn a_refused_connection_applies_nothing() {
    let cloud = queue();
    cloud.faults.plan(0, Fault::Before);
    let error = send(&cloud).await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_io()), "{error:?}");
    assert_eq!(sent(&cloud), 0);
    send(&cloud).await.unwrap();
    assert_eq!((sent(&cloud), cloud.faults.waiting()), (1, 0));
}

#[tokio::test]
async fn a_lost_answer_hides_that_the_call_was_applied() {
    let cloud = queue();
    cloud.faults.plan_on("sqs.SendMessage", 1, Fault::After);
    send(&cloud).await.unwrap();
    let error = send(&cloud).await.unwrap_err();
    assert!(matches!(&error, SdkError::DispatchFailure(failure) if failure.is_timeout()), "{error:?}");
    assert_eq!(sent(&cloud), 2);
}

#[tokio::test]
async fn services_say_no_in_their_own_words() {
    let cloud = queue();
    cloud.faults.plan(0, Fault::Throttle);
    assert!(send(&cloud).await.unwrap_err().into_service_error().is_request_throttled());
    cloud.faults.plan(0, Fault::Unavailable);
    assert_eq!(send(&cloud).await.unwrap_err().raw_response().unwrap().status().as_u16(), 503);
    cloud.faults.plan_on("dynamodb", 0, Fault::Throttle);
    let read = clients::dynamodb(&cloud)
        .get_item()
        .table_name("t")
        .key("pk", aws_sdk_dynamodb::types::AttributeValue::S("a".into()));
    assert_eq!(read.send().await.unwrap_err().code(), Some("ProvisionedThroughputExceededException"));
    cloud.faults.plan_on("s3", 0, Fault::Unavailable);
    let put = clients::s3(&cloud).put_object().bucket("b").key("k").send().await.unwrap_err();
    assert_eq!(put.code(), Some("ServiceUnavailable"));
    assert_eq!(sent(&cloud), 0);
}

#[tokio::test]
async fn a_crash_ends_the_process_before_or_after_the_call() {
    let cloud = queue();
    for (fault, applied) in [(Fault::CrashBefore, 0), (Fault::CrashAfter, 1)] {
        cloud.faults.plan(0, fault);
        let work = async {
            let _ = send(&cloud).await;
            unreachable!("the process is dead");
        };
        assert_eq!(cloud.faults.run_until_crash(work).await, None::<()>);
        assert_eq!(sent(&cloud), applied);
    }
    assert!(cloud.faults.run_until_crash(send(&cloud)).await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_sdk_retries_a_throttled_call_without_real_time_passing() {
    let cloud = queue();
    cloud.faults.plan(0, Fault::Throttle);
    cloud.faults.plan(1, Fault::Before);
    let config = clients::sqs(&cloud).config().to_builder();
    let config = config.retry_config(aws_sdk_sqs::config::retry::RetryConfig::standard());
    let config = config.sleep_impl(aws_sdk_sqs::config::SharedAsyncSleep::new(TokioSleep));
    let client = aws_sdk_sqs::Client::from_conf(config.build());
    client.send_message().queue_url(Sqs::url(ENDPOINT, "q")).message_body("x").send().await.unwrap();
    assert_eq!((sent(&cloud), cloud.faults.calls().len()), (1, 3));
}

#[derive(Debug)]
struct TokioSleep;

impl aws_sdk_sqs::config::AsyncSleep for TokioSleep {
    fn sleep(&self, duration: std::time::Duration) -> aws_sdk_sqs::config::Sleep {
        aws_sdk_sqs::config::Sleep::new(tokio::time::sleep(duration))
    }
}
