//! Words by which mails are recognised that say nothing in their headers, in English, German, French, Spanish, Italian,
//! Dutch and Slovene. They lie in `src/phrases/`, one a line, all in lower case, with straight apostrophes and single spaces;
//! [`fold`] brings texts to that form.

/// What begins the subject of an answer.
pub(super) const ANSWER: &str = include_str!("../phrases/answer.txt");
/// What begins the subject of a mail that is passed on.
pub(super) const FORWARD: &str = include_str!("../phrases/forward.txt");

/// What begins the subject of an automatic answer.
pub(super) const AUTOMATIC: &str = include_str!("../phrases/automatic.txt");

/// What begins the subject of an out-of-office note.
pub(super) const ABSENT: &str = include_str!("../phrases/absent.txt");

/// Sentences by which a machine says that it is one.
pub(super) const TEXT_AUTOMATIC: &str = include_str!("../phrases/text_automatic.txt");

/// Sentences of somebody who is not there.
pub(super) const TEXT_ABSENT: &str = include_str!("../phrases/text_absent.txt");

/// What such a person adds: until when, and whom to ask meanwhile.
pub(super) const TEXT_MEANWHILE: &str = include_str!("../phrases/text_meanwhile.txt");

/// Thanks and greetings: a note begins and ends with them, and no answer consists of them.
pub(super) const TEXT_THANKS: &str = include_str!("../phrases/text_thanks.txt");

/// Sentences of a server that gives a mail back.
pub(super) const TEXT_UNDELIVERABLE: &str = include_str!("../phrases/text_undeliverable.txt");

/// Sentences of a server that goes on trying.
pub(super) const TEXT_DELAYED: &str = include_str!("../phrases/text_delayed.txt");

/// What begins the subject of a mail that could not be delivered.
pub(super) const UNDELIVERABLE: &str = include_str!("../phrases/undeliverable.txt");

/// What a spam filter asks that wants proof.
pub(super) const CHALLENGE: &str = include_str!("../phrases/challenge.txt");

/// Lower case, straight apostrophes, single spaces.
pub(super) fn fold(text: &str) -> String {
    let straight = text.to_lowercase().replace(['’', '‘'], "'");
    straight.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a folded text has one of the phrases; it is taken to begin and end with a space.
pub(super) fn contains(text: &str, phrases: &str) -> bool {
    let text = format!(" {} ", fold(text));
    phrases.lines().any(|phrase| text.contains(phrase))
}

/// Whether a subject begins with one of the phrases, after prefixes of answers.
pub(super) fn begins(subject: &str, phrases: &str) -> bool {
    let subject = fold(subject);
    let subject = without_prefixes(&subject, ANSWER);
    phrases.lines().any(|phrase| subject.starts_with(phrase))
}

/// Whether two subjects are one but for prefixes and names of lists. No subject is like none.
pub(super) fn is_same_subject(subject: &str, sent: &str) -> bool {
    let (subject, sent) = (fold(subject), fold(sent));
    let all = format!("{ANSWER}\n{FORWARD}");
    let (subject, sent) = (without_prefixes(&subject, &all).trim(), without_prefixes(&sent, &all).trim());
    !sent.is_empty() && subject == sent
}

/// Whether a subject begins with one of the prefixes, after names of lists in brackets.
pub(super) fn has_prefix(subject: &str, prefixes: &str) -> bool {
    let subject = fold(subject);
    prefix(without_tags(&subject)).is_some_and(|(found, _)| prefixes.lines().any(|prefix| prefix == found))
}

fn without_prefixes<'a>(subject: &'a str, prefixes: &str) -> &'a str {
    let mut rest = without_tags(subject);
    while let Some((_, after)) = prefix(rest).filter(|(found, _)| prefixes.lines().any(|prefix| prefix == *found)) {
        rest = without_tags(after);
    }
    rest
}

/// Names of lists and marks of mail gateways at the beginning: `[list] `, `{external} `, `(external) `, `extern: `. A mark by
/// which a machine names itself stays, and loses its brackets.
fn without_tags(subject: &str) -> &str {
    let mut rest = subject.trim_start();
    loop {
        let bracketed = [('[', ']'), ('{', '}'), ('(', ')')].into_iter().find_map(|(open, close)| {
            let (tag, after) = rest.strip_prefix(open)?.split_once(close)?;
            Some((tag.trim(), after.trim_start()))
        });
        let outside = ["extern:", "external:", "ext:"].into_iter().find_map(|mark| rest.strip_prefix(mark));
        rest = match (bracketed, outside) {
            (Some((tag, _)), _) if tag.starts_with("auto") => return tag,
            (Some((_, after)), _) if !after.is_empty() => after,
            (None, Some(after)) => after.trim_start(),
            _ => return rest,
        };
    }
}

/// `re`, `re[2]`, `re(3)` or `re^2` before a colon, which French sets apart with a space.
fn prefix(subject: &str) -> Option<(&str, &str)> {
    let (before, after) = subject.split_once([':', '：'])?;
    let name = before.split(['[', '(', '^']).next()?.trim();
    (name.chars().count() <= 16).then_some((name, after))
}
