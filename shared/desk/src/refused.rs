//! Refusals: the closed list of reasons for which the desk does not do what it is asked.

use crate::users::OpenWork;

/// Why the desk does not do what it is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", .code.as_str())]
pub struct Refused {
    /// The stable reason; the first field's when fields are at fault.
    pub code: Code,
    /// The reason in words.
    pub detail: String,
    /// The fields at fault.
    pub fields: Vec<FieldError>,
    /// The counts of what stands in the way of leaving.
    pub counts: Option<OpenWork>,
}

/// A field at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field in the input, such as `/to/0/email`.
    pub field: String,
    /// The stable reason.
    pub code: Code,
    /// The reason in words.
    pub detail: String,
}

/// The kinds of reasons, by which a door chooses its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeClass {
    /// The input cannot be used.
    Invalid,
    /// There is no such thing, or it is not the actor's to know.
    Missing,
    /// The caller's role or key does not allow it.
    Forbidden,
    /// The state of the thing does not allow it.
    Conflict,
    /// A service did not answer; the same request may be repeated.
    Unavailable,
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $name:ident = $word:literal, $class:ident;)+) => {
        /// The stable reasons. Callers tell them apart by their words, which never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])+ $name,)+
        }

        impl Code {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word by which callers know the reason.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)+
                }
            }

            /// The kind of the reason.
            pub fn class(self) -> CodeClass {
                match self {
                    $(Self::$name => CodeClass::$class,)+
                }
            }
        }
    };
}

codes! {
    /// The message was sent already, at least in part.
    AlreadySent = "already_sent", Conflict;
    /// A template names the recipient, and there are several.
    AmbiguousRecipient = "ambiguous_recipient", Invalid;
    /// A file has not been uploaded yet.
    AttachmentPending = "attachment_pending", Conflict;
    /// A file was uploaded with another size than announced.
    AttachmentSizeMismatch = "attachment_size_mismatch", Conflict;
    /// The reminder would be due before the message leaves.
    BeforeSending = "before_sending", Invalid;
    /// A dismissed card cannot be snoozed.
    CardDismissed = "card_dismissed", Conflict;
    /// Somebody else changed the thing first.
    ChangedMeanwhile = "changed_meanwhile", Conflict;
    /// An address stands in the message twice.
    DuplicateRecipient = "duplicate_recipient", Invalid;
    /// The caller may not do it.
    Forbidden = "forbidden", Forbidden;
    /// A user who leaves has drafts, scheduled mail, reminders or cards.
    HasOpenWork = "has_open_work", Conflict;
    /// The HTML cannot be rewritten for tracking.
    HtmlTooComplex = "html_too_complex", Invalid;
    /// The time is over.
    InThePast = "in_the_past", Invalid;
    /// The text is not an email address.
    InvalidAddress = "invalid_address", Invalid;
    /// The text is not a content type that is accepted.
    InvalidContentType = "invalid_content_type", Invalid;
    /// The text is not a plain file name.
    InvalidFilename = "invalid_filename", Invalid;
    /// The text is not an id.
    InvalidId = "invalid_id", Invalid;
    /// The text is not a language tag.
    InvalidLanguage = "invalid_language", Invalid;
    /// The size is out of bounds.
    InvalidSize = "invalid_size", Invalid;
    /// The template cannot be read.
    InvalidTemplate = "invalid_template", Invalid;
    /// The text has characters that may not stand there, or is too long.
    InvalidText = "invalid_text", Invalid;
    /// The value is not one of those that are possible.
    InvalidValue = "invalid_value", Invalid;
    /// The organisation would be left without an administrator.
    LastAdministrator = "last_administrator", Conflict;
    /// The mail itself is not kept any more.
    MailDeleted = "mail_deleted", Missing;
    /// The mail has a virus and is not opened.
    MailInfected = "mail_infected", Conflict;
    /// The mail is too complex to be read safely.
    MailUnreadable = "mail_unreadable", Conflict;
    /// A field that is needed is missing.
    MissingField = "missing_field", Invalid;
    /// A template needs a value that is not there.
    MissingValue = "missing_value", Invalid;
    /// The condition or the file needs a tracked message.
    NeedsTracking = "needs_tracking", Invalid;
    /// The installation receives no mail.
    NoInboundDomain = "no_inbound_domain", Invalid;
    /// The mail has no id that an answer can refer to.
    NoMessageId = "no_message_id", Invalid;
    /// The message has no recipients.
    NoRecipients = "no_recipients", Invalid;
    /// The card links to no record.
    NoRecord = "no_record", Invalid;
    /// Only drafts can be edited.
    NotEditable = "not_editable", Conflict;
    /// There is no such thing.
    NotFound = "not_found", Missing;
    /// The message does not wait for its time.
    NotScheduled = "not_scheduled", Conflict;
    /// Only an unconfirmed copy needs a decision.
    NotUnconfirmed = "not_unconfirmed", Conflict;
    /// Nothing was snoozed or dismissed.
    NothingToUndo = "nothing_to_undo", Conflict;
    /// Mail to the address is stopped, because an earlier one came back for good or was unwanted.
    RecipientSuppressed = "recipient_suppressed", Invalid;
    /// The reminder fired, or was not needed.
    ReminderOver = "reminder_over", Conflict;
    /// The time is too far ahead.
    TooFar = "too_far", Invalid;
    /// The value is too long.
    TooLong = "too_long", Invalid;
    /// There are too many values.
    TooMany = "too_many", Invalid;
    /// The message has as many files as it can have.
    TooManyAttachments = "too_many_attachments", Invalid;
    /// The message has more recipients than Telltale sends to.
    TooManyRecipients = "too_many_recipients", Invalid;
    /// A service did not answer.
    Unavailable = "unavailable", Unavailable;
    /// There is no such template.
    UnknownTemplate = "unknown_template", Invalid;
    /// There is no such time zone.
    UnknownTimeZone = "unknown_time_zone", Invalid;
    /// There is no such user, or not any more.
    UnknownUser = "unknown_user", Invalid;
    /// A file was not uploaded in time.
    UploadExpired = "upload_expired", Conflict;
    /// Another user of the organisation has the address.
    UserExists = "user_exists", Conflict;
    /// An integration has to name a user.
    UserNeeded = "user_needed", Invalid;
}

impl Refused {
    /// A refusal as a whole.
    pub fn because(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new(), counts: None }
    }

    /// A refusal because of one field.
    pub fn field(field: impl Into<String>, code: Code, detail: impl std::fmt::Display) -> Self {
        Self::fields(vec![FieldError { field: field.into(), code, detail: detail.to_string() }])
    }

    /// A refusal because of fields. The first gives the code.
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let first = fields.first();
        let code = first.map_or(Code::InvalidValue, |first| first.code);
        let detail = first.map_or_else(String::new, |first| format!("{}: {}", first.field, first.detail));
        Self { code, detail, fields, counts: None }
    }

    /// There is no such thing, or it is not the actor's to know.
    pub fn not_found() -> Self {
        Self::because(Code::NotFound, "there is no such resource")
    }

    /// After *send*, only schedule and reminder can change.
    pub fn not_editable() -> Self {
        Self::because(
            Code::NotEditable,
            "after it was sent, only the schedule and the reminder of a message can change",
        )
    }

    /// Somebody else was faster.
    pub fn changed_meanwhile() -> Self {
        Self::because(Code::ChangedMeanwhile, "somebody else changed it; please read it again")
    }

    /// True when somebody else was faster.
    pub fn is_changed_meanwhile(&self) -> bool {
        self.code == Code::ChangedMeanwhile
    }

    fn unavailable(source: &dyn std::fmt::Display) -> Self {
        tracing::error!(error = %source, "request failed");
        Self::because(Code::Unavailable, "please try again; the request may be repeated")
    }
}

impl From<aws::store::Error> for Refused {
    fn from(error: aws::store::Error) -> Self {
        match error {
            aws::store::Error::Conflict => Self::changed_meanwhile(),
            other => Self::unavailable(&other),
        }
    }
}

impl From<aws::blobs::Error> for Refused {
    fn from(error: aws::blobs::Error) -> Self {
        Self::unavailable(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_reasons_are_unique_and_sorted() {
        let words: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(words.is_sorted_by(|a, b| a < b), "{words:?}");
    }

    #[test]
    fn the_first_field_gives_the_reason() {
        let mut checks = crate::Checks::default();
        checks.add("/to/0/email", Code::InvalidAddress, "no address");
        checks.add("/subject", Code::InvalidText, "two lines");
        let refused = checks.finish().unwrap_err();
        assert_eq!((refused.code, refused.detail.as_str()), (Code::InvalidAddress, "/to/0/email: no address"));
        assert_eq!(refused.fields.len(), 2);
    }
}
