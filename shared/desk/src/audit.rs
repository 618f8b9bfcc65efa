//! The audit log: written with what it tells, and read by administrators.

use aws::store::{Error, Write};
use domain::ground::id::AuditId;
use domain::team::audit::{ActorId, AuditAction, AuditLine};
use domain::team::settings::Settings;

use crate::{Actor, Desk, Refused};

/// How many lines a filter looks at for one page. A page may hold fewer than asked for, and still have a next one.
const EXAMINED: i32 = 500;

/// Filters of the log; what is `None` lets everything pass.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only what this user or integration did.
    pub actor: Option<ActorId>,
    /// Only this.
    pub action: Option<AuditAction>,
}

/// A page of the log, the newest first.
#[derive(Debug)]
pub struct AuditPage {
    /// The lines.
    pub items: Vec<AuditLine>,
    /// The line at which the page ended; `None` on the last one.
    pub next: Option<AuditId>,
}

impl AuditFilter {
    fn lets(&self, line: &AuditLine) -> bool {
        self.actor.as_ref().is_none_or(|actor| line.actor.as_ref() == Some(actor))
            && self.action.is_none_or(|action| line.action == action)
    }
}

impl Desk {
    /// A page of the audit log behind `after`.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn audit(
        &self,
        actor: &Actor,
        filter: &AuditFilter,
        after: Option<AuditId>,
        limit: usize,
    ) -> Result<AuditPage, Refused> {
        let (lines, more) = self.store.audit(actor.org, after, EXAMINED, actor.now).await?;
        let examined = lines.last().map(|line| line.id);
        let mut found: Vec<AuditLine> = lines.into_iter().filter(|line| filter.lets(line)).collect();
        if found.len() > limit {
            found.truncate(limit);
            let next = found.last().map(|line| line.id);
            return Ok(AuditPage { items: found, next });
        }
        Ok(AuditPage { items: found, next: if more { examined } else { None } })
    }

    /// The line for what the actor does, to be written together with it.
    pub(crate) async fn audited(
        &self,
        actor: &Actor,
        action: AuditAction,
        target: impl std::fmt::Display,
    ) -> Result<Write, Error> {
        let settings = self.store.settings(actor.org).await?;
        self.audit_line(actor, &settings, action, target)
    }

    /// The same where the settings are known.
    pub(crate) fn audit_line(
        &self,
        actor: &Actor,
        settings: &Settings,
        action: AuditAction,
        target: impl std::fmt::Display,
    ) -> Result<Write, Error> {
        let line = AuditLine {
            id: AuditId::new(actor.now, self.ids.next()),
            at: actor.now,
            actor: actor.id().ok(),
            key: actor.key.clone(),
            door: actor.door,
            action,
            target: target.to_string(),
            request_id: actor.request_id.clone(),
            expires_at: actor.now + settings.audit_retention(),
        };
        Write::audit(actor.org, &line)
    }
}
