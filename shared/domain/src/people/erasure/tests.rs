use jiff::Timestamp;

use super::*;
use crate::ground::id::{MessageId, OrgId, UserId};
use crate::message::RecipientRole;

fn at() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn person() -> Person {
    let emails = vec![EmailAddress::parse("Anna@example.org").unwrap()];
    Person { record: "contact:c-1".parse().unwrap(), emails, name: "Anna Example".into() }
}

fn recipient(email: &str) -> Recipient {
    let mailbox = Mailbox { email: EmailAddress::parse(email).unwrap(), name: Some("Purchasing".into()) };
    Recipient { role: RecipientRole::To, mailbox, record: None }
}

fn message(recipients: &[&str], state: MessageState) -> Message {
    Message {
        id: MessageId::new(at(), [1; 10]),
        org: OrgId::new(at(), [2; 10]),
        owner: UserId::new(at(), [3; 10]),
        from: Mailbox { email: EmailAddress::parse("sales@example.com").unwrap(), name: None },
        recipients: recipients.iter().map(|email| recipient(email)).collect(),
        subject: "An offer".into(),
        regarding: Some("contact:c-1".parse().unwrap()),
        template: None,
        filled: crate::message::template::TemplateFill::Once,
        metadata: std::collections::BTreeMap::new(),
        tracking_requested: true,
        tracked: true,
        blocked: Vec::new(),
        body: "0".into(),
        links: 1,
        state,
        version: 2,
        created_at: at(),
        send_at: Some(at()),
        schedule: None,
        replies_to_us: false,
        thread: None,
        expired_at: None,
    }
}

fn copies(states: &[CopyState]) -> Vec<Copy> {
    let copy =
        |(n, state): (u16, &CopyState)| Copy { state: *state, detail: Some("x".into()), ..Copy::queued(n, at(), 2) };
    (0..).zip(states).map(copy).collect()
}

#[test]
fn the_place_is_kept_and_the_others_too() {
    let before = message(&["boss@example.org", "anna@EXAMPLE.org"], MessageState::Released);
    let (after, changed) = person().forgotten_in(&before, &copies(&[CopyState::Sent, CopyState::Sent])).unwrap();
    assert_eq!((after.erased(), after.is_wiped()), ([1].into(), false));
    assert_eq!(after.recipients[0], before.recipients[0]);
    assert_eq!((after.subject.as_str(), after.regarding), ("An offer", None));
    assert_eq!(changed.len(), 1);
    assert_eq!((changed[0].recipient, changed[0].state, &changed[0].detail), (1, CopyState::Sent, &None));
    assert!(changed[0].erased);
}

#[test]
fn a_message_to_nobody_else_loses_its_words_and_what_waits_never_leaves() {
    for (state, want, message_state) in [
        (CopyState::Queued, CopyState::Cancelled, MessageState::Cancelled),
        (CopyState::RetryWait, CopyState::Cancelled, MessageState::Cancelled),
        (CopyState::Submitting, CopyState::Submitting, MessageState::Released),
        (CopyState::Sent, CopyState::Sent, MessageState::Released),
    ] {
        let before = message(&["anna@example.org"], MessageState::Released);
        let (after, copies) = person().forgotten_in(&before, &copies(&[state])).unwrap();
        assert_eq!((after.subject.as_str(), after.state, copies[0].state), (ERASED, message_state, want));
        assert_eq!(person().forgotten_in(&after, &copies), None, "once is enough");
    }
}

#[test]
fn a_draft_goes_on_without_them() {
    let (after, _) =
        person().forgotten_in(&message(&["anna@example.org", "boss@example.org"], MessageState::Draft), &[]).unwrap();
    assert_eq!((after.recipients.len(), after.state), (1, MessageState::Draft));
    let (after, _) = person().forgotten_in(&message(&["anna@example.org"], MessageState::Draft), &[]).unwrap();
    assert_eq!((after.is_wiped(), after.state), (true, MessageState::Cancelled));
}

#[test]
fn who_is_named_by_the_record_is_meant_whatever_the_address() {
    let mut before = message(&["old@example.net"], MessageState::Released);
    before.recipients[0].record = Some("contact:c-1".parse().unwrap());
    assert_eq!(person().places(&before), [0].into());
    let other = message(&["boss@example.org"], MessageState::Released);
    assert_eq!(person().forgotten_in(&Message { regarding: None, ..other }, &[]), None);
}

#[test]
fn names_are_replaced_where_they_stand_alone() {
    let names = person().called(&message(&["anna@example.org"], MessageState::Released));
    assert_eq!(names[0], "anna@example.org".to_owned().max("Anna@example.org".to_owned()).replace("anna@", "Anna@"));
    for (text, want) in [
        ("Dear Anna Example,", "Dear [erased],"),
        ("Anna Examples", "Anna Examples"),
        ("mail Anna@example.org or anna@example.org", "mail [erased] or [erased]"),
        ("Purchasing opened “An offer”", "[erased] opened “An offer”"),
        ("Purchasings, Purchasing", "Purchasings, [erased]"),
        ("", ""),
    ] {
        assert_eq!(redact(text, &names), want);
    }
}
