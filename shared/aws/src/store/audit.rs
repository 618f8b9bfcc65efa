//! The audit log of an organisation: lines that are only ever added, and that DynamoDB deletes when their time is over.

use domain::ground::id::{AuditId, OrgId};
use domain::team::audit::AuditLine;
use jiff::Timestamp;

use super::table::{Condition, Item, Range};
use super::{Error, Store, Write, keys};

impl Write {
    /// A line of the audit log, in the transaction of what it tells.
    ///
    /// # Errors
    /// When the line cannot be serialized.
    pub fn audit(org: OrgId, line: &AuditLine) -> Result<Self, Error> {
        let item = Item::new(&keys::audit_line(org, line.id), line)?.expiring(line.expires_at);
        Ok(Self::item(item, Condition::Any))
    }
}

impl Store {
    /// Lines behind one, the newest first, of which none is over at `now`. Also says whether there may be more.
    pub async fn audit(
        &self,
        org: OrgId,
        after: Option<AuditId>,
        limit: i32,
        now: Timestamp,
    ) -> Result<(Vec<AuditLine>, bool), Error> {
        let all = Range::prefix(AuditId::PREFIX);
        let to = after.map_or(all.to, |after| after.to_string());
        // The line itself is read again.
        let range = Range { from: all.from, to, backward: true, limit: Some(limit + 1), ..Range::default() };
        let items = self.table.query(&keys::audit(org), &range).await?;
        let more = i32::try_from(items.len()).is_ok_and(|read| read > limit);
        let lines = items.into_iter().map(Item::read::<AuditLine>).collect::<Result<Vec<_>, _>>()?;
        let shown = |line: &AuditLine| now < line.expires_at && Some(line.id) != after;
        Ok((lines.into_iter().filter(shown).collect(), more))
    }
}
