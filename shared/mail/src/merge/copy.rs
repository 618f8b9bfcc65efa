//! Fills a template for one copy of a message, for its own recipient.

use domain::message::template::PerCopy;
use domain::message::{Body, BodyPart};

use super::{Filled, Invalid, Kind, Path, Root, Template};
use crate::text;

/// A template, filled for one copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledCopy {
    /// The subject; `None` when the template gives none.
    pub subject: Option<String>,
    /// Both parts; `None` when the template gives none.
    pub body: Option<Body>,
    /// Values that there are none for. The placeholders stand in the text as the template has them: it must not leave.
    pub missing: Vec<Path>,
    /// Values that would begin an address but are none.
    pub refused: Vec<Path>,
}

/// The template filled for the recipient at a place.
///
/// # Errors
/// When a part is no template.
pub fn filled_copy(per_copy: &PerCopy, place: usize) -> Result<FilledCopy, Invalid> {
    let own = per_copy.recipients.get(place);
    let lookup = |path: &Path| match path.root {
        Root::Values => per_copy.values.get(&path.name).cloned(),
        _ => own?.get(&path.to_string()).cloned(),
    };
    let (mut missing, mut refused) = (Vec::new(), Vec::new());
    let mut part = |kind, source: &Option<String>| -> Result<Option<String>, Invalid> {
        let Some(source) = source else { return Ok(None) };
        let Filled { text, missing: none, refused: bad } = Template::parse(kind, source)?.fill(&lookup);
        add(&mut missing, none);
        add(&mut refused, bad);
        Ok(Some(text))
    };
    let subject = part(Kind::Subject, &per_copy.subject)?;
    let (html, text) = (part(Kind::Html, &per_copy.html)?, part(Kind::Text, &per_copy.text)?);
    let body = match (html, text) {
        (Some(html), Some(text)) => Some(Body { html, text, ..Body::empty() }),
        (Some(html), None) => {
            Some(Body { text: text::from_html(&html), html, derived: Some(BodyPart::Text), ..Body::empty() })
        }
        (None, Some(text)) => {
            Some(Body { html: text::to_html(&text), text, derived: Some(BodyPart::Html), ..Body::empty() })
        }
        (None, None) => None,
    };
    Ok(FilledCopy { subject, body, missing, refused })
}

fn add(all: &mut Vec<Path>, more: Vec<Path>) {
    for path in more {
        if !all.contains(&path) {
            all.push(path);
        }
    }
}
