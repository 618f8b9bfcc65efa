use std::collections::BTreeMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;

fn ring(active: u8, ids: &[u8]) -> KeyRing {
    KeyRing::new(active, ids.iter().map(|id| (*id, vec![*id; 32])).collect::<BTreeMap<_, _>>()).unwrap()
}

fn signer() -> TokenSigner {
    TokenSigner::new(&ring(1, &[1]))
}

fn click(destination: &str) -> Token {
    let message = MessageId::new(Timestamp::UNIX_EPOCH, [9; 10]);
    Token { kind: TokenKind::Click, message, recipient: 3, index: 7, destination: destination.to_owned() }
}

prop_compose! {
    fn tokens()(kind in prop_oneof![Just(TokenKind::Open), Just(TokenKind::Click), Just(TokenKind::Download)], id: [u8; 16],
        recipient: u16, index: u16, path in "\\PC{0,60}") -> Token {
        let destination = if kind == TokenKind::Click { format!("https://example.com/{path}") } else { String::new() };
        Token { kind, message: MessageId::from_bytes(id), recipient, index, destination }
    }
}

proptest! {
    #[test]
    fn what_was_signed_is_read_back(token in tokens()) {
        let text = signer().sign(&token).unwrap();
        prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        prop_assert_eq!(signer().verify(token.kind, &text), Ok(token));
    }

    #[test]
    fn every_other_length_is_refused(token in tokens(), cut in 1_usize..60, extra in "[A-Za-z0-9_-]{1,8}") {
        let text = signer().sign(&token).unwrap();
        prop_assert!(!text.ends_with(['-', '_']));
        let bare = text.strip_suffix('A').filter(|bare| bare.ends_with(['-', '_'])).unwrap_or(&text);
        prop_assert!(signer().verify(token.kind, &bare[..bare.len().saturating_sub(cut)]).is_err());
        let extended = format!("{text}{extra}");
        prop_assert!(signer().verify(token.kind, &extended).is_err());
    }

    #[test]
    fn what_stands_behind_an_address_is_no_part_of_it(token in tokens(), behind in "[.,;:!?)\\]}>'\"»”…。）*|~-]{1,4}[a-z.]{0,3}") {
        let text = signer().sign(&token).unwrap();
        let behind = if behind.starts_with('-') { behind.trim_end_matches(|c: char| c.is_ascii_lowercase()) } else { &behind };
        prop_assume!(!behind.trim_start_matches('-').starts_with(|c: char| c.is_ascii_lowercase()));
        prop_assert_eq!(signer().verify_requested(token.kind, &format!("{text}{behind}")), Ok(token.clone()));
        prop_assert_eq!(signer().verify_requested(token.kind, &text), Ok(token));
    }

    #[test]
    fn noise_is_refused(text in "\\PC{0,120}") {
        prop_assert!(signer().verify(TokenKind::Open, &text).is_err());
    }
}

#[test]
fn every_flipped_bit_is_refused() {
    let token = click("https://example.com/offer?a=1&b=2#top");
    let bytes = URL_SAFE_NO_PAD.decode(signer().sign(&token).unwrap()).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(signer().verify(TokenKind::Click, &URL_SAFE_NO_PAD.encode(flipped)).is_err(), "bit {bit}");
    }
}

#[test]
fn padding_and_loose_bits_are_no_second_spelling() {
    let text = signer().sign(&click("https://example.com/ab")).unwrap();
    assert!(signer().verify(TokenKind::Click, &format!("{text}=")).is_err());
    let last = text.chars().last().unwrap();
    let accepted = ('A'..='z')
        .filter(|c| c.is_ascii_alphanumeric() && *c != last)
        .filter(|c| signer().verify(TokenKind::Click, &format!("{}{c}", &text[..text.len() - 1])).is_ok());
    assert_eq!(accepted.count(), 0);
}

#[test]
fn tokens_of_old_mails_that_end_in_a_mark_still_lead_on() {
    let marked = (0..500_u16).map(|recipient| Token { recipient, ..click("https://example.com/a") });
    let marked = marked.map(|token| (signer().sign(&token).unwrap(), token));
    let mut tried = 0;
    for (text, token) in marked.filter(|(text, _)| text.len() % 4 == 1) {
        let old = text.strip_suffix('A').unwrap();
        assert_eq!(signer().verify_requested(TokenKind::Click, old), Ok(token.clone()));
        assert_eq!(signer().verify_requested(TokenKind::Click, &format!("{old}.")), Ok(token));
        tried += 1;
    }
    assert!(tried > 0);
}

#[test]
fn a_token_of_one_kind_is_none_of_another() {
    let open = Token { kind: TokenKind::Open, destination: String::new(), ..click("") };
    let text = signer().sign(&open).unwrap();
    assert_eq!(signer().verify(TokenKind::Click, &text), Err(InvalidToken::Forged));
    assert_eq!(signer().verify(TokenKind::Download, &text), Err(InvalidToken::Forged));
}

#[test]
fn keys_rotate_and_leave() {
    let token = click("https://example.com/");
    let old = TokenSigner::new(&ring(1, &[1])).sign(&token).unwrap();
    assert_eq!(TokenSigner::new(&ring(2, &[1, 2])).verify(TokenKind::Click, &old), Ok(token.clone()));
    assert_eq!(
        TokenSigner::new(&ring(2, &[2])).verify(TokenKind::Click, &old),
        Err(InvalidToken::UnknownKey(Box::new(token)))
    );
}

#[test]
fn a_destination_that_is_too_long_is_not_wrapped() {
    assert!(signer().sign(&click(&"x".repeat(MAX_DESTINATION))).is_some());
    assert!(signer().sign(&click(&"x".repeat(MAX_DESTINATION + 1))).is_none());
}

#[test]
fn an_address_survives_servers_that_change_its_case() {
    let signer = signer();
    let message = MessageId::from_bytes([7; 16]);
    let address = signer.sign_address(message, 3).unwrap();
    assert_eq!(address.len(), 63);
    for spelled in [address.clone(), address.to_uppercase(), format!("{address}+label")] {
        let token = signer.verify_address(&spelled).unwrap();
        assert_eq!((token.message, token.recipient), (message, 3));
    }
    let (mut bytes, other) = (address.clone().into_bytes(), if address.ends_with('a') { b'b' } else { b'a' });
    bytes[30] = if bytes[30] == b'a' { b'b' } else { b'a' };
    let flipped = String::from_utf8(bytes).unwrap();
    let longer = format!("{address}{}", char::from(other));
    for forged in ["", "sales", &address[..62], &flipped, &longer] {
        assert!(signer.verify_address(forged).is_err(), "{forged}");
    }
    // A pixel's token is no address, whatever its spelling.
    let open = Token { kind: TokenKind::Open, message, recipient: 3, index: 0, destination: String::new() };
    let bytes = decode(&signer.sign(&open).unwrap()).unwrap();
    assert!(signer.verify_address(&BASE32_NOPAD_NOCASE.encode(&bytes)).is_err());
}
