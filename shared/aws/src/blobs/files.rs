//! Files of messages: uploaded by their authors, downloaded by recipients, each by an address that is signed for a while.

use domain::ground::id::{AttachmentId, MessageId};
use domain::message::attachment::{Attachment, Upload};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Blobs, DOWNLOAD_TIME, Error, Presigned, Uploaded, presigning, unavailable};

impl Blobs {
    /// A request with which the author uploads a file; exactly the announced size and type are let in, once.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub async fn presign_upload(&self, message: MessageId, file: &Attachment) -> Result<Presigned, Error> {
        self.presign_put(file_key(message, file.id), file.size, &file.content_type).await
    }

    /// The address of a file for one recipient, valid for five minutes: always a download, never a page.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub async fn presign_download(&self, message: MessageId, file: &Attachment) -> Result<String, Error> {
        let request = self.client.get_object().bucket(&self.bucket).key(file_key(message, file.id));
        let request = request
            .set_version_id(version(file))
            .response_content_type(file.served_type())
            .response_content_disposition(content_disposition(&file.filename));
        let signed = request.presigned(presigning(DOWNLOAD_TIME)?).await.map_err(|error| unavailable(&error))?;
        Ok(signed.uri().to_owned())
    }

    /// What arrived of a file; `None` when nothing did.
    pub async fn uploaded(&self, message: MessageId, file: AttachmentId) -> Result<Option<Uploaded>, Error> {
        self.head(file_key(message, file)).await
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// When it is missing or storage does not answer.
    pub async fn file(&self, message: MessageId, file: &Attachment) -> Result<Vec<u8>, Error> {
        self.get(file_key(message, file.id), version(file)).await
    }

    /// Removes a file; not an error when it is not there.
    pub async fn delete_file(&self, message: MessageId, file: AttachmentId) -> Result<(), Error> {
        self.delete(&file_key(message, file)).await
    }

    /// Removes all files of a message.
    pub async fn delete_files(&self, message: MessageId) -> Result<(), Error> {
        self.delete_all(format!("messages/{message}/files/"), None).await
    }
}

fn file_key(message: MessageId, file: AttachmentId) -> String {
    format!("messages/{message}/files/{file}")
}

fn version(file: &Attachment) -> Option<String> {
    match &file.upload {
        Upload::Ready { version } => version.clone(),
        Upload::Pending { .. } => None,
    }
}

/// RFC 6266 with the two spellings of the name: ASCII for old clients, UTF-8 for the others (RFC 8187).
pub(super) fn content_disposition(filename: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._-()".contains(c);
    let ascii: String = filename.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(filename, RESERVED))
}

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_travel_in_both_spellings() {
        assert_eq!(
            content_disposition("Angebot \"Ü\".pdf"),
            "attachment; filename=\"Angebot ___.pdf\"; filename*=UTF-8''Angebot%20%22%C3%9C%22.pdf"
        );
    }
}
