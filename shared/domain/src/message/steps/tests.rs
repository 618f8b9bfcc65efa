use super::*;
use crate::message::copy::CopyState;
use crate::message::{Mailbox, Recipient, RecipientRole, tests as fixture};
use crate::people::address::EmailAddress;
use crate::time::schedule::WallTime;

fn now() -> Timestamp {
    fixture::now()
}

fn draft(recipients: &[&str]) -> Message {
    let recipient = |email: &&str| Recipient {
        role: RecipientRole::To,
        mailbox: Mailbox { email: EmailAddress::parse(email).unwrap(), name: None },
        record: None,
    };
    Message {
        state: MessageState::Draft,
        tracked: false,
        send_at: None,
        version: 4,
        recipients: recipients.iter().map(recipient).collect(),
        ..fixture::message()
    }
}

fn tomorrow() -> Schedule {
    let local = "2026-11-24T08:00:00".parse().unwrap();
    let wall = WallTime { local, time_zone: "UTC".to_owned() };
    Schedule { at: "2026-11-24T08:00:00Z".parse().unwrap(), wall }
}

fn released(schedule: Option<Schedule>) -> MessageWithCopies {
    let decision = TrackingDecision { state: TrackingState::On, reason: None, objecting: vec![1] };
    let terms = ReleaseTerms { decision, schedule, links: 3 };
    let settings = Settings { replies: Replies::InboundDomain, ..Settings::default() };
    draft(&["a@example.org", "b@example.org"]).released(terms, &settings, now()).unwrap()
}

#[test]
fn a_release_decides_tracking_for_each_copy() {
    let MessageWithCopies { message, copies } = released(None);
    assert_eq!((message.state, message.tracked, message.replies_to_us), (MessageState::Released, true, true));
    assert_eq!((message.links, message.send_at), (3, Some(now())));
    let untracked: Vec<_> = copies.iter().map(|copy| copy.untouched).collect();
    assert_eq!(untracked, [None, Some(Untracked::Objection)]);
    assert!(copies.iter().all(|copy| copy.version == 5 && copy.due_at == now()), "above every earlier version");
}

#[test]
fn only_a_draft_is_released() {
    for state in [MessageState::Released, MessageState::Cancelled] {
        let decision = TrackingDecision { state: TrackingState::Off, reason: None, objecting: Vec::new() };
        let terms = ReleaseTerms { decision, schedule: None, links: 0 };
        let message = Message { state, ..draft(&["a@example.org"]) };
        assert_eq!(message.released(terms, &Settings::default(), now()), Err(StepRefused::NotDraft), "{state:?}");
    }
}

#[test]
fn a_scheduled_message_moves_goes_back_and_is_cancelled() {
    let scheduled = released(Some(tomorrow()));
    let moved = scheduled.moved(None, now()).unwrap();
    assert_eq!((moved.message.send_at, &moved.message.schedule), (Some(now()), &None));
    assert!(moved.copies.iter().all(|copy| copy.due_at == now()));

    let draft = scheduled.unscheduled(now()).unwrap();
    let Message { state, tracked, replies_to_us, links, send_at, .. } = draft.message;
    assert_eq!((state, tracked, replies_to_us, links, send_at), (MessageState::Draft, false, false, 0, None));
    assert!(draft.copies.iter().all(|copy| copy.state == CopyState::Cancelled));

    let cancelled = scheduled.cancelled().unwrap();
    assert_eq!(cancelled.message.state, MessageState::Cancelled);
}

#[test]
fn a_step_is_refused_once_a_worker_hands_a_copy_over() {
    let mut leaving = released(Some(tomorrow()));
    leaving.copies[1].state = CopyState::Submitting;
    assert_eq!(leaving.moved(None, now()), Err(StepRefused::NotScheduled));
    assert_eq!(leaving.unscheduled(now()), Err(StepRefused::NotScheduled));
    assert_eq!(leaving.cancelled(), Err(StepRefused::AlreadySent));
    let sent_at_once = released(None);
    assert_eq!(sent_at_once.moved(None, now()), Err(StepRefused::NotScheduled), "it has no schedule");
}

#[test]
fn a_forgotten_copy_stands_in_nobodys_way() {
    let mut scheduled = released(Some(tomorrow()));
    scheduled.copies[0] = scheduled.copies[0].forgotten();
    assert_eq!(scheduled.moved(None, now()).unwrap().copies.len(), 1);
    assert_eq!(scheduled.cancelled().unwrap().copies.len(), 1);
}

#[test]
fn a_successor_has_the_next_version_of_message_and_copies() {
    let before = released(Some(tomorrow()));
    let after = before.moved(None, now()).unwrap().succeeding(&before);
    assert_eq!(after.message.version, before.message.version + 1);
    assert!(after.copies.iter().all(|copy| copy.version == 6));
    let fresh = before.clone().succeeding(&MessageWithCopies::draft(draft(&[])));
    assert!(fresh.copies.iter().all(|copy| copy.version == 5), "new copies keep their first version");
}

#[test]
fn a_message_leaves_as_its_new_owners_and_stays_as_it_left() {
    let email = EmailAddress::parse("new@example.com").unwrap();
    let id = crate::ground::id::UserId::from_bytes([9; 16]);
    let owner = User::new(id, email, crate::team::permission::Role::Seller);
    let draft = fixture::message().handed_to(&owner, false);
    assert_eq!((draft.owner, draft.from), (id, owner.mailbox.clone()));
    let sent = fixture::message().handed_to(&owner, true);
    assert_eq!((sent.owner, sent.from), (id, fixture::message().from));
}
