//! Track and don't track, with the preference of each recipient.

use aws::store::Next;
use domain::ground::id::MessageId;
use domain::message::tracking::{TrackingDecision, forbids};
use domain::message::{Message, MessageWithCopies, Recipient};
use domain::people::consent::Standing;

use crate::records::standing;
use crate::{Actor, Desk, Prepared, Refused};

/// Whether a message is tracked, and what its recipients allow.
#[derive(Debug, Clone)]
pub struct MessagePreferences {
    /// The decision.
    pub decision: TrackingDecision,
    /// What the author asked for.
    pub requested: bool,
    /// The recipients in their order.
    pub recipients: Vec<RecipientPreference>,
}

/// What a recipient allows.
#[derive(Debug, Clone)]
pub struct RecipientPreference {
    /// The recipient.
    pub recipient: Recipient,
    /// The preferences of their records.
    pub standing: Standing,
    /// True when they are tracked, by the rules of the organisation.
    pub allowed: bool,
}

impl Desk {
    /// Whether a message is tracked, and what its recipients allow now.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn preferences(&self, stored: &MessageWithCopies) -> Result<MessagePreferences, Refused> {
        let MessageWithCopies { message, copies } = stored;
        let settings = self.store.settings(message.org).await?;
        let standings = self.standings(message.org, &message.recipients).await?;
        let decision = message.tracking(copies, &settings, &standings);
        let mut recipients = message.recipients.clone();
        standing::name_records(&mut recipients, &standings);
        let recipients = recipients.into_iter().zip(standings);
        let preference = |(recipient, standing): (Recipient, Standing)| {
            let allowed = !forbids(standing.preference, &settings);
            RecipientPreference { recipient, standing, allowed }
        };
        let recipients = recipients.map(preference).collect();
        Ok(MessagePreferences { decision, requested: message.tracking_requested, recipients })
    }

    /// Whether a draft would be tracked if it were sent now.
    pub(super) async fn tracking_of_draft(&self, draft: &Message) -> Result<TrackingDecision, Refused> {
        let settings = self.store.settings(draft.org).await?;
        let standings = self.standings_of_draft(draft).await?;
        Ok(draft.tracking(&[], &settings, &standings))
    }

    /// Prepares that a draft is tracked, or not. Asked again, the preferences of its recipients are looked up again.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`], [`crate::Code::NotEditable`].
    pub async fn request_tracking(
        &self,
        actor: &Actor,
        id: MessageId,
        requested: bool,
    ) -> Result<Prepared<MessageWithCopies>, Refused> {
        let before = self.draft(actor, id).await?;
        let after = Message { tracking_requested: requested, ..before.clone() };
        let next = Next::message(&before, after)?;
        Ok(Prepared::of(actor, next).map(MessageWithCopies::draft))
    }
}
