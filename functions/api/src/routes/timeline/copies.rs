//! What became of the copies, as events of the timeline. They follow from the copies as they are stored.

use domain::ground::id::EventId;
use domain::message::Message;
use domain::message::copy::Copy;
use domain::time::instant;
use jiff::Timestamp;

use super::{EventView, address};

/// When, and what the other side said.
type Happened<'a> = (Timestamp, Option<&'a str>);

/// When a copy left, arrived, came back, and was complained about.
pub(super) fn events(message: &Message, copy: &Copy) -> Vec<EventView> {
    let delivery = &copy.delivery;
    let bounced = delivery.bounced.as_ref().map(|bounce| &bounce.notice);
    // The sender notes that a mail left when it hears so, which may be a little after the mail arrived.
    let first = [delivery.delivered_at, bounced.map(|notice| notice.at)].into_iter().flatten().min();
    let sent_at = copy.sent_at.map(|at| first.map_or(at, |first| first.min(at)));
    let happened: [(&'static str, Option<Happened<'_>>); 4] = [
        ("sent", sent_at.map(|at| (at, None))),
        ("delivered", delivery.delivered_at.map(|at| (at, None))),
        ("bounced", bounced.map(|notice| (notice.at, Some(&*notice.detail)))),
        ("complained", delivery.complained.as_ref().map(|notice| (notice.at, Some(&*notice.detail)))),
    ];
    let view = |(kind, happened): (&'static str, Option<Happened<'_>>)| {
        let (at, detail) = happened?;
        let id = EventId::of(at, &[kind, &message.id.to_string(), &copy.recipient.to_string()]);
        Some(EventView {
            id: id.to_string(),
            kind,
            at: instant::format(at),
            recipient: address(message, copy.recipient),
            detail: detail.map(str::to_owned),
            ..EventView::default()
        })
    };
    happened.into_iter().filter_map(view).collect()
}
