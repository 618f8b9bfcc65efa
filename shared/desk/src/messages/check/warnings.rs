//! Warnings about a message that can leave.

use domain::message::attachment::LeavesAs;
use domain::message::tracking::TrackingDecision;
use domain::message::{Message, MessageState, TrackingState};
use jiff::Timestamp;

use super::{CopyCheck, Judged, placeholders};

/// Longer HTML is cut by Gmail, with a link to the rest.
const GMAIL_CLIPS: usize = 102 * 1024;
/// Larger mail is refused by many servers.
const LARGE_MAIL: usize = 5_000_000;

/// Something that the author should know of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The stable reason.
    pub code: WarningCode,
    /// The reason in words.
    pub detail: String,
    /// The path of the field that it is about; empty for the message as a whole.
    pub field: String,
}

/// The kinds of warnings. Callers tell them apart by their words, which never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WarningCode {
    /// Gmail cuts long HTML.
    Clipped,
    /// A file leaves as a link because it does not fit into the mail.
    FileLinked,
    /// The mail is so large that servers may refuse it.
    LargeMail,
    /// There is no text.
    NoText,
    /// There is no subject.
    NoSubject,
    /// The author wants to track the message, and it will not be.
    NotTracked,
    /// A placeholder of a template stands in the text.
    PlaceholderLeft,
    /// The time that the draft holds is over: the message leaves at once.
    TimePassed,
}

/// Everything that the author should know.
pub(super) fn of(
    judged: &Judged<'_>,
    decision: &TrackingDecision,
    copies: &[CopyCheck],
    now: Timestamp,
) -> Vec<Warning> {
    let Judged { message, body, files, .. } = *judged;
    let mut warnings = Vec::new();
    let mut warn = |code, field: &str, detail: String| {
        warnings.push(Warning { code, detail, field: field.to_owned() });
    };

    if message.subject.trim().is_empty() {
        warn(WarningCode::NoSubject, "/subject", "the message has no subject".to_owned());
    }
    if body.html.trim().is_empty() && body.text.trim().is_empty() {
        warn(WarningCode::NoText, "/html", "the message has no text".to_owned());
    }
    if body.html.len() > GMAIL_CLIPS {
        warn(
            WarningCode::Clipped,
            "/html",
            "Gmail cuts a message after 102 KB and shows a link to the rest".to_owned(),
        );
    }
    if message.template.is_none() {
        for (field, path) in placeholders(message, body) {
            warn(WarningCode::PlaceholderLeft, field, format!("`{{{{ {path} }}}}` leaves as it stands"));
        }
    }
    if let Some(detail) = not_tracked(message, decision) {
        warn(WarningCode::NotTracked, "/tracking", detail);
    }
    for (n, file) in files.iter().enumerate() {
        let linked = |copy: &CopyCheck| copy.files.get(n).is_some_and(|(_, leaves)| *leaves == LeavesAs::UnloggedLink);
        if copies.iter().any(linked) {
            let detail = format!("{} does not fit into the mail and leaves as a link", file.filename);
            warn(WarningCode::FileLinked, &format!("/attachments/{n}"), detail);
        }
    }
    if copies.iter().any(|copy| copy.bytes > LARGE_MAIL) {
        warn(WarningCode::LargeMail, "/attachments", "servers may refuse a mail of more than 5 MB".to_owned());
    }
    let held = message.schedule.as_ref().filter(|_| message.state == MessageState::Draft);
    if held.is_some_and(|held| held.again() <= now) {
        let detail = "the time that was chosen is over: the message leaves at once".to_owned();
        warn(WarningCode::TimePassed, "/schedule", detail);
    }
    warnings
}

/// Why a message is not tracked although its author wants it, or not for everybody.
fn not_tracked(message: &Message, decision: &TrackingDecision) -> Option<String> {
    if !message.tracking_requested {
        return None;
    }
    match (decision.state, decision.objecting.len()) {
        (TrackingState::On, 0) => None,
        (TrackingState::On, n) => {
            Some(format!("{n} of the recipients do not allow tracking; their copies are not tracked"))
        }
        (TrackingState::Blocked, _) => Some("a recipient does not allow tracking".to_owned()),
        (TrackingState::Off, _) => Some("the organisation does not track mail".to_owned()),
    }
}

impl WarningCode {
    /// All kinds.
    pub const ALL: &[Self] = &[
        Self::Clipped,
        Self::FileLinked,
        Self::LargeMail,
        Self::NoSubject,
        Self::NoText,
        Self::NotTracked,
        Self::PlaceholderLeft,
        Self::TimePassed,
    ];

    /// The word by which callers know the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clipped => "clipped",
            Self::FileLinked => "file_linked",
            Self::LargeMail => "large_mail",
            Self::NoSubject => "no_subject",
            Self::NoText => "no_text",
            Self::NotTracked => "not_tracked",
            Self::PlaceholderLeft => "placeholder_left",
            Self::TimePassed => "time_passed",
        }
    }
}
