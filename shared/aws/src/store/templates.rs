//! Templates of an organisation.

use domain::ground::id::{OrgId, TemplateId};
use domain::message::template::Template;

use super::idempotency::{self, Idempotency};
use super::table::{Condition, Item, Range};
use super::{Error, Store, keys};

impl Store {
    /// A template.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn template(&self, org: OrgId, id: TemplateId) -> Result<Option<Template>, Error> {
        self.table.get(&keys::template(org, id)).await
    }

    /// All templates of an organisation, the oldest first; may lag behind the last write.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn templates(&self, org: OrgId) -> Result<Vec<Template>, Error> {
        let range = Range { eventual: true, ..Range::prefix("tpl_") };
        let items = self.table.query(&keys::templates(org), &range).await?;
        items.into_iter().map(Item::read).collect()
    }

    /// Saves a new template, and the answer that was given to its author.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the request was answered before.
    pub async fn create_template(
        &self,
        org: OrgId,
        template: &Template,
        answer: Option<&Idempotency>,
    ) -> Result<(), Error> {
        let item = Item::new(&keys::template(org, template.id), template)?;
        match answer {
            None => self.table.put(item, Condition::Absent).await,
            Some(answer) => {
                let answer = idempotency::write(org, answer)?;
                self.table.transact(vec![(item, Condition::Absent), answer]).await
            }
        }
    }

    /// Saves the next version of a template.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was changed since it was read.
    pub async fn replace_template(&self, org: OrgId, template: &Template) -> Result<(), Error> {
        let condition = Condition::Version(template.version - 1);
        self.table.put(Item::new(&keys::template(org, template.id), template)?, condition).await
    }

    /// Forgets a template; messages that were made from it stay as they are.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn delete_template(&self, org: OrgId, id: TemplateId) -> Result<(), Error> {
        self.table.delete(&keys::template(org, id)).await
    }
}
