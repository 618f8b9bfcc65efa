//! The types of the records that a draft names: those that the settings do not know are refused.

use domain::message::{Recipient, RecipientRole};
use domain::people::record::{RecordRef, RecordType};

use crate::{Actor, Checks, Code, Desk, Refused};

impl Desk {
    /// Refuses records of a type that the organisation does not have. The settings are only read for types of its own.
    pub(super) async fn check_types(
        &self,
        actor: &Actor,
        regarding: Option<&RecordRef>,
        recipients: &[Recipient],
    ) -> Result<(), Refused> {
        let mut named: Vec<(String, &RecordType)> = Vec::new();
        named.extend(regarding.map(|record| ("/regarding/type".to_owned(), &record.kind)));
        for (role, field) in [(RecipientRole::To, "to"), (RecipientRole::Cc, "cc"), (RecipientRole::Bcc, "bcc")] {
            let of_role = recipients.iter().filter(|recipient| recipient.role == role).enumerate();
            let records = of_role.filter_map(|(n, recipient)| recipient.record.as_ref().map(|record| (n, record)));
            named.extend(records.map(|(n, record)| (format!("/{field}/{n}/record/type"), &record.kind)));
        }
        named.retain(|(_, kind)| matches!(kind, RecordType::Custom(_)));
        if named.is_empty() {
            return Ok(());
        }

        let settings = self.store.settings(actor.org).await?;
        let mut checks = Checks::default();
        for (field, kind) in named {
            if !settings.knows(kind) {
                checks.add(field, Code::InvalidValue, "the settings name no such type of record");
            }
        }
        checks.finish()
    }
}
