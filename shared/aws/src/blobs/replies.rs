//! Files that came with an answer: taken out of the mail when somebody reads it, and deleted with the message.

use domain::ground::id::{EventId, MessageId};

use super::files::content_disposition;
use super::{Blobs, DOWNLOAD_TIME, Error, presigning, unavailable};

impl Blobs {
    /// Keeps a file of an answer by its place, unless it is there, and gives its address, valid for five minutes: always a
    /// download, never a page. `content_type` is a type that nothing runs as.
    ///
    /// # Errors
    /// When storage does not answer.
    pub async fn reply_file(
        &self,
        message: MessageId,
        reply: EventId,
        (n, filename, content_type): (usize, &str, &str),
        bytes: Vec<u8>,
    ) -> Result<String, Error> {
        let key = format!("{}{n}", prefix(message, reply));
        if self.head(key.clone()).await?.is_none() {
            self.put(key.clone(), bytes, content_type).await?;
        }
        let request = self.client.get_object().bucket(&self.bucket).key(key);
        let request =
            request.response_content_type(content_type).response_content_disposition(content_disposition(filename));
        let signed = request.presigned(presigning(DOWNLOAD_TIME)?).await.map_err(|error| unavailable(&error))?;
        Ok(signed.uri().to_owned())
    }

    /// Removes the files of an answer.
    pub async fn delete_reply_files(&self, message: MessageId, reply: EventId) -> Result<(), Error> {
        self.delete_all(prefix(message, reply), None).await
    }
}

fn prefix(message: MessageId, reply: EventId) -> String {
    format!("messages/{message}/replies/{reply}/")
}
