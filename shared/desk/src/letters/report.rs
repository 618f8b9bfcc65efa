//! A server's report that comes as a mail, made into what the mail service itself would have told.

use aws::lambda::ses::arrival::Arrival;
use domain::message::copy::delivery::{Bounce, DeliveryNews, DeliveryNotice, MailRef, SesReport};
use domain::signs::reply::ReplyKind;
use mail::parse::DeliveryReport;

use aws::store::{Error, Store};

use super::belongs::Belongs;
use super::letter::Letter;

/// The report, when it can be believed: from a verified sender, out of the copy of the recipient that it is about. Otherwise
/// one recipient could stop the mail to another.
pub(crate) async fn of(
    store: &Store,
    arrival: &Arrival,
    letter: &Letter,
    belongs: &Belongs,
) -> Result<Option<SesReport>, Error> {
    if !letter.is_verified(arrival, &belongs.message) {
        return Ok(None);
    }
    let Some((recipient, news)) = news(arrival, letter, belongs) else { return Ok(None) };
    if belongs.proven != Some(recipient) {
        return Ok(None);
    }
    let Some(copy) = store.copy(belongs.message.id, recipient).await? else { return Ok(None) };
    let (Some(attempt), Some(ses_id)) = (copy.attempt, copy.ses_id) else { return Ok(None) };
    Ok(Some(SesReport {
        ses_id,
        accepted_at: copy.sent_at.unwrap_or(arrival.at),
        mail: Some(MailRef { message: belongs.message.id, recipient, attempt }),
        news,
    }))
}

/// The news, and the recipient whom it is about. Reports of complaints leave the address out or black it, so the copy tells.
fn news(arrival: &Arrival, letter: &Letter, belongs: &Belongs) -> Option<(u16, DeliveryNews)> {
    if letter.kind() == ReplyKind::Complaint {
        let notice = DeliveryNotice::of(arrival.at, "reported as unwanted");
        return Some((belongs.proven?, DeliveryNews::Complained(notice)));
    }

    let (recipient, said) = about(belongs, &letter.mail().returned())?;
    let words = [said.status.as_deref(), said.diagnostic.as_deref()];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join(": ");
    let words = if words.is_empty() { "sent back" } else { &words };
    let bounce = Bounce { notice: DeliveryNotice::of(arrival.at, words), hard: said.is_hard() };
    Some((recipient, DeliveryNews::Bounced(bounce)))
}

/// The recipient who is meant, by any of the names that a report has for somebody.
fn about(belongs: &Belongs, reports: &[DeliveryReport]) -> Option<(u16, DeliveryReport)> {
    let position = |report: &DeliveryReport| {
        let is_named = |address: &str| report.recipients.iter().any(|name| name.eq_ignore_ascii_case(address));
        let mut recipients = (0..).zip(&belongs.message.recipients);
        recipients.find(|(_, recipient)| is_named(recipient.mailbox.email.as_str())).map(|(n, _)| n)
    };
    reports.iter().find_map(|report| Some((position(report)?, report.clone())))
}
