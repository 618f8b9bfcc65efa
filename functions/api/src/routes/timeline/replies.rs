//! Mail that came back, as events of the timeline.

use domain::message::Message;
use domain::signs::reply::{Reply, ReplyKind};
use domain::time::instant;

use super::{EventView, ReplyView, address};

/// A mail that came back.
pub(super) fn event(message: &Message, reply: &Reply) -> EventView {
    EventView {
        id: reply.id.to_string(),
        kind: kind(reply.kind),
        at: instant::format(reply.at),
        recipient: reply.recipient.map(|recipient| address(message, recipient)).unwrap_or_default(),
        reply: Some(ReplyView {
            kind: reply.kind,
            reasons: reply.reasons.clone(),
            matched_by: reply.matched_by,
            verified: reply.verified,
            own_team: reply.own_team,
            from: reply.from.as_ref().map(|from| from.as_str().to_owned()),
            returns_on: reply.returns_on.map(|day| day.to_string()),
        }),
        ..EventView::default()
    }
}

/// What came back by mail alone, without an event of the mail service, has a name of its own.
fn kind(kind: ReplyKind) -> &'static str {
    match kind {
        ReplyKind::Reply => "reply",
        ReplyKind::AutoReply => "auto_reply",
        ReplyKind::Forward => "forward",
        ReplyKind::Challenge => "challenge",
        ReplyKind::Bounce => "bounce_mail",
        ReplyKind::Other => "other_mail",
    }
}
