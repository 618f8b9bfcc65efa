use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_position_reads_as_it_was_written(millis in 0_i64..4_000_000_000_000, id: [u8; 16]) {
        let (at, message) = (Timestamp::from_millisecond(millis).unwrap(), MessageId::from_bytes(id));
        prop_assert_eq!(parse_owner_position(&owner_position(at, message)), Some((at, message)));
    }

    #[test]
    fn positions_sort_by_time(a in 0_i64..4_000_000_000_000, b in 0_i64..4_000_000_000_000, id: [u8; 16]) {
        let position = |millis| owner_position(Timestamp::from_millisecond(millis).unwrap(), MessageId::from_bytes(id));
        prop_assert_eq!(a.cmp(&b), position(a).cmp(&position(b)));
    }
}

#[test]
fn a_tally_reads_as_it_was_written() {
    let (org, template) = (OrgId::from_bytes([1; 16]), TemplateId::from_bytes([2; 16]));
    let key = tally(org, template, MessageId::from_bytes([3; 16]));
    assert_eq!((key.pk, parse_tally(&key.sk)), (tallies(org), Some(template)));
}

#[test]
fn copies_and_message_are_one_range_without_the_rest() {
    let id = MessageId::from_bytes([1; 16]);
    let inside = |sk: &str| (COPY..=META).contains(&sk);
    assert!(inside(&copy(id, 0).sk) && inside(&copy(id, 49).sk) && inside(&message(id).sk));
    let event = EventId::from_bytes([2; 16]);
    let file = AttachmentId::from_bytes([3; 16]);
    for outside in
        [attachment(id, file).sk, hits(id, event, "00").sk, links(id, 0).sk, reminder(id).sk, reply(id, event).sk]
    {
        assert!(!inside(&outside), "{outside}");
    }
}
