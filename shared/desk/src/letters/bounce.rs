//! A server's report that comes as a mail, made into what the mail service itself would have told.

use aws::lambda::ses::arrival::Arrival;
use domain::message::copy::delivery::{Bounce, DeliveryNews, DeliveryNotice, MailRef, SesReport};

use mail::parse::DeliveryReport;

use aws::store::{Error, Store};

use super::belongs::Belongs;
use super::letter::Letter;

/// The report, when it can be believed: from a verified sender, about the address that the copy went to.
pub(crate) async fn report(
    store: &Store,
    arrival: &Arrival,
    letter: &Letter,
    belongs: &Belongs,
) -> Result<Option<SesReport>, Error> {
    if !letter.is_verified(arrival, &belongs.message) {
        return Ok(None);
    }
    let mail = letter.mail();
    let said = mail.report.as_ref();
    // Servers that write no report (Exim) name the address in a header.
    let named = said.and_then(|said| said.recipient.as_deref()).or_else(|| mail.header("x-failed-recipients").next());
    let failed = named.unwrap_or_default();
    let recipients = (0..).zip(&belongs.message.recipients);
    let mut named = recipients.filter(|(_, recipient)| recipient.mailbox.email.as_str().eq_ignore_ascii_case(failed));
    let Some((recipient, _)) = named.next() else { return Ok(None) };
    let Some(copy) = store.copy(belongs.message.id, recipient).await? else { return Ok(None) };
    let (Some(attempt), Some(ses_id)) = (copy.attempt, copy.ses_id) else { return Ok(None) };
    let words = [said.and_then(|said| said.status.as_deref()), said.and_then(|said| said.diagnostic.as_deref())];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let words = if words.is_empty() { "sent back" } else { &words };
    Ok(Some(SesReport {
        ses_id,
        accepted_at: copy.sent_at.unwrap_or(arrival.at),
        mail: Some(MailRef { message: belongs.message.id, recipient, attempt }),
        news: DeliveryNews::Bounced(Bounce {
            notice: DeliveryNotice::of(arrival.at, words),
            hard: said.is_some_and(DeliveryReport::is_hard),
        }),
    }))
}
