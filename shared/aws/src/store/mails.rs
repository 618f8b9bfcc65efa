//! Which copy a mail was, by the id that the mail service gave it. Events without tags and replies are joined by it.

use domain::message::copy::delivery::MailRef;

use super::table::{Condition, Item};
use super::{Error, Store, keys};

impl Store {
    /// Remembers which copy a mail was. The same mail always was the same copy.
    pub async fn put_mail(&self, ses_id: &str, mail: &MailRef) -> Result<(), Error> {
        self.table.put(Item::new(&keys::mail(ses_id), mail)?, Condition::Any).await
    }

    /// Which copy a mail was.
    pub async fn mail(&self, ses_id: &str) -> Result<Option<MailRef>, Error> {
        self.table.get(&keys::mail(ses_id)).await
    }
}
