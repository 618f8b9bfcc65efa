//! Files of a message. The bytes go straight to storage; the desk keeps the announcement.

use aws::blobs::Presigned;
use aws::store::{Next, Write};
use domain::ground::id::{AttachmentId, MessageId};
use domain::ground::name;
use domain::message::attachment::{Attachment, MAX_COUNT, MAX_SIZE, UPLOAD_TIME, Upload, is_content_type};
use domain::message::{Message, MessageState};
use jiff::Timestamp;

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
    /// Linked and counted, or attached as it is.
    pub tracked: bool,
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
    /// The request that uploads it, and until when it is valid.
    pub upload: Option<(Presigned, Timestamp)>,
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
    /// [`Code::NotFound`], [`Code::NotEditable`], [`Code::TooManyAttachments`], or a field at fault.
    pub async fn announce_file(
        &self,
        actor: &Actor,
        id: MessageId,
        input: FileAnnouncement,
    ) -> Result<Prepared<FileDetails>, Refused> {
        let message = self.draft(actor, id).await?;
        input.check()?;
        if self.store.attachments(message.id).await?.len() >= MAX_COUNT {
            return Err(Refused::because(Code::TooManyAttachments, "a message has at most 10 files"));
        }
        let file = Attachment {
            id: AttachmentId::new(actor.now, self.ids.next()),
            filename: input.filename,
            content_type: input.content_type,
            size: input.size,
            tracked: input.tracked,
            upload: Upload::Pending { expires_at: actor.now + UPLOAD_TIME },
            expires_at: None,
            revoked: false,
            version: 0,
        };
        let next = Next::attachment(message.id, None, file)?;
        let details = self.file_details(message.id, next.value.clone()).await?;
        Ok(Prepared::of(actor, next).with(Write::touched(&message)?).map(|_| details))
    }

    /// A file. One whose bytes are awaited gets a new address to upload them to, for its owner only.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn file(&self, actor: &Actor, id: MessageId, file: &str) -> Result<FileDetails, Refused> {
        let message = self.message(actor, id).await?.message;
        let mut file = self.find_file(&message, file).await?;
        if !owns(actor, &message) {
            return Ok(FileDetails { file, upload: None });
        }
        if !file.is_ready() && message.state == MessageState::Draft {
            let upload = Upload::Pending { expires_at: actor.now + UPLOAD_TIME };
            let next = Next::attachment(message.id, Some(&file), Attachment { upload, ..file.clone() })?;
            file = self.store.write(next).await?;
        }
        self.file_details(message.id, file).await
    }

    /// The files of a message, each as [`Desk::file`] gives it, but with the address that it has.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub async fn list_files(&self, actor: &Actor, id: MessageId) -> Result<Vec<FileDetails>, Refused> {
        let message = self.message(actor, id).await?.message;
        let mut details = Vec::new();
        for file in self.files(&message).await? {
            details.push(if owns(actor, &message) {
                self.file_details(id, file).await?
            } else {
                FileDetails { file, upload: None }
            });
        }
        Ok(details)
    }

    /// Changes a file.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::NotEditable`] when the message was sent and `tracked` would change.
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
            let message = self.own_message(actor, id).await?.message;
            let before = self.find_file(&message, file).await?;
            match self.write_file(&message, &before, change.clone()).await {
                Err(Refused { code: Code::ChangedMeanwhile, .. }) if tries < TRIES => {}
                written => return self.file_details(id, written?).await,
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
        let file = self.find_file(&message, file).await?;
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

    /// Why a message cannot leave with this file; `None` when its bytes are there as they were announced.
    pub(super) async fn missing_bytes(
        &self,
        message: MessageId,
        file: &Attachment,
        now: Timestamp,
    ) -> Result<Option<Refused>, Refused> {
        let Upload::Pending { expires_at } = file.upload else { return Ok(None) };
        let (code, detail) = match self.blobs.uploaded(message, file.id).await? {
            Some(_) => (Code::AttachmentSizeMismatch, "was uploaded with another size than announced"),
            None if now < expires_at => (Code::AttachmentPending, "has not been uploaded yet"),
            None => (Code::UploadExpired, "was not uploaded in time; GET it for a new address, or DELETE it"),
        };
        Ok(Some(Refused::because(code, format!("{} {detail}", file.id))))
    }

    async fn find_file(&self, message: &Message, id: &str) -> Result<Attachment, Refused> {
        let files = self.files(message).await?;
        files.into_iter().find(|file| file.id.to_string() == id).ok_or_else(Refused::not_found)
    }

    async fn file_details(&self, message: MessageId, file: Attachment) -> Result<FileDetails, Refused> {
        let upload = match file.upload {
            Upload::Pending { expires_at } => Some((self.blobs.presign_upload(message, &file).await?, expires_at)),
            Upload::Ready { .. } => None,
        };
        Ok(FileDetails { file, upload })
    }
}

/// Only an owner uploads.
fn owns(actor: &Actor, message: &Message) -> bool {
    actor.user.as_ref().is_some_and(|user| user.id == message.owner)
}
