//! Files of a message. The bytes go straight to storage; the desk keeps the announcement.

use aws::blobs::Presigned;
use aws::store::{Next, Write};
use domain::ground::id::{AttachmentId, MessageId};
use domain::ground::name;
use domain::message::attachment::{Attachment, LeavesAs, MAX_COUNT, MAX_SIZE, UPLOAD_TIME, Upload, is_content_type};
use domain::message::{Message, MessageState, MessageWithCopies, TrackingState};
use jiff::Timestamp;
use mail::plan::plan;

use crate::{Actor, Checks, Code, Desk, Patch, Prepared, Refused, TRIES};

/// A file that will be uploaded.
#[derive(Debug, Clone)]
pub struct FileAnnouncement {
    /// A plain file name, up to 200 octets.
    pub filename: String,
    /// `type/subtype`, with parameters if there are any.
    pub content_type: String,
    /// In bytes, 1 to 25 MiB. Exactly this many are let in.
    pub size: u64,
    /// Linked and counted, or attached as it is. When left out, as the message is tracked.
    pub tracked: Option<bool>,
}

/// A change of a file.
#[derive(Debug, Clone, Default)]
pub struct FileChange {
    /// Linked and counted, or attached as it is; until the message is sent.
    pub tracked: Option<bool>,
    /// Ends downloads, or allows them again.
    pub revoked: Option<bool>,
    /// Downloads end at this instant.
    pub expires_at: Patch<Timestamp>,
}

/// A file, and how to upload it while its bytes are awaited.
#[derive(Debug, Clone)]
pub struct FileDetails {
    /// The file.
    pub file: Attachment,
    /// How it leaves, or left, in the copies that are tracked as the message is.
    pub leaves_as: LeavesAs,
    /// The request that uploads it, and until when it is valid.
    pub upload: Option<(Presigned, Timestamp)>,
}

impl FileDetails {
    /// The file as somebody may see it: only an owner uploads.
    fn shown_to(self, owns: bool) -> Self {
        if owns { self } else { Self { upload: None, ..self } }
    }
}

impl FileAnnouncement {
    fn check(&self) -> Result<(), Refused> {
        let mut checks = Checks::default();
        checks.keep("/filename", Code::InvalidFilename, name::filename(&self.filename));
        if !is_content_type(&self.content_type) {
            checks.add(
                "/content_type",
                Code::InvalidContentType,
                "expected type/subtype, and parameters if there are any",
            );
        }
        if !(1..=MAX_SIZE).contains(&self.size) {
            checks.add("/size", Code::InvalidSize, "from 1 byte to 25 MiB");
        }
        checks.finish()
    }
}

impl Desk {
    /// Prepares a file of a draft and the request that uploads it.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotEditable`], [`Code::TooManyAttachments`], [`Code::NeedsTracking`], or a field at fault.
    pub async fn announce_file(
        &self,
        actor: &Actor,
        id: MessageId,
        input: FileAnnouncement,
    ) -> Result<Prepared<FileDetails>, Refused> {
        let message = self.draft(actor, id).await?;
        input.check()?;
        let mut files = self.store.attachments(message.id).await?;
        if files.len() >= MAX_COUNT {
            return Err(Refused::because(Code::TooManyAttachments, "a message has at most 10 files"));
        }
        let tracked = self.file_is_tracked(&message, input.tracked).await?;
        let file = Attachment {
            id: AttachmentId::new(actor.now, self.ids.next()),
            filename: input.filename,
            content_type: input.content_type,
            size: input.size,
            tracked,
            upload: Upload::Pending { expires_at: actor.now + UPLOAD_TIME },
            expires_at: None,
            revoked: false,
            version: 0,
        };
        let next = Next::attachment(message.id, None, file)?;
        files.push(next.value.clone());
        let stored = MessageWithCopies::draft(message.clone());
        let details = self.file_details(&stored, files, next.value.id).await?;
        Ok(Prepared::of(actor, next).with(Write::touched(&message)?).map(|_| details))
    }

    /// A file. One whose bytes are awaited gets a new address to upload them to, for its owner only.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn file(&self, actor: &Actor, id: MessageId, file: &str) -> Result<FileDetails, Refused> {
        let stored = self.message(actor, id).await?;
        let message = &stored.message;
        let mut files = self.files(message).await?;
        let file = find(&mut files, file)?;
        let owns = owns(actor, message);
        if owns && !file.is_ready() && message.state == MessageState::Draft {
            let upload = Upload::Pending { expires_at: actor.now + UPLOAD_TIME };
            let next = Next::attachment(message.id, Some(file), Attachment { upload, ..file.clone() })?;
            *file = self.store.write(next).await?;
        }
        let id = file.id;
        Ok(self.file_details(&stored, files, id).await?.shown_to(owns))
    }

    /// The files of a message, each as [`Desk::file`] gives it, but with the address that it has.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn list_files(&self, actor: &Actor, id: MessageId) -> Result<Vec<FileDetails>, Refused> {
        let stored = self.message(actor, id).await?;
        let files = self.files(&stored.message).await?;
        let details = self.details_of_files(&stored, files).await?;
        let owns = owns(actor, &stored.message);
        Ok(details.into_iter().map(|details| details.shown_to(owns)).collect())
    }

    /// Changes a file.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::NotEditable`] when the message was sent and `tracked` would change; [`Code::NeedsTracking`].
    pub async fn change_file(
        &self,
        actor: &Actor,
        id: MessageId,
        file: &str,
        change: FileChange,
    ) -> Result<FileDetails, Refused> {
        let mut tries = 0;
        loop {
            tries += 1;
            let stored = self.own_message(actor, id).await?;
            let mut files = self.files(&stored.message).await?;
            let found = find(&mut files, file)?;
            match self.write_file(&stored.message, found, change.clone()).await {
                Err(Refused { code: Code::ChangedMeanwhile, .. }) if tries < TRIES => {}
                written => {
                    *found = written?;
                    let id = found.id;
                    return self.file_details(&stored, files, id).await;
                }
            }
        }
    }

    async fn write_file(
        &self,
        message: &Message,
        before: &Attachment,
        change: FileChange,
    ) -> Result<Attachment, Refused> {
        let is_draft = message.state == MessageState::Draft;
        if change.tracked.is_some() && !is_draft {
            return Err(Refused::not_editable());
        }
        if change.tracked == Some(true) {
            self.file_is_tracked(message, change.tracked).await?;
        }
        let after = Attachment {
            tracked: change.tracked.unwrap_or(before.tracked),
            revoked: change.revoked.unwrap_or(before.revoked),
            expires_at: change.expires_at.over(before.expires_at),
            ..before.clone()
        };
        let mut next = Next::attachment(message.id, Some(before), after)?;
        if is_draft {
            next.writes.extend(Write::touched(message)?);
        }
        Ok(self.store.write(next).await?)
    }

    /// Removes a file from a draft.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::NotEditable`].
    pub async fn remove_file(&self, actor: &Actor, id: MessageId, file: &str) -> Result<(), Refused> {
        let message = self.draft(actor, id).await?;
        let file = find(&mut self.files(&message).await?, file)?.clone();
        let mut writes = Write::touched(&message)?;
        writes.push(Write::no_attachment(message.id, file.id));
        self.store.commit(writes, None).await?;
        self.blobs.delete_file(message.id, file.id).await?;
        Ok(())
    }

    /// The files of a message. Of a draft, the arrival of their bytes is noted.
    pub(crate) async fn files(&self, message: &Message) -> Result<Vec<Attachment>, Refused> {
        let mut files = Vec::new();
        for file in self.store.attachments(message.id).await? {
            if file.is_ready() || message.state != MessageState::Draft {
                files.push(file);
            } else {
                files.extend(self.note_arrival(message.id, file).await?);
            }
        }
        Ok(files)
    }

    /// Notes the arrival of a file that has exactly the announced size. Gives the file as it is, if it is still there.
    async fn note_arrival(&self, message: MessageId, file: Attachment) -> Result<Option<Attachment>, Refused> {
        let uploaded = self.blobs.uploaded(message, file.id).await?;
        let Some(uploaded) = uploaded.filter(|uploaded| uploaded.size == file.size) else { return Ok(Some(file)) };
        let ready = Attachment { upload: Upload::Ready { version: uploaded.version }, ..file.clone() };
        match self.store.write(Next::attachment(message, Some(&file), ready)?).await {
            Err(aws::store::Error::Conflict) => Ok(self.store.attachment(message, file.id).await?),
            written => Ok(Some(written?)),
        }
    }

    /// Why a message cannot leave with this file, in words; `None` when its bytes are there as they were announced.
    pub(super) async fn missing_bytes(
        &self,
        message: MessageId,
        file: &Attachment,
        now: Timestamp,
    ) -> Result<Option<(Code, String)>, Refused> {
        let Upload::Pending { expires_at } = file.upload else { return Ok(None) };
        let (code, detail) = match self.blobs.uploaded(message, file.id).await? {
            Some(uploaded) if uploaded.size == file.size => return Ok(None),
            Some(_) => (Code::AttachmentSizeMismatch, "was uploaded with another size than announced"),
            None if now < expires_at => (Code::AttachmentPending, "has not been uploaded yet"),
            None => (Code::UploadExpired, "was not uploaded in time; GET it for a new address, or DELETE it"),
        };
        Ok(Some((code, format!("{} {detail}", file.id))))
    }

    /// Whether a new file of a draft is tracked: only a tracked message can have tracked files.
    async fn file_is_tracked(&self, draft: &Message, wanted: Option<bool>) -> Result<bool, Refused> {
        let possible = wanted != Some(false) && self.tracking_of_draft(draft).await?.state == TrackingState::On;
        if wanted == Some(true) && !possible {
            let detail = "only a message that is tracked can have tracked files";
            return Err(Refused::field("/tracked", Code::NeedsTracking, detail));
        }
        Ok(possible)
    }

    async fn file_details(
        &self,
        stored: &MessageWithCopies,
        files: Vec<Attachment>,
        id: AttachmentId,
    ) -> Result<FileDetails, Refused> {
        let all = self.details_of_files(stored, files).await?;
        all.into_iter().find(|details| details.file.id == id).ok_or_else(Refused::not_found)
    }

    /// The files of a message, with the way in which each leaves.
    async fn details_of_files(
        &self,
        stored: &MessageWithCopies,
        files: Vec<Attachment>,
    ) -> Result<Vec<FileDetails>, Refused> {
        let message = &stored.message;
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let tracked = match message.state {
            MessageState::Draft => self.tracking_of_draft(message).await?.state == TrackingState::On,
            _ => message.tracked,
        };
        let body = self.blobs.body(message.id, &message.body).await?;
        let leaves = plan(message, &body, &files, tracked).files;

        let mut details = Vec::new();
        for (file, leaves_as) in files.into_iter().zip(leaves) {
            let upload = match file.upload {
                Upload::Pending { expires_at } => {
                    Some((self.blobs.presign_upload(message.id, &file).await?, expires_at))
                }
                Upload::Ready { .. } => None,
            };
            details.push(FileDetails { file, leaves_as, upload });
        }
        Ok(details)
    }
}

fn owns(actor: &Actor, message: &Message) -> bool {
    actor.user.as_ref().is_some_and(|user| user.id == message.owner)
}

fn find<'a>(files: &'a mut [Attachment], id: &str) -> Result<&'a mut Attachment, Refused> {
    files.iter_mut().find(|file| file.id.to_string() == id).ok_or_else(Refused::not_found)
}
