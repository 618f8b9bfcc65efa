//! The words by which servers say why they refuse a mail. They lie in `src/phrases/`, one phrase a line, in lower case.

/// The sender, the content or the traffic is at fault, or the time; the address is not.
const POLICY: &str = include_str!("../../phrases/bounce_policy.txt");
/// The mailbox is there, and has no room for this mail.
const FULL: &str = include_str!("../../phrases/bounce_soft.txt");
/// The address does not exist, or no longer.
const UNKNOWN: &str = include_str!("../../phrases/bounce_hard.txt");

/// Lower case, straight apostrophes, single spaces, one space around the whole.
pub(super) fn fold(text: &str) -> String {
    let straight = text.to_lowercase().replace(['’', '‘'], "'").replace('_', " ");
    format!(" {} ", straight.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether folded words put the blame on the address. `None` when they put it nowhere.
pub(super) fn blame_address(words: &str) -> Option<bool> {
    let has = |phrases: &str| phrases.lines().any(|phrase| words.contains(phrase));
    if has(POLICY) || has(FULL) {
        return Some(false);
    }
    has(UNKNOWN).then_some(true)
}

/// Whether folded words speak of a recipient at all, in whatever tongue a server speaks.
pub(super) fn name_recipient(words: &str) -> bool {
    const RECIPIENT: &[&str] =
        &["rcpt to", "recipient", "empfänger", "destinataire", "destinatari", "ontvanger", "prejemnik"];
    RECIPIENT.iter().any(|word| words.contains(word))
}
