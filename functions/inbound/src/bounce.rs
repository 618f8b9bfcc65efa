//! A server's report that comes as a mail, made into what the mail service itself would have told.

use aws::lambda::ses::arrival::Arrival;
use domain::copy::delivery::{Bounce, MailRef, News, Notice, Report};

use crate::belongs::Belongs;
use crate::letter::Letter;
use crate::{App, Later};

/// The longest reason that is kept, in characters.
const MAX_DETAIL: usize = 300;

/// The report, when it can be believed: from a verified sender, about the address that the copy went to.
pub(crate) async fn report(
    app: &App,
    arrival: &Arrival,
    letter: &Letter,
    belongs: &Belongs,
) -> Result<Option<Report>, Later> {
    let Some(said) = letter.mail().report.as_ref().filter(|_| letter.is_verified(arrival, &belongs.message)) else {
        return Ok(None);
    };
    let failed = said.recipient.as_deref().unwrap_or_default();
    let recipients = (0..).zip(&belongs.message.recipients);
    let mut named = recipients.filter(|(_, recipient)| recipient.mailbox.email.as_str().eq_ignore_ascii_case(failed));
    let Some((recipient, _)) = named.next() else { return Ok(None) };
    let Some(copy) = app.store.copy(belongs.message.id, recipient).await? else { return Ok(None) };
    let (Some(attempt), Some(ses_id)) = (copy.attempt, copy.ses_id) else { return Ok(None) };
    let words =
        [said.status.as_deref(), said.diagnostic.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let words = words.split(|c: char| c.is_whitespace() || c.is_control()).collect::<Vec<_>>().join(" ");
    let detail = words.chars().take(MAX_DETAIL).collect();
    Ok(Some(Report {
        ses_id,
        accepted_at: copy.sent_at.unwrap_or(arrival.at),
        mail: Some(MailRef { message: belongs.message.id, recipient, attempt }),
        news: News::Bounced(Bounce { notice: Notice { at: arrival.at, detail }, hard: said.is_hard() }),
    }))
}
