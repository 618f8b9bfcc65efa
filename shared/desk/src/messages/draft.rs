//! Drafts: saved, and changed until they are sent.

use aws::store::{Next, Write};
use domain::ground::id::MessageId;
use domain::message::{Body, Message, MessageState, MessageWithCopies, Recipient};
use domain::people::activity::Activity;
use domain::people::record::RecordRef;
use domain::signs::engagement::Kpis;

use super::fill::{self, TemplateValues};
use super::input::{MessageChange, replace_recipients};
use super::{Content, InReplyTo, Known, MessageDetails, body};
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
        let template = self.fill(actor, &mut change, &recipients, regarding.as_ref()).await?;
        let settings = self.store.settings(actor.org).await?;

        let id = MessageId::new(actor.now, self.ids.next());
        let body = body::changed(&Body::empty(), change.html, change.text).unwrap_or_else(Body::empty);
        let message = Message {
            id,
            org: actor.org,
            owner: actor.user()?.id,
            from: actor.user()?.mailbox.clone(),
            recipients,
            subject: change.subject.unwrap_or_default(),
            regarding,
            template: template.over(None),
            metadata: change.metadata.unwrap_or_default(),
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
            let content = Content { body, files: Vec::new(), reminder: None };
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
        let template = self.fill(actor, &mut change, &recipients, regarding.as_ref()).await?;
        let body = self.changed_body(&before, change.html, change.text).await?;
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
            metadata: change.metadata.unwrap_or_else(|| before.metadata.clone()),
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

    /// Fills subject and body from a template where they are not given. Gives what becomes of the draft's template.
    async fn fill(
        &self,
        actor: &Actor,
        change: &mut MessageChange,
        recipients: &[Recipient],
        regarding: Option<&RecordRef>,
    ) -> Result<Patch<domain::ground::id::TemplateId>, Refused> {
        let used = match std::mem::take(&mut change.template) {
            Patch::Keep => return Ok(Patch::Keep),
            Patch::Clear => return Ok(Patch::Clear),
            Patch::Set(used) => used,
        };
        let template = self.named_template(actor, &used.id).await?;
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
        Ok(Patch::Set(template.id))
    }

    /// The name of the body after a change; that of the one before when nothing of it changes.
    async fn changed_body(
        &self,
        draft: &Message,
        html: Option<String>,
        text: Option<String>,
    ) -> Result<String, Refused> {
        if html.is_none() && text.is_none() {
            return Ok(draft.body.clone());
        }
        let before = self.blobs.body(draft.id, &draft.body).await?;
        match body::changed(&before, html, text) {
            Some(body) => Ok(self.blobs.put_body(draft.id, &body).await?),
            None => Ok(draft.body.clone()),
        }
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
