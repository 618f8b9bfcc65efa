//! Schemas that all nouns share: instants, times, enumerations.

use domain::time::instant;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// An instant in an answer: RFC 3339 in UTC with milliseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl From<Timestamp> for Instant {
    fn from(at: Timestamp) -> Self {
        Self(at)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&instant::format(self.0))
    }
}

impl PartialSchema for Instant {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339 in UTC with milliseconds."))
            .examples(["2026-11-24T07:00:00.000Z"])
            .into()
    }
}

impl ToSchema for Instant {}

/// A time in a request: an RFC 3339 instant, or a wall time in a zone. A wall time that the clocks jump over moves forward;
/// of one that comes twice the first is meant.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = When)]
#[expect(dead_code, reason = "the shape of `When` for the document")]
pub(crate) enum WhenInput {
    /// An instant with an offset.
    #[schema(format = DateTime, example = "2026-11-24T07:00:00Z")]
    Instant(String),
    /// A time on the clocks of a zone.
    Wall {
        /// Date and time without an offset, as `2026-11-24T08:00:00`.
        local: String,
        /// An IANA name, as `Europe/Berlin`; the acting user's zone when left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        time_zone: Option<String>,
    },
}

/// Reads a field of a change: left out it keeps its value, `null` clears it.
pub(crate) fn patch<'de, T: Deserialize<'de>, D: Deserializer<'de>>(json: D) -> Result<desk::Patch<T>, D::Error> {
    Ok(match Option::<T>::deserialize(json)? {
        Some(value) => desk::Patch::Set(value),
        None => desk::Patch::Clear,
    })
}

/// The type of a record: one of four, or one that the settings name.
pub(crate) struct RecordTypeWord;

impl PartialSchema for RecordTypeWord {
    fn schema() -> RefOr<Schema> {
        let doc = "The type of a record: `contact`, `lead`, `account`, `opportunity`, or one that the settings name.";
        let schema = ObjectBuilder::new().schema_type(Type::String).description(Some(doc));
        schema.pattern(Some("^[a-z][a-z0-9_]{0,39}$")).examples(["contact"]).into()
    }
}

impl ToSchema for RecordTypeWord {}

/// Reads a field of a change that cannot be empty: left out it keeps its value, `null` is refused.
pub(crate) fn not_null<'de, T: Deserialize<'de>, D: Deserializer<'de>>(json: D) -> Result<Option<T>, D::Error> {
    T::deserialize(json).map(Some)
}

/// Documents a table of the domain by its names.
macro_rules! names {
    ($($(#[doc = $doc:literal])+ $name:ident: $table:ty;)+) => {$(
        $(#[doc = $doc])+
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let names: Vec<&str> = <$table>::ALL.iter().map(|one| one.as_str()).collect();
                let doc = concat!($($doc),+).trim();
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).description(Some(doc)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

names! {
    /// Something that a caller may do.
    PermissionWord: domain::team::permission::Permission;
    /// A part of the API that an integration may use.
    ScopeWord: domain::team::permission::Scope;
    /// The act.
    AuditActionWord: domain::team::audit::AuditAction;
}

/// Documents an enumeration of the domain by its words.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident: $($word:literal)|+;)+) => {$(
        $(#[doc = $doc])+
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words: [&str; [$($word),+].len()] = [$($word),+];
                let doc = concat!($($doc),+).trim();
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).description(Some(doc)).into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

words! {
    /// The status of a message.
    MessageStatusWord: "draft" | "scheduled" | "sending" | "sent" | "failed" | "cancelled";
    /// The status of one recipient's copy.
    CopyStatusWord: "queued" | "sending" | "retrying" | "confirming" | "unconfirmed" | "sent" | "delivered" | "bounced"
        | "complained" | "failed" | "cancelled";
    /// How far a message has come.
    ProgressWord: "draft" | "scheduled" | "sending" | "cancelled" | "failed" | "unconfirmed" | "undeliverable" | "sent"
        | "not_opened" | "seen" | "replied";
    /// Whether a message is tracked.
    TrackingStateWord: "on" | "off" | "blocked";
    /// Why a message is not tracked.
    UntrackedReasonWord: "author" | "organisation" | "recipients";
    /// The sign by which a person has seen a message.
    DeedWord: "open" | "click" | "attachment_view" | "reply";
    /// The field in which a recipient stands.
    RecipientRoleWord: "to" | "cc" | "bcc";
    /// The preference of a person. `unknown` means that nobody asked.
    PreferenceWord: "allow" | "deny" | "unknown";
    /// The preference that counts.
    EffectiveWord: "allow" | "deny";
    /// How far a possible sale has come.
    OutcomeWord: "open" | "won" | "lost";
    /// Further activities that a list shows.
    IncludeWord: "related";
    /// Further parts of each mail.
    ExpandWord: "timeline";
    /// A goal that a template can serve.
    GoalWord: "opens" | "replies" | "sales";
    /// The order of the list of templates.
    TemplateOrderWord: "name" | "-reply_rate" | "-open_rate" | "-won";
    /// Whose messages are listed.
    ListScopeWord: "mine" | "organisation";
    /// The kind of an activity.
    ActivityKindWord: "mail" | "phone_call" | "task" | "appointment";
    /// Whether the bytes of a file arrived.
    UploadStatusWord: "pending" | "ready";
    /// How a file leaves.
    LeavesAsWord: "link" | "attached" | "unlogged_link";
    /// Whether an open will be seen.
    OpensExpectedWord: "likely" | "unreliable" | "unlikely";
    /// The kinds of warnings about a message. More may come.
    WarningWord: "clipped" | "file_linked" | "large_mail" | "no_subject" | "no_text" | "not_tracked" | "placeholder_left"
        | "time_passed";
    /// The condition of a reminder.
    ReminderConditionWord: "no_reply" | "not_opened" | "always";
    /// What became of a reminder.
    ReminderStatusWord: "pending" | "fired" | "satisfied";
    /// The kind of a card.
    CardKindWord: "first_open" | "reply" | "reminder" | "delivery_problem";
    /// How much a card matters.
    CardPriorityWord: "normal" | "high";
    /// Where a card stands.
    CardStateWord: "active" | "snoozed" | "dismissed";
    /// What can be done with a card.
    CardActionWord: "phone_call" | "snooze" | "dismiss" | "undo";
    /// What happened to a message.
    EventKindWord: "sent" | "delivered" | "bounced" | "complained" | "open" | "click" | "attachment_view" | "reply"
        | "auto_reply" | "forward" | "challenge" | "bounce_mail" | "complaint_mail" | "other_mail";
    /// The class of a verdict.
    VerdictWord: "human" | "proxy" | "prefetch" | "scanner" | "own_team" | "duplicate" | "unknown";
    /// The kind of device.
    DeviceWord: "desktop" | "mobile" | "tablet" | "unknown";
    /// What a mail is that came back.
    ReplyKindWord: "reply" | "auto_reply" | "bounce" | "complaint" | "forward" | "challenge" | "other";
    /// How a mail was joined with its message.
    MatchedByWord: "reply_address" | "own_id" | "ses_id";
    /// Why an address is suppressed.
    SuppressionReasonWord: "hard_bounce" | "complaint";
    /// Where answers to tracked messages go.
    RepliesWord: "author" | "inbound_domain";
    /// What one recipient who does not allow tracking does to a message.
    BlockedRecipientsWord: "block_message" | "clean_copy";
    /// A day of the week.
    WeekdayWord: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
    /// The role of a user in the organisation.
    RoleWord: "administrator" | "manager" | "seller";
    /// Whether a user may act.
    UserStatusWord: "active" | "deactivated";
    /// In which Telltale speaks to a user.
    LanguageWord: "en" | "de" | "sl";
    /// Whom a key acts for.
    KeyKindWord: "user" | "integration";
    /// The door through which somebody came.
    DoorWord: "api" | "console" | "addin" | "admin";
    /// The kind of one who acted.
    AuditActorKindWord: "user" | "integration" | "admin";
    /// The readers of sent mail.
    SentVisibilityWord: "organisation" | "owner";
    /// How far an erasure has come.
    ErasureWord: "erased" | "erasing";
}
