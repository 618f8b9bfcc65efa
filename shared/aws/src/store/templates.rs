//! Templates of an organisation.

use domain::ground::id::{OrgId, TemplateId};
use domain::message::template::Template;

use super::table::{Item, Range};
use super::{Error, Next, Store, keys};

impl Next<Template> {
    /// The next version of a template; without one before, a new template.
    ///
    /// # Errors
    /// When the template cannot be serialized.
    pub fn template(org: OrgId, before: Option<&Template>, after: Template) -> Result<Self, Error> {
        Self::version(&keys::template(org, after.id), before, after)
    }
}

impl Store {
    /// A template.
    pub async fn template(&self, org: OrgId, id: TemplateId) -> Result<Option<Template>, Error> {
        self.table.get(&keys::template(org, id)).await
    }

    /// All templates of an organisation, the oldest first; may lag behind the last write.
    pub async fn templates(&self, org: OrgId) -> Result<Vec<Template>, Error> {
        let range = Range { eventual: true, ..Range::prefix("tpl_") };
        let items = self.table.query(&keys::templates(org), &range).await?;
        items.into_iter().map(Item::read).collect()
    }

    /// Forgets a template; messages that were made from it stay as they are.
    pub async fn delete_template(&self, org: OrgId, id: TemplateId) -> Result<(), Error> {
        self.table.delete(&keys::template(org, id)).await
    }
}
