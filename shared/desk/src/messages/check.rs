//! The check of a message before it leaves: what stops it, what its author should know, and how each copy would leave.
//!
//! *Send* refuses with the very problems that the check names: both ask [`Desk::obstacles`].

use domain::ground::id::{AttachmentId, MessageId};
use domain::message::attachment::{Attachment, LeavesAs};
use domain::message::tracking::TrackingDecision;
use domain::message::{Body, Message, MessageState, MessageStatus, Recipient, TrackingState};
use domain::time::delivery_time::{NoRecommendation, Recommendation, only};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;
use mail::merge;
use mail::plan::plan;
use mail::track::Page;

mod opens;
mod warnings;

pub use opens::OpensExpected;
pub use warnings::{Warning, WarningCode};

use super::input::place;
use super::per_copy;
use crate::records::delivery_time::DeliveryTimeFor;
use crate::records::standing;
use crate::{Actor, Checks, Code, Desk, FieldError, Refused};

/// How many recipients are looked up at once.
const AT_ONCE: usize = 10;

/// The check of a message before it leaves.
#[derive(Debug)]
pub struct MessageCheck {
    /// The obstacles that stop it: *send* refuses with the same.
    pub problems: Vec<FieldError>,
    /// Warnings for its author. It leaves all the same.
    pub warnings: Vec<Warning>,
    /// How each copy would leave, in the order of recipients.
    pub copies: Vec<CopyCheck>,
    /// When to send it, or why no time is recommended.
    pub delivery_time: Result<Recommendation, NoRecommendation>,
}

/// How a copy would leave.
#[derive(Debug, Clone)]
pub struct CopyCheck {
    /// The recipient who gets it.
    pub recipient: Recipient,
    /// It leaves with the means to track it.
    pub tracked: bool,
    /// The size of the mail, in bytes: not less than it will have.
    pub bytes: usize,
    /// How each file leaves.
    pub files: Vec<(AttachmentId, LeavesAs)>,
    /// Whether an open will be seen.
    pub opens: OpensExpected,
    /// Why.
    pub why: &'static str,
}

/// A message with everything that decides whether it can leave.
pub(super) struct Judged<'a> {
    pub(super) message: &'a Message,
    pub(super) body: &'a Body,
    pub(super) files: &'a [Attachment],
    pub(super) tracked: bool,
}

impl Desk {
    /// Looks at a message as *send* would, and changes nothing.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn check_message(&self, actor: &Actor, id: MessageId) -> Result<MessageCheck, Refused> {
        let stored = self.message(actor, id).await?;
        let message = &stored.message;
        let settings = self.store.settings(message.org).await?;
        let expired = message.is_expired(&settings, actor.now);
        let body = if expired { Body::empty() } else { self.blobs.body(message.id, &message.body).await? };
        let files = if expired { Vec::new() } else { self.store.attachments(message.id).await? };
        let standings = self.standings(message.org, &message.recipients).await?;
        let decision = message.tracking(&stored.copies, &settings, &standings);

        let mut named = message.clone();
        standing::name_records(&mut named.recipients, &standings);
        let is_draft = message.state == MessageState::Draft;
        let body = if is_draft { self.with_recipients(actor, &named, body).await? } else { body };
        let judged =
            Judged { message: &named, body: &body, files: &files, tracked: decision.state == TrackingState::On };
        let is_open = is_draft || message.status(&stored.copies, actor.now) == MessageStatus::Scheduled;
        let problems = if is_open { self.obstacles(&judged, actor.now).await? } else { vec![not_editable()] };
        let copies = copies(&judged, &decision)?;
        let warnings = warnings::of(&judged, &decision, &copies, actor.now);
        let delivery_time = self.delivery_time_of(actor, message).await?;
        Ok(MessageCheck { problems, warnings, copies, delivery_time })
    }

    /// Everything that keeps a message from leaving.
    pub(super) async fn obstacles(&self, judged: &Judged<'_>, now: Timestamp) -> Result<Vec<FieldError>, Refused> {
        let Judged { message, body, files, tracked } = *judged;
        let mut checks = Checks::default();
        if message.recipients.is_empty() {
            checks.add("/to", Code::NoRecipients, "a message needs at least one recipient");
        }
        for (n, file) in files.iter().enumerate() {
            if let Some((code, detail)) = self.missing_bytes(message.id, file, now).await? {
                checks.add(format!("/attachments/{n}"), code, detail);
            }
        }
        for (n, detail) in self.suppressed(message).await? {
            checks.add(format!("{}/email", place(&message.recipients, n)), Code::RecipientSuppressed, detail);
        }
        if tracked {
            checks.keep("/html", Code::HtmlTooComplex, Page::read(&body.html));
        }
        per_copy::obstacles(&mut checks, message, body)?;
        if message.template.is_some() {
            for (field, path) in placeholders(message, body) {
                checks.add(field, Code::MissingValue, format!("the template needs `{path}`"));
            }
        }
        Ok(checks.faults())
    }

    /// The recipients to whom no mail goes any more, by place, each with the reason.
    async fn suppressed(&self, message: &Message) -> Result<Vec<(usize, String)>, Refused> {
        let read = |(n, recipient): (usize, Recipient)| async move {
            let entry = self.store.suppression(message.org, &recipient.mailbox.email).await?;
            Ok::<_, Refused>(entry.map(|entry| (n, entry.refusal())))
        };
        let recipients = message.recipients.iter().cloned().enumerate();
        let reads: Vec<_> = recipients.filter(|(_, recipient)| !recipient.mailbox.is_erased()).map(read).collect();
        let found: Vec<Option<_>> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        Ok(found.into_iter().flatten().collect())
    }

    async fn delivery_time_of(
        &self,
        actor: &Actor,
        message: &Message,
    ) -> Result<Result<Recommendation, NoRecommendation>, Refused> {
        match only(&message.recipients) {
            Ok(recipient) => {
                let email = recipient.mailbox.email.as_str().to_owned();
                self.delivery_time(actor, &DeliveryTimeFor::Email(email)).await
            }
            Err(none) => Ok(Err(none)),
        }
    }
}

fn not_editable() -> FieldError {
    let Refused { code, detail, .. } = Refused::not_editable();
    FieldError { field: String::new(), code, detail }
}

/// The placeholders of templates that stand in subject and text, each with its field.
fn placeholders(message: &Message, body: &Body) -> Vec<(&'static str, merge::Path)> {
    let parts = [("/subject", &message.subject), ("/html", &body.html), ("/text", &body.text)];
    let found =
        parts.into_iter().flat_map(|(field, part)| merge::named(part).into_iter().map(move |path| (field, path)));
    found.collect()
}

fn copies(judged: &Judged<'_>, decision: &TrackingDecision) -> Result<Vec<CopyCheck>, Refused> {
    let Judged { message, body, files, tracked } = *judged;
    let bodies = per_copy::bodies(message, body)?;
    let copy = |(n, recipient): (u16, &Recipient)| {
        let tracked = tracked && !decision.objecting.contains(&n);
        let body = bodies.get(usize::from(n)).unwrap_or(body);
        let plan = plan(message, body, files, tracked);
        let (opens, why) = opens::expected(recipient, tracked);
        CopyCheck {
            recipient: recipient.clone(),
            tracked,
            bytes: plan.bytes,
            files: files.iter().map(|file| file.id).zip(plan.files).collect(),
            opens,
            why,
        }
    };
    Ok((0..).zip(&message.recipients).map(copy).collect())
}
