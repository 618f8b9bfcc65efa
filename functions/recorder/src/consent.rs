//! What of a batch may be recorded: an objection holds for mail that was sent before it as well.
//!
//! The reads see every write before them, and a hit is older than its batch: whoever objected before the hit is seen.

use std::collections::BTreeMap;

use aws::store::Error;
use domain::message::Message;
use domain::message::tracking::forbids;
use domain::people::consent::Standing;
use domain::signs::event::Hit;
use domain::team::settings::Settings;

use crate::App;

/// The hits that the organisation and the recipients let be recorded.
pub(crate) async fn permitted(
    app: &App,
    message: &Message,
    settings: &Settings,
    mut hits: Vec<Hit>,
) -> Result<Vec<Hit>, Error> {
    hits.retain(|hit| settings.records(hit.at));
    let mut standings: BTreeMap<u16, Standing> = BTreeMap::new();
    for hit in &hits {
        let recipient = message.recipient(hit.recipient);
        if let Some(recipient) = recipient.filter(|_| !standings.contains_key(&hit.recipient)) {
            let named = recipient.record.as_ref();
            let standing = app.store.standing(message.org, &recipient.mailbox.email, named).await?;
            standings.insert(hit.recipient, standing);
        }
    }
    let objected = |hit: &Hit| {
        let standing = standings.get(&hit.recipient);
        standing.is_none_or(|standing| standing.objected(hit.at) || forbids(standing.preference, settings))
    };
    hits.retain(|hit| !objected(hit));
    Ok(hits)
}
