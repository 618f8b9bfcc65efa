//! Versions: the condition on which something stored may change.

/// A value that is stored under a version. The store counts: it writes a value as the successor of the one that was
/// read, on condition that nobody else wrote since.
pub trait Versioned: Sized {
    /// The version that was read; 0 for what is not stored yet.
    fn version(&self) -> u32;

    /// This value under another version.
    #[must_use]
    fn at_version(self, version: u32) -> Self;

    /// This value as the successor of `before`.
    #[must_use]
    fn succeeding(self, before: &Self) -> Self {
        self.at_version(before.version() + 1)
    }
}

/// Implements [`Versioned`] by a field `version`.
macro_rules! versioned {
    ($($type:ty),+ $(,)?) => {$(
        impl Versioned for $type {
            fn version(&self) -> u32 {
                self.version
            }

            fn at_version(self, version: u32) -> Self {
                Self { version, ..self }
            }
        }
    )+};
}

versioned!(
    crate::message::Message,
    crate::message::attachment::Attachment,
    crate::message::copy::Copy,
    crate::message::reminder::Reminder,
    crate::message::template::Template,
    crate::people::activity::Activity,
    crate::people::record::Record,
    crate::signs::card::Card,
    crate::team::api_key::ApiKey,
    crate::team::organisation::Organisation,
    crate::team::settings::Settings,
    crate::team::user::User,
);
