//! Replies of a batch: each is kept once, then all of the message are counted anew.

use aws::store::{Error, Figures};
use domain::message::Message;
use domain::signs::reply::{MAX_REPLIES, Reply};

use crate::App;

/// Keeps the new ones and puts the number of answers in place. Beyond [`MAX_REPLIES`] of a kind, nothing more of it is kept.
/// Answers by persons are a kind of their own: forged or automatic mail never takes their place.
pub(crate) async fn count(app: &App, message: &Message, new: &[Reply], summary: Figures) -> Result<Figures, Error> {
    if new.is_empty() {
        return Ok(summary);
    }
    let mut all = app.store.replies(message.id).await?;
    for reply in new {
        let alike = all.iter().filter(|known| known.is_answer() == reply.is_answer()).count();
        if alike < MAX_REPLIES && !all.iter().any(|known| known.is_same_mail(reply)) {
            if let Some(from) = &reply.from {
                app.store.note_mail(message.org, from, message.id).await?;
            }
            app.store.put_reply(message.id, reply).await?;
            all.push(reply.clone());
        }
    }
    Ok(Figures { kpis: summary.kpis.with_replies(&all), ..summary })
}
