use jiff::SignedDuration;

use super::*;
use crate::message::copy::delivery::{Bounce, DeliveryNotice};
use crate::message::{MessageState, tests as fixture};
use crate::time::schedule::{Schedule, WallTime};

fn now() -> Timestamp {
    fixture::now()
}

fn sent(bounced: bool) -> Copy {
    let mut copy = Copy { state: CopyState::Sent, sent_at: Some(now()), ..Copy::queued(0, now(), 1) };
    if bounced {
        copy.delivery.bounced = Some(Bounce { notice: DeliveryNotice::of(now(), "no such user"), hard: true });
    }
    copy
}

fn stored(message: Message, copies: Vec<Copy>) -> MessageWithCopies {
    MessageWithCopies { message, copies }
}

fn deed(by: DeedKind) -> Kpis {
    let deed = Some(Deed { at: now(), by });
    Kpis { last_deed: deed, first_deed: deed, ..Kpis::default() }
}

#[test]
fn one_sentence_for_every_view() {
    let nothing = Kpis::default();
    let replied = Kpis { replies: 1, first_replied_at: Some(now()), ..deed(DeedKind::Open) };
    let untracked = Message { tracked: false, ..fixture::message() };
    let in_state = |state| Copy { state, ..Copy::queued(0, now(), 1) };
    for (message, copies, kpis, code, sentence) in [
        (fixture::message(), vec![sent(false)], Some(&nothing), ProgressCode::NotOpened, "Not opened yet"),
        (fixture::message(), vec![sent(false)], None, ProgressCode::Sent, "Sent"),
        (untracked.clone(), vec![sent(false)], Some(&nothing), ProgressCode::Sent, "Sent, not tracked"),
        (
            fixture::message(),
            vec![sent(false)],
            Some(&deed(DeedKind::Open)),
            ProgressCode::Seen,
            "Last opened yesterday",
        ),
        (fixture::message(), vec![sent(false)], Some(&deed(DeedKind::Click)), ProgressCode::Seen, "Clicked yesterday"),
        (
            fixture::message(),
            vec![sent(false)],
            Some(&deed(DeedKind::AttachmentView)),
            ProgressCode::Seen,
            "Viewed an attachment yesterday",
        ),
        (fixture::message(), vec![sent(false)], Some(&replied), ProgressCode::Replied, "Replied yesterday"),
        (untracked, vec![sent(false)], Some(&replied), ProgressCode::Replied, "Replied yesterday"),
        (fixture::message(), vec![sent(true)], Some(&nothing), ProgressCode::Undeliverable, "Could not be delivered"),
        (fixture::message(), vec![sent(true)], None, ProgressCode::Undeliverable, "Could not be delivered"),
        (fixture::message(), vec![sent(true), sent(false)], Some(&nothing), ProgressCode::NotOpened, "Not opened yet"),
        (
            fixture::message(),
            vec![sent(true), in_state(CopyState::Failed)],
            Some(&nothing),
            ProgressCode::Undeliverable,
            "Could not be delivered",
        ),
        (
            fixture::message(),
            vec![in_state(CopyState::Unconfirmed)],
            Some(&nothing),
            ProgressCode::Unconfirmed,
            "Perhaps not sent",
        ),
        (fixture::message(), vec![in_state(CopyState::Queued)], Some(&nothing), ProgressCode::Sending, "Sending"),
        (fixture::message(), vec![in_state(CopyState::Failed)], Some(&nothing), ProgressCode::Failed, "Not sent"),
    ] {
        let tomorrow = now() + SignedDuration::from_hours(24);
        let stored = stored(message, copies);
        let progress = Progress::of(&stored, kpis, tomorrow);
        assert_eq!((progress.code, &*progress.sentence(&stored.message, tomorrow)), (code, sentence));
    }
}

#[test]
fn a_scheduled_message_and_a_draft_say_so() {
    let at = now() + SignedDuration::from_hours(1);
    let wall = WallTime { local: "2026-11-23T10:00:00".parse().unwrap(), time_zone: "Europe/Berlin".to_owned() };
    let message = Message { send_at: Some(at), schedule: Some(Schedule { at, wall }), ..fixture::message() };
    let scheduled = stored(message, vec![Copy::queued(0, at, 1)]);
    let progress = Progress::of(&scheduled, None, now());
    assert_eq!((progress.code, progress.at), (ProgressCode::Scheduled, Some(at)));
    let sentence = progress.sentence(&scheduled.message, now());
    assert_eq!(sentence, "Scheduled for Mon 23 Nov, 10:00 (Europe/Berlin)");

    for (state, code) in
        [(MessageState::Draft, ProgressCode::Draft), (MessageState::Cancelled, ProgressCode::Cancelled)]
    {
        let message = Message { state, ..fixture::message() };
        assert_eq!(Progress::of(&stored(message, Vec::new()), None, now()).code, code);
    }
}
