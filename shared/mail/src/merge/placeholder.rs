//! `{{ root.name }}`: finds placeholders and reads what they name.

use std::fmt;
use std::ops::Range;

use super::Invalid;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// The recipient: `name`, `email`, and their record as `record.city`.
    Recipient,
    /// The author: `name`, `email`.
    Sender,
    /// The record that the message is about.
    Regarding,
    /// The record that the message is about, else the recipient's.
    Record,
    /// What is given when the template is applied.
    Values,
}

/// The names that every record has. A field of the CRM's own is `fields.order_number`.
const OF_RECORD: [&str; 14] = [
    "type",
    "id",
    "name",
    "email",
    "phone",
    "street",
    "city",
    "region",
    "postal_code",
    "country",
    "time_zone",
    "account",
    "url",
    "outcome",
];

impl Root {
    const ALL: [Self; 5] = [Self::Recipient, Self::Sender, Self::Regarding, Self::Record, Self::Values];

    /// The word in templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Sender => "sender",
            Self::Regarding => "regarding",
            Self::Record => "record",
            Self::Values => "values",
        }
    }

    /// Checks that there is such a name.
    fn check(self, name: &str) -> Result<(), String> {
        let is_known = match self {
            Self::Recipient => is_of_mailbox(name) || name.strip_prefix("record.").is_some_and(is_of_record),
            Self::Sender => is_of_mailbox(name),
            Self::Regarding | Self::Record => is_of_record(name),
            Self::Values => is_name(name),
        };
        let names = match self {
            Self::Recipient => "name, email, record.name, record.fields.x".to_owned(),
            Self::Sender => "name, email".to_owned(),
            _ => format!("{}, fields.x", OF_RECORD.join(", ")),
        };
        if is_known { Ok(()) } else { Err(format!("`{}` has {names}, but no `{name}`", self.as_str())) }
    }
}

fn is_of_mailbox(name: &str) -> bool {
    matches!(name, "name" | "email")
}

fn is_of_record(name: &str) -> bool {
    OF_RECORD.contains(&name) || name.strip_prefix("fields.").is_some_and(is_word)
}

/// What a placeholder names, such as `values.order_number`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// Where it comes from.
    pub root: Root,
    /// Which: words of ASCII letters, digits and `_`, with dots between them.
    pub name: String,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.root.as_str(), self.name)
    }
}

/// All placeholders in their order, with their braces.
pub(super) fn find(source: &str) -> Result<Vec<(Range<usize>, Path)>, Invalid> {
    refuse_tags(source)?;
    let (mut found, mut from) = (Vec::new(), 0);
    while let Some(start) = source[from..].find("{{").map(|at| from + at) {
        let inner = start + 2;
        let length =
            source[inner..].find("}}").ok_or_else(|| Invalid::at(source, start, "this `{{` has no `}}` after it"))?;
        let path = read(source[inner..inner + length].trim()).map_err(|reason| Invalid::at(source, start, reason))?;
        from = inner + length + 2;
        found.push((start..from, path));
    }
    Ok(found)
}

/// The values that a text names, whatever else stands in it; each once.
pub fn named(source: &str) -> Vec<Path> {
    let mut found = Vec::new();
    for (start, _) in source.match_indices("{{") {
        let inner = source[start + 2..].split_once("}}").map(|(inner, _)| inner.trim());
        let path = inner.and_then(|inner| read(inner).ok());
        found.extend(path.filter(|path| !found.contains(path)));
    }
    found
}

/// Tags and comments of template languages would go out as they stand. `{#` alone is common in style sheets.
fn refuse_tags(source: &str) -> Result<(), Invalid> {
    for (open, close) in [("{%", "%}"), ("{#", "#}")] {
        if let Some(at) = source.find(open).filter(|at| source[*at..].contains(close)) {
            let reason = format!("`{open} … {close}` is not supported: templates have values only, no logic");
            return Err(Invalid::at(source, at, reason));
        }
    }
    Ok(())
}

fn read(inner: &str) -> Result<Path, String> {
    if let Some((path, _)) = inner.split_once('|') {
        return Err(format!("filters are not supported: write `{{{{ {} }}}}`", path.trim()));
    }
    let expected = || format!("expected one name such as `{{{{ recipient.name }}}}`, not `{}`", shortened(inner));
    let (root, name) = inner.split_once('.').ok_or_else(expected)?;
    if !name.split('.').all(is_word) || !is_name(root) {
        return Err(expected());
    }
    let known = Root::ALL.into_iter().find(|known| known.as_str() == root);
    let known = known.ok_or_else(|| format!("`{root}` is none of recipient, regarding, sender, record, values"))?;
    if known == Root::Values && !is_name(name) {
        return Err(expected());
    }
    known.check(name)?;
    Ok(Path { root: known, name: name.to_owned() })
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_name(text: &str) -> bool {
    is_word(text) && text.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
