use serde_json::json;

use super::*;

const FIXTURES: [(&str, &str); 8] = [
    ("send", include_str!("../../../../../tests/fixtures/ses/send.json")),
    ("reject", include_str!("../../../../../tests/fixtures/ses/reject.json")),
    ("delivery", include_str!("../../../../../tests/fixtures/ses/delivery.json")),
    ("delivery_delay", include_str!("../../../../../tests/fixtures/ses/delivery_delay.json")),
    ("bounce", include_str!("../../../../../tests/fixtures/ses/bounce.json")),
    ("bounce_transient", include_str!("../../../../../tests/fixtures/ses/bounce_transient.json")),
    ("complaint", include_str!("../../../../../tests/fixtures/ses/complaint.json")),
    ("open", include_str!("../../../../../tests/fixtures/ses/open.json")),
];

fn told(body: &str) -> Option<SesReport> {
    serde_json::from_str::<Told>(body).unwrap().0
}

fn fixture(name: &str) -> &'static str {
    FIXTURES.iter().find(|(found, _)| *found == name).unwrap().1
}

fn news(name: &str) -> DeliveryNews {
    told(fixture(name)).unwrap().news
}

#[test]
fn events_are_read_as_they_are_documented() {
    assert_eq!(news("send"), DeliveryNews::Accepted);
    assert!(matches!(news("delivery"), DeliveryNews::Delivered { at } if at.to_string() == "2026-11-23T08:00:03.133Z"));
    let DeliveryNews::Rejected(reason) = news("reject") else { panic!() };
    assert_eq!(reason.detail, "thrown away by the mail service: Bad content");
    let DeliveryNews::Delayed(delay) = news("delivery_delay") else { panic!() };
    assert_eq!(delay.detail, "smtp; 421 4.4.1 Unable to connect to remote host");
    let DeliveryNews::Bounced(hard) = news("bounce") else { panic!() };
    assert_eq!((hard.hard, &*hard.notice.detail), (true, "Permanent (General): smtp; 550 5.1.1 user unknown"));
    let DeliveryNews::Bounced(soft) = news("bounce_transient") else { panic!() };
    assert_eq!((soft.hard, &*soft.notice.detail), (false, "Transient (MailboxFull): 5.2.2"));
    let DeliveryNews::Complained(complaint) = news("complaint") else { panic!() };
    assert_eq!(complaint.detail, "reported as unwanted");
    assert_eq!(told(fixture("open")), None, "opens are counted by our own pixel");
}

#[test]
fn our_tags_name_the_copy_and_foreign_mail_has_none() {
    let report = told(fixture("send")).unwrap();
    assert_eq!(report.ses_id, "0100019ab1c2d3e4-11111111-2222-3333-4444-555555555555-000000");
    let mail = report.mail.unwrap();
    assert_eq!(mail.message.to_string(), "msg_019ab1c2d3e47000800000000000000a");
    assert_eq!((mail.recipient, mail.attempt.to_string()), (1, "try_019ab1c2d3e47000800000000000000b".to_owned()));
    assert_eq!(told(fixture("complaint")).unwrap().mail, None);
}

#[test]
fn the_envelope_of_a_topic_makes_no_difference() {
    for (name, body) in FIXTURES {
        let wrapped = json!({"Type": "Notification", "MessageId": "1", "TopicArn": "arn", "Message": body});
        assert_eq!(told(&wrapped.to_string()), told(body), "{name}");
    }
}

#[test]
fn our_own_reports_come_the_same_way_and_anything_else_is_refused() {
    let report = told(fixture("bounce")).unwrap();
    let task = serde_json::to_string(&FeedbackTask::ReportV1(report.clone())).unwrap();
    assert_eq!(told(&task), Some(report));
    for body in ["{}", "[]", "1", r#"{"eventType":"Send"}"#, r#"{"Type":"Notification","Message":"{"}"#] {
        assert!(serde_json::from_str::<Told>(body).is_err(), "{body}");
    }
}
