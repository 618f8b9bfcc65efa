//! Drafts: saved, and changed until they are sent.

use std::collections::BTreeMap;

use aws::store::{Next, Write};
use domain::ground::id::{MessageId, TemplateId};
use domain::message::template::{PerCopy, TemplateFill};
use domain::message::{Body, Message, MessageState, MessageWithCopies, Recipient};
use domain::people::activity::Activity;
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;

use super::fill::{self, TemplateValues};
use super::input::{MessageChange, changed_metadata, replace_recipients};
use super::{InReplyTo, Known, MessageDetails, StoredContent, body, per_copy};
use crate::records::standing;
use crate::{Actor, Desk, Patch, Prepared, Refused};

impl Desk {
    /// Prepares a new draft.
    ///
    /// # Errors
    /// All fields that are wrong.
    pub async fn create_message(
        &self,
        actor: &Actor,
        mut change: MessageChange,
    ) -> Result<Prepared<MessageDetails>, Refused> {
        let changed = change.check()?;
        let mut recipients = replace_recipients(&[], &changed)?;
        let standings = self.standings(actor.org, &recipients).await?;
        standing::name_records(&mut recipients, &standings);
        let regarding = std::mem::take(&mut change.regarding).over(None);
        self.check_types(actor, regarding.as_ref(), &recipients).await?;
        let (template, per_copy) = self.fill(actor, &mut change, &recipients, regarding.as_ref()).await?;
        let settings = self.store.settings(actor.org).await?;
        if let (Some(signature), None) = (&actor.user()?.signature, &per_copy) {
            (change.html, change.text) = body::signed(change.html, change.text, signature);
        }

        let id = MessageId::new(actor.now, self.ids.next());
        let body = body::changed(&Body::empty(), change.html, change.text).unwrap_or_else(Body::empty);
        let body = Body { per_copy, ..body };
        let message = Message {
            id,
            org: actor.org,
            owner: actor.user()?.id,
            from: actor.user()?.mailbox.clone(),
            recipients,
            subject: change.subject.unwrap_or_default(),
            regarding,
            template: template.over(None),
            filled: fill_of(body.per_copy.as_ref()),
            metadata: changed_metadata(BTreeMap::new(), change.metadata)?,
            tracking_requested: change.tracking.unwrap_or(settings.default_tracking),
            tracked: false,
            blocked: Vec::new(),
            body: self.blobs.put_body(id, &body).await?,
            links: 0,
            state: MessageState::Draft,
            version: 0,
            created_at: actor.now,
            send_at: None,
            schedule: None,
            replies_to_us: false,
            thread: self.thread(actor, change.in_reply_to.over(None)).await?,
            expired_at: None,
        };

        let notes = notes(&message, &message.recipients)?;
        let places = draft_places(&message, &[])?;
        let next = Next::new_message(message)?;
        let prepared = Prepared::of(actor, next).note(notes).note(places).map(MessageWithCopies::draft);
        Ok(prepared.map(|stored| {
            let content = StoredContent { body, files: Vec::new(), reminder: None };
            let known = Known {
                settings: &settings,
                standings: &standings,
                kpis: &Kpis::default(),
                copy_kpis: Vec::new(),
                content: Some(content),
            };
            MessageDetails::of(stored, known, actor.now)
        }))
    }

    /// Prepares a change of a draft.
    ///
    /// # Errors
    /// All fields that are wrong; [`crate::Code::NotFound`], [`crate::Code::NotEditable`].
    pub async fn change_message(
        &self,
        actor: &Actor,
        id: MessageId,
        mut change: MessageChange,
    ) -> Result<Prepared<MessageWithCopies>, Refused> {
        let before = self.own_message(actor, id).await?.message;
        let changed = change.check()?;
        if before.state != MessageState::Draft {
            return Err(Refused::not_editable());
        }
        let mut recipients = replace_recipients(&before.recipients, &changed)?;
        if !changed.is_empty() {
            let standings = self.standings(actor.org, &recipients).await?;
            standing::name_records(&mut recipients, &standings);
        }
        let regarding = std::mem::take(&mut change.regarding).over(before.regarding.clone());
        self.check_types(actor, regarding.as_ref(), &recipients).await?;
        let before_body = self.body_before(&before, &change).await?;
        let refilled = if before.is_per_copy() && matches!(change.template, Patch::Keep) {
            let per_copy = before_body.as_ref().and_then(|body| body.per_copy.as_ref());
            self.refill(actor, per_copy, &mut change, &recipients, regarding.as_ref()).await?
        } else {
            None
        };
        let (template, filled) = self.fill(actor, &mut change, &recipients, regarding.as_ref()).await?;
        let per_copy = filled.or(refilled);
        let fill = fill_of(per_copy.as_ref());
        let body = match before_body {
            Some(before_body) => {
                let body = body::changed(&before_body, change.html, change.text).unwrap_or(before_body);
                self.blobs.put_body(before.id, &Body { per_copy, ..body }).await?
            }
            None => before.body.clone(),
        };
        let thread = match change.in_reply_to {
            Patch::Keep => before.thread.clone(),
            changed => self.thread(actor, changed.over(None)).await?,
        };

        let after = Message {
            recipients,
            thread,
            body,
            subject: change.subject.unwrap_or_else(|| before.subject.clone()),
            regarding,
            template: template.over(before.template),
            filled: fill,
            metadata: changed_metadata(before.metadata.clone(), change.metadata)?,
            tracking_requested: change.tracking.unwrap_or(before.tracking_requested),
            ..before.clone()
        };
        let known = |one: &Recipient| before.recipients.iter().any(|other| other.mailbox.email == one.mailbox.email);
        let new: Vec<Recipient> = after.recipients.iter().filter(|recipient| !known(recipient)).cloned().collect();
        let notes = notes(&after, &new)?;
        let places = draft_places(&after, &before.records())?;
        let next = Next::message(&before, after)?;
        Ok(Prepared::of(actor, next).note(notes).note(places).map(MessageWithCopies::draft))
    }

    /// Fills subject and body from a template where they are not given. Gives what becomes of the draft's template, and what is
    /// filled again for each copy.
    async fn fill(
        &self,
        actor: &Actor,
        change: &mut MessageChange,
        recipients: &[Recipient],
        regarding: Option<&RecordRef>,
    ) -> Result<(Patch<TemplateId>, Option<PerCopy>), Refused> {
        let used = match std::mem::take(&mut change.template) {
            Patch::Keep => return Ok((Patch::Keep, None)),
            Patch::Clear => return Ok((Patch::Clear, None)),
            Patch::Set(used) => used,
        };
        let template = self.named_template(actor, &used.id).await?;
        if used.per_copy {
            let fills_body = change.html.is_none() && change.text.is_none();
            let per_copy = PerCopy {
                subject: change.subject.is_none().then_some(template.subject),
                html: template.html.filter(|_| fills_body),
                text: template.text.filter(|_| fills_body),
                values: used.values,
                recipients: Vec::new(),
            };
            let per_copy = self.refill(actor, Some(&per_copy), change, recipients, regarding).await?;
            return Ok((Patch::Set(template.id), per_copy));
        }
        let recipient = fill::chosen(recipients, used.recipient.as_deref())?;
        let values = TemplateValues::read(self, actor, recipient, regarding.cloned(), &used.values).await?;
        let wanted = fill::Wanted {
            subject: change.subject.is_none(),
            body: change.html.is_none() && change.text.is_none(),
            several: used.recipient.is_none() && fill::is_for_several(recipients),
        };
        let filled = fill::draft(&template, &values, wanted)?;
        if let Some(subject) = filled.subject {
            change.subject = Some(subject);
        }
        if let Some(body) = filled.body {
            (change.html, change.text) = body::parts(body);
        }
        Ok((Patch::Set(template.id), None))
    }

    /// Fills what the draft shows of a template that is filled for each copy. Gives what is left of the template.
    async fn refill(
        &self,
        actor: &Actor,
        per_copy: Option<&PerCopy>,
        change: &mut MessageChange,
        recipients: &[Recipient],
        regarding: Option<&RecordRef>,
    ) -> Result<Option<PerCopy>, Refused> {
        let Some(per_copy) = per_copy else { return Ok(None) };
        let kept = per_copy::kept(per_copy, change)?;
        let filled = self.first_copy(actor, recipients, regarding, &kept).await?;
        change.subject = filled.subject.or(change.subject.take());
        if let Some(body) = filled.body {
            (change.html, change.text) = body::parts(body);
        }
        Ok(Some(kept))
    }

    /// The body before a change; `None` when nothing of it changes.
    async fn body_before(&self, draft: &Message, change: &MessageChange) -> Result<Option<Body>, Refused> {
        let template = matches!(change.template, Patch::Set(_));
        if change.html.is_none() && change.text.is_none() && !template && !draft.is_per_copy() {
            return Ok(None);
        }
        Ok(Some(self.blobs.body(draft.id, &draft.body).await?))
    }

    async fn thread(
        &self,
        actor: &Actor,
        answered: Option<InReplyTo>,
    ) -> Result<Option<domain::message::Thread>, Refused> {
        match answered {
            Some(answered) => self.thread_of(actor, &answered).await.map(Some),
            None => Ok(None),
        }
    }
}

fn fill_of(per_copy: Option<&PerCopy>) -> TemplateFill {
    if per_copy.is_some() { TemplateFill::PerCopy } else { TemplateFill::Once }
}

/// Notes in the index of people: which messages have to do with which addresses.
fn notes(message: &Message, recipients: &[Recipient]) -> Result<Vec<Write>, aws::store::Error> {
    let note = |recipient: &Recipient| Write::mail_with(message.org, &recipient.mailbox.email, message.id);
    recipients.iter().map(note).collect()
}

/// Lists a draft with the records that it did not have before.
fn draft_places(message: &Message, listed: &[RecordRef]) -> Result<Vec<Write>, aws::store::Error> {
    let activity = Activity::draft(message);
    let new = message.records().into_iter().filter(|record| !listed.contains(record));
    new.map(|record| Write::mail_activity(message.org, &record, &activity)).collect()
}
