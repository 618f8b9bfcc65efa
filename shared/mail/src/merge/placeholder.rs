//! `{{ root.name }}`: finds placeholders and reads what they name.

use std::fmt;
use std::ops::Range;

use super::Invalid;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// The recipient: `name`, `email`.
    Recipient,
    /// The author: `name`, `email`.
    Sender,
    /// The record of the CRM.
    Record,
    /// What is given when the template is applied.
    Values,
}

impl Root {
    const ALL: [Self; 4] = [Self::Recipient, Self::Sender, Self::Record, Self::Values];

    /// The word in templates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Sender => "sender",
            Self::Record => "record",
            Self::Values => "values",
        }
    }

    /// The names that are known; of values, any.
    const fn names(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Recipient | Self::Sender => Some(&["name", "email"]),
            Self::Record => Some(&[
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
            ]),
            Self::Values => None,
        }
    }
}

/// What a placeholder names, such as `values.order_number`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// Where it comes from.
    pub root: Root,
    /// Which: a letter or `_`, then letters, digits and `_`, all of ASCII.
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
    if !is_name(name) || !is_name(root) {
        return Err(expected());
    }
    let known = Root::ALL.into_iter().find(|known| known.as_str() == root);
    let known = known.ok_or_else(|| format!("`{root}` is none of recipient, sender, record, values"))?;
    match known.names() {
        Some(names) if !names.contains(&name) => Err(format!("`{root}` has {}, but no `{name}`", names.join(", "))),
        _ => Ok(Path { root: known, name: name.to_owned() }),
    }
}

fn is_name(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 64 && text.bytes().all(word) && text.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}

fn shortened(text: &str) -> String {
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
